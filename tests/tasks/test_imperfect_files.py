"""Through files: an epoch that is imperfect costs itself, and changes no earlier answer."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

from taonet.io.archive import Archive
from taonet.io.fits_cutouts import fits_source
from taonet.io.ingest import ingest
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset
from taonet.tasks.predict import predict_files

EARLY = 6


@pytest.fixture(scope="module")
def frames():
    ((sequence, _),) = simulate(survey_preset("crts"), 1, seed=5, classes=("SN",))
    return (np.rint(sequence.frames[: EARLY + 1, 0] / 20.0) * 20).astype(np.uint16)


def without_a_pixel(image):
    image = image.astype(np.float32)
    image[0, 0] = np.nan
    return image


IMPERFECTIONS: dict[str, Callable | None] = {
    "float": lambda image: (image.astype(np.float32), {}),
    "long integers": lambda image: (image.astype(np.int32), {}),
    "blank card": lambda image: (
        (image // 2).astype(np.int16), {"BLANK": int(image.min() // 2)},
    ),
    "border": lambda image: (np.pad(image[:, 9:], ((0, 0), (9, 0))), {}),
    "missing pixel": lambda image: (without_a_pixel(image), {}),
    "clipped": lambda image: (np.maximum(image, np.uint16(np.median(image) + 40)), {}),
    "missing file": None,
    "trimmed": lambda image: (image[:, 7:], {}),
    "turned header": lambda image: (
        image, {"CTYPE1": "RA---TAN", "CTYPE2": "nonsense", "CD1_1": 0.0},
    ),
    "rounded": lambda image: ((image // 100) * 100, {}),
}  # fmt: skip
"""The pixels and the header of an imperfect epoch, from the pixels of a good one."""


def write_last(path: Path, image, kind):
    """Write the last epoch in an imperfect way."""
    imperfect = IMPERFECTIONS[kind]
    if imperfect is not None:
        pixels, header = imperfect(image)
        fits.writeto(path, pixels, fits.Header(header), output_verify="ignore")


def answers(folder, output):
    archive = output.with_suffix(".archive")
    summary = ingest(fits_source(folder, folder / "t.csv", survey="mine"), archive)
    predict_files("crts-sim", [archive], output)
    return summary, Archive(archive), pd.read_csv(output).filter(like="p_").to_numpy()


@pytest.mark.filterwarnings("ignore::astropy.io.fits.verify.VerifyWarning")
@pytest.mark.parametrize("kind", IMPERFECTIONS)
def test_an_imperfect_last_epoch_leaves_earlier_answers_alone(kind, frames, tmp_path):
    names = [f"{k}.fits" for k in range(EARLY + 1)]
    for name, image in zip(names[:-1], frames, strict=False):
        fits.writeto(tmp_path / name, image)
    write_last(tmp_path / names[-1], frames[-1].copy(), kind)
    table = pd.DataFrame({"file": names, "object_id": "x", "mjd": 55000 + 5.0 * np.arange(7)})
    table[:-1].to_csv(tmp_path / "t.csv", index=False)
    _, _, early = answers(tmp_path, tmp_path / "early.csv")
    table.to_csv(tmp_path / "t.csv", index=False)
    summary, archive, all_of_them = answers(tmp_path, tmp_path / "all.csv")
    assert len(early) == EARLY
    np.testing.assert_allclose(all_of_them[:EARLY], early, atol=1e-5)
    assert np.isfinite(all_of_them).all()
    # what came in is answered, or flagged, or set aside and listed
    unread = int((~archive[0].usable).sum())
    assert len(all_of_them) + unread + summary.notes == EARLY + 1
