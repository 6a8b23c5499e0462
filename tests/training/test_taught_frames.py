"""What teaches an encoder is the truth: fluxes are those of the simulated objects in each frame."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from taonet.data.encoder_inputs import inputs_of_sequence
from taonet.errors import InputError
from taonet.io.archive import Archive
from taonet.io.provenance import TRUTH
from taonet.sky.sequence import ImageSequence
from taonet.tasks.simulate import Sample, simulate_archive
from taonet.training import taught_frames as module
from taonet.training.taught_frames import INDEX, prepare_taught_frames


def sequences_by_place(simulated):
    """Return the readable epochs of what is long enough, in the order of the archive."""
    readable = [(one, np.flatnonzero(one.readable)) for one in Archive(simulated)]
    return [(one, epochs) for one, epochs in readable if len(epochs) >= module.LEAST_EPOCHS]


def test_the_flux_in_every_frame_is_that_of_the_truth(simulated, truths, taught):
    read = sequences_by_place(simulated)
    assert len(read) == len(taught.sequences) > 4
    for known, (sequence, epochs) in zip(taught.sequences, read, strict=True):
        truth = truths[sequence.object_id]
        mag = np.array([np.nan if m is None else m for m in truth["mag"]], float)[epochs]
        counts = np.nan_to_num(10 ** (0.4 * (sequence.zero_point_mag[epochs] - mag)))
        flux, unit, before = (np.array(getattr(known, n)) for n in ("flux", "unit", "before"))
        in_frame = flux * unit / before * np.array(known.transparency)
        np.testing.assert_allclose(in_frame, counts, rtol=1e-9)
        assert (known.host[0] > 0) == (truth["host"] is not None)
        assert known.steady == (truth["host"] is None)
        assert (known.x + 16, known.y + 16) == pytest.approx((truth["x"], truth["y"]))


def test_frames_and_the_transparency_of_their_means_are_what_the_encoder_reads(simulated, taught):
    for known, (sequence, epochs) in zip(
        taught.sequences, sequences_by_place(simulated), strict=True
    ):
        own = slice(known.first, known.last)
        inputs, _ = inputs_of_sequence(sequence.take(epochs))
        np.testing.assert_array_equal(taught.frames[own], inputs.frames.astype(np.float16))
        np.testing.assert_array_equal(taught.means[own], inputs.means.astype(np.float16))
        weight, through = inputs.noise**-2.0, np.array(known.transparency)
        for k in range(1, len(epochs)):
            expected = np.average(through[:k], weights=weight[:k])
            assert known.before[k] == pytest.approx(expected, rel=1e-9)
        assert known.before[0] == through[0]


def two_bands(n=10):
    """A constant star in two bands of very different zero points, and its truth."""
    rng = np.random.default_rng(1)
    band = ["g" if k % 2 else "r" for k in range(n)]
    zero_point = np.array([26.0 if one == "g" else 24.5 for one in band]) + rng.normal(0, 0.1, n)
    frames = rng.normal(100, 5, (n, 1, 32, 32))
    sequence = ImageSequence.from_frames(
        "a", frames, 5e4 + np.arange(n), band=band, class_name="CV", zero_point_mag=zero_point,
        seeing_fwhm_px=2.5,
    )  # fmt: skip
    return sequence, {"class_name": "CV", "host": None, "mag": [19.0] * n, "x": 16.0, "y": 16.0}


def test_means_are_those_of_one_band():
    sequence, truth = two_bands()
    taught = module._teach(sequence, truth, first=0)
    assert taught is not None
    known, inputs = taught
    assert known.earlier == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    np.testing.assert_allclose(np.log1p(known.earlier), inputs.conditions[:, 0], rtol=1e-6)
    for one in ("g", "r"):
        own = np.flatnonzero(np.array(sequence.band) == one)
        alone, _ = module._teach(sequence.take(own), {**truth, "mag": [19.0] * 5}, first=0) or (
            None, None,
        )  # fmt: skip
        assert alone is None  # too short by itself
        through = np.array(known.transparency)[own]
        weight = inputs.weight[own]
        for k in range(1, 5):
            expected = np.average(through[:k], weights=weight[:k])
            assert known.before[own[k]] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("lost", ["zero point", "magnitudes", "epochs"])
def test_what_is_not_known_does_not_teach(lost):
    sequence, truth = two_bands()
    if lost == "zero point":
        zero_point = sequence.zero_point_mag.copy()
        zero_point[3] = np.nan
        sequence = replace(sequence, zero_point_mag=zero_point)
    elif lost == "magnitudes":
        del truth["mag"]
    else:
        truth["mag"] = truth["mag"][:4]
        sequence = sequence.take(np.arange(4))
    assert module._teach(sequence, truth, first=0) is None


def test_frames_are_prepared_once_and_anew_where_that_was_interrupted(
    simulated, taught, tmp_path, monkeypatch
):
    (tmp_path / "frames").write_bytes(b"half of a frame")
    first = prepare_taught_frames([simulated], tmp_path)
    assert first.sequences == taught.sequences
    np.testing.assert_array_equal(first.frames, taught.frames)
    monkeypatch.setattr(module, "_write_frames", lambda *_: pytest.fail("written again"))
    assert prepare_taught_frames([simulated], tmp_path).sequences == taught.sequences


def test_archives_that_cannot_teach_are_one_clear_error(simulated, tmp_path):
    shutil.copytree(simulated, tmp_path / "real")
    (tmp_path / "real" / TRUTH).unlink()
    with pytest.raises(InputError, match=r"real: an archive without truth.*taonet simulate"):
        prepare_taught_frames([tmp_path / "real"], tmp_path / "a")
    simulate_archive(
        Sample(survey="tiny", n_objects=2, seed=3, unstated=True), tmp_path / "unstated"
    )
    with pytest.raises(InputError, match="no sequence whose truth is known"):
        prepare_taught_frames([tmp_path / "unstated"], tmp_path / "b")
    assert not (tmp_path / "b" / INDEX).exists()


@pytest.mark.parametrize("damage", [lambda text: text[:-40], lambda text: text.replace("mag", "m")])
def test_a_damaged_truth_is_named_by_its_line(simulated, tmp_path, damage):
    copy = shutil.copytree(simulated, tmp_path / "a")
    file = copy / "truth.jsonl"
    file.write_text(damage(file.read_text()))
    with pytest.raises(InputError, match=r"truth\.jsonl, line \d+: the truth is damaged"):
        prepare_taught_frames([copy], tmp_path / "taught")
