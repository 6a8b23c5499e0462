"""Own FITS cutouts: a table, one file an epoch."""

import re

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

from taonet.errors import InputError
from taonet.io.fits_cutouts import fits_source, read_cutout_table, read_labels
from taonet.io.items import ItemResult
from taonet.io.tables import write_table
from taonet.sky.cutout import Quality


def cutouts_of(table, directory):
    return fits_source(directory, table, survey="mine").read(frozenset())


SUFFIXES = (".csv", ".parquet", ".ecsv", ".vot")


@pytest.fixture
def night(tmp_path):
    """A table of two objects with three epochs each, and its files."""
    rng = np.random.default_rng(3)
    rows = []
    for name, class_name in (("0012", "SN"), ("b", "AGN")):
        for i in range(3):
            image = rng.normal(100, 5, (9, 9)).astype(np.float32)
            fits.PrimaryHDU(image).writeto(tmp_path / f"{name}-{i}.fits")
            rows.append(
                {
                    "file": f"{name}-{i}.fits",
                    "object_id": name,
                    "mjd": 59000.5 - i,
                    "band": "gri"[i],
                    "ra": 10.0 + i / 3600,
                    "dec": -5.0,
                    "label": class_name,
                    "zero_point_mag": 25.0 + i,
                    "exposure_id": f"e{i}",
                }
            )
    return pd.DataFrame(rows)


def read(table, tmp_path, suffix=".csv"):
    write_table(table, tmp_path / f"table{suffix}", overwrite=True)
    found = cutouts_of(tmp_path / f"table{suffix}", tmp_path)
    return {one.item: one.sequence or one for one in found}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_objects_come_in_time_order_with_all_that_is_known(suffix, night, tmp_path):
    found = read(night, tmp_path, suffix)
    assert list(found) == ["0012", "b"]
    sequence = found["0012"]
    assert sequence.frames.shape == (3, 1, 9, 9)
    assert sequence.frames.dtype == np.float32
    assert sequence.mjd.tolist() == [58998.5, 58999.5, 59000.5]
    assert sequence.band == ("i", "r", "g")
    assert sequence.exposure_id == ("e2", "e1", "e0")
    assert sequence.zero_point_mag.tolist() == [27.0, 26.0, 25.0]
    assert np.isnan(sequence.seeing_fwhm_px).all()
    assert (sequence.ra, sequence.dec) == pytest.approx((10 + 1 / 3600, -5.0), abs=1e-8)
    assert (sequence.class_name, sequence.raw_label) == ("SN", "SN")
    assert np.array_equal(sequence.frames[0, 0], fits.getdata(tmp_path / "0012-2.fits"))


def test_the_least_that_is_needed(night, tmp_path):
    found = read(night[["file", "object_id", "mjd"]], tmp_path)
    assert found["b"].class_name is None
    assert np.isnan(found["b"].ra)
    assert found["b"].band == ("", "", "")


def test_templates_and_differences_are_channels(night, tmp_path):
    table = night.assign(template_file="b-0.fits", difference_file=night["file"])
    sequence = read(table, tmp_path)["0012"]
    assert sequence.channels == ("science", "template", "difference")
    assert np.array_equal(sequence.frames[:, 0], sequence.frames[:, 2])
    template = fits.getdata(tmp_path / "b-0.fits")
    assert (sequence.frames[:, 1] == template).all()


def test_the_first_two_dimensional_image_counts(night, tmp_path):
    image = np.arange(81, dtype=np.uint16).reshape(9, 9)
    cube = fits.ImageHDU(np.zeros((2, 9, 9), np.float32))
    hdus = [fits.PrimaryHDU(), cube, fits.ImageHDU(image), fits.ImageHDU(image + 1)]
    for i in range(3):
        fits.HDUList(hdus).writeto(tmp_path / f"b-{i}.fits", overwrite=True)
    assert (read(night, tmp_path)["b"].frames == image).all()


def test_compressed_images(night, tmp_path):
    image = np.arange(81, dtype=np.int32).reshape(9, 9)
    for i in range(3):
        packed = fits.CompImageHDU(image, compression_type="RICE_1")
        fits.HDUList([fits.PrimaryHDU(), packed]).writeto(tmp_path / f"b-{i}.fits", overwrite=True)
    sequence = read(night, tmp_path)["b"]
    assert (sequence.frames == image).all()
    assert sequence.frames.dtype.isnative


