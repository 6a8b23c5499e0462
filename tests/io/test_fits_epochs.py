"""One object from its rows and files: each epoch is judged by itself, in any order."""

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

from taonet.io.fits_epochs import object_in_files

FILES = {"science": "file"}


@pytest.fixture
def rows(tmp_path):
    """Rows of five epochs, and their files."""
    rng = np.random.default_rng(1)
    for k in range(5):
        fits.writeto(tmp_path / f"{k}.fits", rng.normal(100, 5, (9, 9)).astype(np.float32))
    return pd.DataFrame(
        {
            "file": [f"{k}.fits" for k in range(5)],
            "mjd": 58000.0 + np.arange(5),
            "band": list("grgrg"),
            "ra": 10.0,
            "dec": -5.0,
        }
    )


def read(rows, folder, *, files=FILES):
    return object_in_files("a", rows, folder, files=files, class_name="SN")


def test_the_order_of_rows_does_not_count(rows, tmp_path):
    whole = read(rows, tmp_path).sequence
    turned = read(rows.iloc[[3, 0, 4, 2, 1]], tmp_path).sequence
    np.testing.assert_array_equal(turned.frames, whole.frames)
    np.testing.assert_array_equal(turned.mjd, whole.mjd)
    assert turned.band == whole.band == tuple("grgrg")
    for k in range(5):
        np.testing.assert_array_equal(whole.frames[k, 0], fits.getdata(tmp_path / f"{k}.fits"))


def test_one_step_after_the_other_sets_bad_epochs_aside_and_every_row_is_counted(rows, tmp_path):
    fits.writeto(tmp_path / "1.fits", np.ones((9, 8), "f4"), overwrite=True)
    rows.loc[2, "mjd"] = -1
    rows.loc[3, "ra"] = 10.1
    found = read(rows, tmp_path)
    assert found.sequence.mjd.tolist() == [58000.0, 58004.0]
    assert [part.kind for part in found.parts] == [
        "a time is not known", "an epoch at another place on the sky", "a frame of another size",
    ]  # fmt: skip
    assert all(part.part and part.source == "a" for part in found.parts)
    assert "a, 2.fits" in found.parts[0].reason
    # 0.1 degree at a declination of −5
    assert f"{360 * np.cos(np.radians(5)):.0f} arcseconds" in found.parts[1].reason


def test_where_no_epoch_is_left_the_object_is_rejected_with_all_reasons(rows, tmp_path):
    found = read(rows.assign(mjd=0.0), tmp_path)
    assert found.sequence is None and found.parts == ()
    assert found.rejection.kind == "a time is not known" and not found.rejection.part
    found = read(
        rows.assign(mjd=[0.0] * 3 + [58000.0] * 2, file=["0.fits"] * 3 + ["none"] * 2), tmp_path
    )
    assert "got 3 × a time is not known, 2 × no such file" in found.rejection.reason


def test_positions_without_a_majority_are_no_position(rows, tmp_path):
    found = read(rows.assign(ra=[10.0, 10.0, 50.0, 50.0, 90.0]), tmp_path)
    assert "more than an arcminute apart" in found.rejection.reason


def test_pixels_of_several_types_become_one_that_holds_them_all(rows, tmp_path):
    types = ("u1", "i2", "u2", "u1", "u1")
    images = [np.arange(81).reshape(9, 9).astype(name) for name in types]
    images[1] -= 40
    for k, image in enumerate(images):
        fits.writeto(tmp_path / f"{k}.fits", image, overwrite=True)
    frames = read(rows, tmp_path).sequence.frames
    assert frames.dtype == np.int32
    for frame, image in zip(frames[:, 0], images, strict=True):
        np.testing.assert_array_equal(frame, image)


def test_channels_come_from_columns_of_their_own(rows, tmp_path):
    rows["template_file"] = "0.fits"
    found = read(rows, tmp_path, files={"science": "file", "template": "template_file"}).sequence
    assert found.channels == ("science", "template")
    assert (found.frames[:, 1] == found.frames[0, 0]).all()
