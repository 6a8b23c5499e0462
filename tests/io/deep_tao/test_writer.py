"""Deep-TAO files as they are written: the layout of the release, and nothing lost on the way."""

import dataclasses

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taonet.errors import OutputError
from taonet.io.deep_tao.reader import read_deep_tao
from taonet.io.deep_tao.writer import write_deep_tao
from taonet.sky.sequence import ImageSequence

CLASSES = ("AGN", "BZ", "CV", "SN", "OTHER", "NON")


def of_class(truths, class_name):
    return next(truth for truth in truths.values() if truth.class_name == class_name)


def assert_same(ours, theirs):
    for field in dataclasses.fields(ImageSequence):
        if field.name in ("seeing_fwhm_px", "zero_point_mag"):
            continue
        a, b = getattr(ours, field.name), getattr(theirs, field.name)
        same = np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b
        if field.name == "pixel_scale_arcsec":
            # the layout has no place for it
            same = np.isnan(b)
        assert same, f"{field.name}: {a} != {b}"


@pytest.mark.parametrize("class_name", CLASSES)
def test_read_of_write_is_the_same(class_name, deep_tao, tmp_path):
    truth = of_class(deep_tao, class_name)
    (tmp_path / class_name).mkdir()
    path = tmp_path / class_name / f"{truth.object_id}.fits"
    sequence, _ = read_deep_tao(truth.path)
    write_deep_tao(path, sequence)
    again, set_aside = read_deep_tao(path)
    assert set_aside == ()
    assert_same(again, sequence)


def frames_of(n, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 65536, (n, 1, 8, 8)).astype(np.uint16)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mjd=st.lists(st.floats(51544, 80000), min_size=1, max_size=12, unique=True),
    class_name=st.sampled_from([*CLASSES, None]),
)
def test_sequences_without_exposure_ids_survive_too(mjd, class_name, tmp_path):
    folder = tmp_path / (class_name or "unknown")
    folder.mkdir(exist_ok=True)
    sequence = ImageSequence.from_frames(
        "x", frames_of(len(mjd)), np.array(mjd), class_name=class_name, ra=1.25, dec=-2e-7
    )
    write_deep_tao(folder / "x.fits", sequence, overwrite=True)
    again, _ = read_deep_tao(folder / "x.fits")
    assert_same(dataclasses.replace(again, exposure_id=sequence.exposure_id), sequence)


def test_what_is_written_is_the_layout_of_the_release(deep_tao, tmp_path):
    sequence, _ = read_deep_tao(of_class(deep_tao, "AGN").path)
    path = tmp_path / "x.fits"
    write_deep_tao(path, sequence, cards={"MAG": 20.24, "SDSS": "yes"})
    with fits.open(path) as hdus:
        hdus.verify("exception")
        assert len(hdus) == 2 + len(sequence)
        assert hdus[1].columns.names == (
            ["HDU_Ext", "Set_Number", "Date", "MJD", "Field_ID", "Obs_In_Seq", "Cutout"]
        )
        formats = ["K", "2A", "7A", "D", "6A", "4A", "4A"]
        assert hdus[1].columns.formats == formats
        assert hdus[1].header["NAXIS1"] == 39
        assert hdus[1].data["HDU_Ext"].tolist() == list(range(2, len(hdus)))
        assert hdus[5].header["CLASS"] == "AGN? SDSS 22,1 mag Galaxy"
        assert hdus[5].header["RA_(J2000)"] == sequence.ra
        assert hdus[5].header["MAG"] == 20.24
        for frame, hdu in zip(sequence.frames[:, 0], hdus[2:], strict=True):
            assert np.array_equal(frame, hdu.data)
    raw = path.read_bytes()
    for card in (
        b"TTYPE1  = 'HDU_Ext '           / label for field   1",
        b"TFORM2  = '2A      '           / data format of field: ASCII Character",
        b"BZERO   =                32768 / offset data range to that of unsigned short",
        b"MAG     =                20.24",
    ):
        assert card.ljust(80) in raw
    assert (path.stat().st_size - 2880 * 4) % (4 * 2880) == 0


def test_non_transients_have_their_own_layout(deep_tao, tmp_path):
    sequence, _ = read_deep_tao(of_class(deep_tao, "NON").path)
    write_deep_tao(tmp_path / "x.fits", sequence)
    with fits.open(tmp_path / "x.fits") as hdus:
        assert hdus[1].columns.names == ["HDU_Ext", "MJD", "DATE", "Field_ID", "Cutout"]
        assert hdus[1].columns.formats == ["4A", "11A", "7A", "6A", "4A"]
        assert hdus[1].header["CRTS_ID"] == sequence.field_id
        assert "CRTS_ID" not in hdus[2].header


def simple(**changes):
    given = {"frames": frames_of(2), "mjd": np.array([53827.1, 53827.2])} | changes
    return ImageSequence.from_frames("x", given.pop("frames"), given.pop("mjd"), **given)


@pytest.mark.parametrize(
    ("sequence", "message"),
    [
        (simple(frames=frames_of(2) + 0.5), "whole numbers"),
        (simple(frames=frames_of(2).astype(np.int64) - 70_000), "within 0"),
        (simple(frames=frames_of(2).repeat(2, axis=1), channels=("a", "b")), "one channel"),
        (simple(raw_label="é"), "ASCII"),
        (simple(raw_label="x" * 100), "too long"),
        (simple(mjd=np.array([1.0, 2.0])), "2000 to 2099"),
        (simple(mjd=np.array([53827.1, 53827.1]), class_name="NON"), "repeat"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_left(sequence, message, tmp_path):
    with pytest.raises(OutputError, match=message):
        write_deep_tao(tmp_path / "x.fits", sequence)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_refused(tmp_path):
    write_deep_tao(tmp_path / "x.fits", simple())
    with pytest.raises(OutputError, match="exists"):
        write_deep_tao(tmp_path / "x.fits", simple())
    write_deep_tao(tmp_path / "x.fits", simple(), overwrite=True)


def test_a_folder_of_another_class_is_refused(tmp_path):
    (tmp_path / "SN").mkdir()
    with pytest.raises(OutputError, match="folder says SN"):
        write_deep_tao(tmp_path / "SN" / "x.fits", simple(class_name="AGN"))