def test_blank_frames_are_flagged(night, tmp_path):
    fits.PrimaryHDU(np.full((9, 9), np.nan, np.float32)).writeto(
        tmp_path / "b-1.fits", overwrite=True
    )
    assert (read(night, tmp_path)["b"].quality & Quality.BLANK).tolist() == [0, 1, 0]


def broken_file(night, tmp_path):
    (tmp_path / "b-1.fits").write_bytes(b"not fits at all")
    return night


def missing_file(night, tmp_path):
    (tmp_path / "b-1.fits").unlink()
    return night


def other_shape(night, tmp_path):
    fits.PrimaryHDU(np.ones((9, 8), np.float32)).writeto(tmp_path / "b-1.fits", overwrite=True)
    return night


def no_image(night, tmp_path):
    fits.PrimaryHDU().writeto(tmp_path / "b-1.fits", overwrite=True)
    return night


def a_cube(night, tmp_path):
    cube = np.ones((4, 9, 9), np.float32)
    fits.PrimaryHDU(cube).writeto(tmp_path / "b-1.fits", overwrite=True)
    return night


def one_row(column, value):
    def damage(night, _tmp_path):
        cells = night[column].astype(object)
        cells[4] = value
        return night.assign(**{column: cells})

    return damage


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (broken_file, "not a FITS file"),
        (missing_file, "no such file"),
        (other_shape, "another size.*9 × 8, not 9 × 9"),
        (no_image, "no two-dimensional image"),
        (a_cube, "a cube.*4 × 9 × 9"),
        (one_row("mjd", 2459000.5), "2400000.5"),
        (one_row("mjd", "soon"), "mjd is not a number.*soon"),
        (one_row("mjd", np.nan), "a time is not a number"),
        (one_row("zero_point_mag", "clouds"), "zero_point_mag is not a number"),
        (one_row("file", ""), "file is empty"),
        (one_row("ra", 190.0), "another place on the sky.*arcseconds"),
    ],
)
def test_a_bad_epoch_is_set_aside_by_itself(damage, message, night, tmp_path):
    table = damage(night, tmp_path)
    write_table(table, tmp_path / "table.csv")
    whole, other = cutouts_of(tmp_path / "table.csv", tmp_path)
    assert (len(whole.sequence), whole.parts) == (3, ())
    assert len(other.sequence) == 2
    assert [part.part for part in other.parts] == [True]
    assert re.search(message, other.parts[0].reason)
    assert "\n" not in other.parts[0].reason


def only_blank(night, tmp_path):
    for i in range(3):
        image = np.full((9, 9), np.nan, np.float32)
        fits.PrimaryHDU(image).writeto(tmp_path / f"b-{i}.fits", overwrite=True)
    return night


def julian_dates(night, _tmp_path):
    return night.assign(mjd=night["mjd"] + 2_400_000.5 * (night["object_id"] == "b"))


def two_classes(night, _tmp_path):
    return night.assign(label=["SN", "SN", "SN", "SN", "AGN", ""])


def three_places(night, _tmp_path):
    return night.assign(ra=[10.0, 10.0, 10.0, 10.0, 100.0, 190.0])


def nothing_right(night, tmp_path):
    (tmp_path / "b-0.fits").unlink()
    (tmp_path / "b-1.fits").write_bytes(b"not fits")
    return night.assign(mjd=[*night["mjd"][:5], np.nan])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (only_blank, "every frame is blank"),
        (julian_dates, "2400000.5"),
        (two_classes, "two classes.*AGN, SN"),
        (three_places, "more than an arcminute apart"),
        (
            nothing_right,
            "no epoch.*1 × no such file, 1 × not a FITS file, 1 × a time is not a number",
        ),
    ],
)
def test_an_object_without_a_good_epoch_is_set_aside_once(damage, message, night, tmp_path):
    found = read(damage(night, tmp_path), tmp_path)
    assert len(found["0012"]) == 3
    assert re.search(message, found["b"].rejection.reason)
    assert not found["b"].rejection.part
    assert found["b"].parts == ()


