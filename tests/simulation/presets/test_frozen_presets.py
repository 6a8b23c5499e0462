"""The presets that numbers were published for simulate today what they simulated then."""

import hashlib
import json

import pytest

from taonet.simulation.objects import simulate, simulate_object
from taonet.simulation.presets.by_name import survey_preset

SEED, OBJECTS = 16, 2

PINNED: dict[tuple[str, str], str] = {
    ("crts", "SN"): "52bcfd8992d4086cb48c7cb8d15dc266b75d9edf541503188a164abf25155a71",
    ("crts", "CV"): "a2f7d2c21917e6402495cebcd1c745d85e845e3a99873613ab82cf497ed8c0cb",
    ("crts", "AGN"): "98a688cba00c41829b4a609e826efc5849dd9adea2f9cb0c2f172d74eeeaee65",
    ("crts", "BZ"): "0708cf6d2d768211d8ca5eec3fea40f2aa18145d026ff820c44b798b2bde983c",
    ("crts", "OTHER"): "837d6c57a73d01f47946ec23adaa0c3e6e80f16686cc5e832ade096850350dd9",
    ("crts", "NON"): "e4383eb926dd4eda1ccab9049dbbb92752a4a4e0ead517550273be842a8ff1ee",
    ("hits", "SN"): "592e5700ebf2d8d956c99277eacca1d94abf129a5f34489f25ae0bec703ecf76",
    ("hits", "RRL"): "bba97ed6fdd46b83ca9423da304c014f6d6f0b8d1613f55982b10d4501fd2c93",
    ("hits", "EB"): "860434c0d28571d183c5b1a5fb36cef176bf255c5975450b59f6d2d4042c2f9c",
    ("hits", "NON"): "03ad256028d1692c9932be2bda34bb1d3f8c69056523124eb2d2cc5d1b8acf09",
    ("ztf", "SN"): "bd06ad97f6b4e8d30a50d7d89765e972a2e306f41cccdd5f31ec58a2b3da8199",
    ("ztf", "CV"): "09d89f699059c4dedc91db8f981a79bb0367a6611981db0042fd497a383f27d0",
    ("ztf", "AGN"): "c9272f2e3c2a6b1b124544687a2cc2f5500f9de942329e9b9ab90f170f3ae2ca",
    ("ztf", "BZ"): "a0377f382f1eb6ec738003301c5fafbc66efe4077cd3880180b3ec7e7dc24cf8",
    ("ztf", "VAR"): "af89efdcffdbabddf5c35aa3f5b281f5508923e79751b94ce4e69d710284784d",
    ("ztf", "OTHER"): "4f51f22c7ac8c1b4d3ada0a539725f62c8e89c306d7156b13b02fcab53c1bab0",
    ("ztf", "NON"): "7467c10ddba1f511a5d5cbb85972d35e2c9907d7b23c2c212c2992a9fe874677",
    ("tiny", "SN"): "4944ec0d9558e6a2d1ab4499ac53c674012ccd3d5e497d64896fe9fc98b2ea66",
    ("tiny", "CV"): "d25b40cd72dee10804f0f8f0aafcab85b6ea562823f2e0af96e2b4e1d399a8f2",
    ("tiny", "AGN"): "40f6772d29e16a2722874e37f19ab0a60b9864e9696ec93301733efd874992aa",
    ("tiny", "BZ"): "d76efbfdba5d11cf6be21407f0b55282994e173261669d02cad457b99938166c",
    ("tiny", "OTHER"): "04f92efa60660cc934c4da9c7d7fae4e4bd43fe435a8ffe4549808a8ba192870",
    ("tiny", "NON"): "29e616928dbc16caef67cb5e2af93d995dd7d3ec96a100ffcbe7d8d2edbecab2",
}
"""SHA-256 of frames, times and truth of the first objects of each class, before the wide mix."""

MIXED = {
    ("tiny", "balanced"): "b90953f60a0d96552f58d0b3a0a60da5f671f60777eb39fca1aca7f9aba73788",
    ("tiny", "realistic"): "e3e543676ed9638977410901b81ae69d5c8fa7cfea14be4a6fcfb2ff4ce9cf3d",
    ("hits", "balanced"): "5dcdf2e5f544758dafbb84e0cbd9bf6d70a6cfddde93c5320c34bfd712dce8b0",
    ("hits", "realistic"): "f44c72f8d3e4e589e8ba7613eb0f132fe9fdd3e8a0c0a85e7235b995b7f571ef",
}
"""The same of eight objects of each mix."""


def hash_of(simulated) -> str:
    """Return the SHA-256 of sequences and their truth."""
    total = hashlib.sha256()
    for sequence, truth in simulated:
        # little-endian bytes of the times, whatever the machine
        total.update(sequence.object_id.encode())
        total.update(sequence.frames.astype(sequence.frames.dtype.newbyteorder("<")).tobytes())
        total.update(sequence.mjd.astype("<f8").tobytes())
        total.update(sequence.seeing_fwhm_px.astype("<f8").tobytes())
        total.update(sequence.zero_point_mag.astype("<f8").tobytes())
        total.update(json.dumps(truth).encode())
    return total.hexdigest()


@pytest.mark.parametrize(("survey", "class_name"), PINNED)
def test_a_preset_simulates_the_same_bytes_as_ever(survey, class_name):
    preset = survey_preset(survey)
    simulated = (
        simulate_object(preset, class_name, seed=SEED, index=index) for index in range(OBJECTS)
    )
    assert hash_of(simulated) == PINNED[survey, class_name]


@pytest.mark.parametrize(("survey", "mix"), MIXED)
def test_a_mix_holds_the_same_objects_as_ever(survey, mix):
    simulated = simulate(survey_preset(survey), 8, seed=SEED, mix=mix)
    assert hash_of(simulated) == MIXED[survey, mix]