def test_a_row_without_an_object_costs_itself(night, tmp_path):
    found = list(read(night.assign(object_id=[*night["object_id"][:5], ""]), tmp_path).values())
    (row,) = [one for one in found if isinstance(one, ItemResult)]
    assert row.rejection is not None
    assert row.rejection.kind == "object_id is empty" and "row 6" in row.rejection.reason
    assert [len(one) for one in found if one is not row] == [3, 2]


def test_columns_by_other_names_are_used_and_others_named_once(night, tmp_path):
    theirs = {"file": "filename", "object_id": "objId", "mjd": "JD", "band": "FILTER"}
    table = night.assign(mjd=night["mjd"] + 2400000.5, weather="clear").rename(columns=theirs)
    path = tmp_path / "table.csv"
    table.to_csv(path, index=False)
    described = read_cutout_table(path)
    assert any("JD turned into MJD" in line for line in described.remarks)
    assert any(line == "columns not used: weather" for line in described.remarks)
    (whole, *_) = [f.sequence for f in cutouts_of(path, tmp_path)]
    assert whole.band == ("i", "r", "g")
    np.testing.assert_allclose(whole.mjd, [58998.5, 58999.5, 59000.5])


def test_tables_that_are_none(night, tmp_path):
    with pytest.raises(InputError, match="no column object_id"):
        read(night[["file"]], tmp_path)
    with pytest.raises(InputError, match="no column 'mjd'"):
        read(night[["file", "object_id"]], tmp_path)
    with pytest.raises(InputError, match="no such file"):
        next(cutouts_of(tmp_path / "none.csv", tmp_path))
    (tmp_path / "empty.csv").touch()
    with pytest.raises(InputError, match=r"no line of column names.*empty file"):
        next(cutouts_of(tmp_path / "empty.csv", tmp_path))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("column", ["class_name", "label"])
def test_labels(suffix, column, tmp_path):
    table = pd.DataFrame({"object_id": ["007", "b", "c"], column: ["SN", "AGN", ""]})
    write_table(table, tmp_path / f"labels{suffix}")
    assert read_labels(tmp_path / f"labels{suffix}") == {"007": "SN", "b": "AGN"}


def test_labels_that_contradict_themselves(tmp_path):
    write_table(
        pd.DataFrame({"object_id": ["a", "a"], "label": ["SN", "AGN"]}), tmp_path / "labels.csv"
    )
    with pytest.raises(InputError, match="two classes"):
        read_labels(tmp_path / "labels.csv")
    write_table(pd.DataFrame({"object_id": ["a"]}), tmp_path / "none.csv")
    with pytest.raises(InputError, match="no column class_name or label"):
        read_labels(tmp_path / "none.csv")


@pytest.mark.parametrize(
    "names",
    [
        [101.0, 102.0],
        ["101 ", "102"],
        [b"101", b"102\0"],
        pd.array([101, 102], dtype="Int64"),
        ["101.0", "102.0"],
    ],
)
def test_labels_reach_their_objects_however_names_are_stored(names, tmp_path):
    table = pd.DataFrame({"object_id": names, "class_name": [b"SN", b"NA"]})
    table.to_parquet(tmp_path / "labels.parquet")
    assert read_labels(tmp_path / "labels.parquet") == {"101": "SN", "102": "NA"}


def test_labels_of_names_that_have_lost_digits_are_refused(tmp_path):
    table = pd.DataFrame({"object_id": [4.29580672e18, 4.29580673e18], "label": "SN"})
    for suffix in SUFFIXES:
        write_table(table, tmp_path / f"labels{suffix}")
        with pytest.raises(InputError, match=r"object_id.*floats"):
            read_labels(tmp_path / f"labels{suffix}")


def test_columns_are_called_as_they_are_here_in_any_case(night, tmp_path):
    plain, loud = read(night, tmp_path), read(night.rename(columns=str.upper), tmp_path)
    np.testing.assert_array_equal(plain["0012"].frames, loud["0012"].frames)
    assert loud["0012"].zero_point_mag.tolist() == plain["0012"].zero_point_mag.tolist()
    with pytest.raises(InputError, match=r"a column is there twice.*'mjd'"):
        read(night.assign(MJD=1.0), tmp_path)
