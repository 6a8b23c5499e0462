"""Deep-TAO: true order, duplicates, blanks, parents, damage; files written by astropy."""

import random
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from taonet.errors import InputError
from taonet.io.deep_tao.reader import object_id_of, read_deep_tao
from taonet.io.fits_columns import columns_of
from taonet.io.fits_scan import images_of, scan_fits
from taonet.io.input_files import select_files
from taonet.io.kinds.deep_tao import DEEP_TAO
from taonet.sky.cutout import Quality

CLASSES = ("AGN", "BZ", "CV", "SN", "OTHER", "NON")


def of_class(truths, class_name):
    return next(truth for truth in truths.values() if truth.class_name == class_name)


@pytest.fixture
def copied(deep_tao, tmp_path):
    """A function that copies the plain file of a class to a place where it may be damaged."""

    def copy(class_name):
        truth = of_class(deep_tao, class_name)
        folder = tmp_path / class_name
        folder.mkdir(exist_ok=True)
        return truth, shutil.copy(truth.path, folder / truth.path.name)

    return copy


def test_every_file_is_read_as_it_was_meant(deep_tao):
    assert {truth.class_name for truth in deep_tao.values()} == set(CLASSES)
    assert {truth.path.suffix for truth in deep_tao.values()} == {".fits", ".gz"}
    for truth in deep_tao.values():
        sequence, set_aside = read_deep_tao(truth.path)
        assert sequence.object_id == truth.object_id
        assert sequence.class_name == truth.class_name
        assert sequence.raw_label == truth.raw_label
        assert (sequence.ra, sequence.dec) == (truth.ra, truth.dec)
        assert sequence.field_id == truth.field_id
        assert sequence.survey_field == "N07053"
        assert sequence.channels == ("science",)
        assert list(map(str, set_aside)) == truth.set_aside


def test_frames_come_in_true_order_and_once(deep_tao):
    for truth in deep_tao.values():
        sequence, _ = read_deep_tao(truth.path)
        assert sequence.frames.dtype == np.uint16
        assert np.array_equal(sequence.frames, truth.frames)
        assert np.array_equal(sequence.mjd_raw, truth.mjd_raw)
        assert list(sequence.exposure_id) == truth.exposure_id


def test_times_never_decrease_and_repairs_are_flagged(deep_tao):
    sequence, _ = read_deep_tao(of_class(deep_tao, "SN").path)
    assert (np.diff(sequence.mjd) >= 0).all()
    repaired = (sequence.quality & Quality.MJD_REPAIRED) > 0
    assert np.array_equal(repaired, sequence.mjd != sequence.mjd_raw)
    assert {name[:7] for name, bad in zip(sequence.exposure_id, repaired, strict=True) if bad} == {
        "06MAR05"
    }


def test_blank_frames_are_flagged_not_dropped(deep_tao):
    for truth in deep_tao.values():
        sequence, _ = read_deep_tao(truth.path)
        assert np.array_equal((sequence.quality & Quality.BLANK) > 0, truth.blank)
        assert truth.blank.any() == (truth.class_name != "NON")


def test_non_transients_are_tied_to_their_parent(deep_tao):
    children = [truth for truth in deep_tao.values() if truth.class_name == "NON"]
    for child in children:
        sequence, _ = read_deep_tao(child.path)
        assert sequence.field_id in deep_tao
        assert sequence.field_id != sequence.object_id


def test_scanner_and_astropy_agree_on_every_file(deep_tao):
    for truth in deep_tao.values():
        runs = scan_fits(truth.path)
        images = [image for run in runs if run.kind == "IMAGE" for image in images_of(run)]
        with fits.open(truth.path, memmap=False) as hdus:
            for ours, hdu in zip(images[1:], hdus[2:], strict=True):
                assert hdu.data.dtype == np.uint16
                assert np.array_equal(ours, hdu.data)
            for name, values in columns_of(runs[1]).items():
                assert np.array_equal(values, np.asarray(hdus[1].data[name]))


def test_outside_the_folder_of_a_class_a_file_has_none_and_keeps_its_label(deep_tao, tmp_path):
    for class_name in CLASSES:
        truth = of_class(deep_tao, class_name)
        sequence, _ = read_deep_tao(Path(shutil.copy(truth.path, tmp_path)))
        assert sequence.class_name is None
        assert sequence.raw_label == truth.raw_label
        assert sequence.field_id == truth.field_id


# Bad files


def changed(path, column, values):
    """Rewrite a column of the table, whatever its format."""
    with fits.open(path, memmap=False) as hdus:
        columns = [
            fits.Column(name=c.name, format="12A", array=np.array(values))
            if c.name == column
            else fits.Column(name=c.name, format=c.format, array=hdus[1].data[c.name])
            for c in hdus[1].columns
            if c.name != column or values is not None
        ]
        table = fits.BinTableHDU.from_columns(columns, header=None)
        images = [fits.ImageHDU(hdu.data) for hdu in hdus[2:]]
    fits.HDUList([fits.PrimaryHDU(), table, *images]).writeto(path, overwrite=True)


BAD_CELLS = pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("MJD", "yesterday", "MJD is not a number.*yesterday"),
        ("MJD", "nan", "MJD is not a number"),
        ("MJD", "2453466.7", "JD, not MJD.*2400000.5"),
        ("Date", "2006-04-02", "not a date"),
        ("HDU_Ext", "two", "not the number of an HDU"),
    ],
)


@BAD_CELLS
def test_a_bad_cell_costs_its_row_and_is_named(column, value, message, copied):
    truth, path = copied("SN")
    good = [str(cell) for cell in columns_of(scan_fits(truth.path)[1])[column].tolist()]
    changed(path, column, [value, *good[1:]])
    sequence, set_aside = read_deep_tao(path)
    assert len(sequence) == len(truth.frames) - 1
    bad = next(error for error in set_aside if str(error.where) == "row 1")
    assert re.search(message, str(bad))
    assert "\n" not in str(bad)


@BAD_CELLS
def test_a_column_of_bad_cells_costs_the_file(column, value, message, copied):
    truth, path = copied("NON")
    rows = len(columns_of(scan_fits(truth.path)[1])["MJD"])
    changed(path, column if column != "Date" else "DATE", [value] * rows)
    with pytest.raises(InputError, match=rf"(?s){message}|no frames.*{message.split('.*')[0]}"):
        read_deep_tao(path)


@pytest.mark.parametrize("column", ["MJD", "Date", "HDU_Ext"])
def test_a_missing_column_is_named(column, copied):
    _, path = copied("SN")
    changed(path, column, None)
    with pytest.raises(InputError, match=f"no column {column.upper()}.*layout of Deep-TAO"):
        read_deep_tao(path)


def test_files_without_table_or_frames(tmp_path, deep_tao):
    image = fits.ImageHDU(np.arange(16.0).reshape(4, 4))
    fits.HDUList([fits.PrimaryHDU(), image]).writeto(tmp_path / "a.fits")
    with pytest.raises(InputError, match="no table"):
        read_deep_tao(tmp_path / "a.fits")
    with fits.open(of_class(deep_tao, "SN").path, memmap=False) as hdus:
        fits.HDUList(hdus[:2]).writeto(tmp_path / "b.fits")
    with pytest.raises(InputError, match="a row without an image"):
        read_deep_tao(tmp_path / "b.fits")


@pytest.mark.parametrize("value", [1900, np.nan])
def test_only_blank_frames(value, copied):
    _, path = copied("CV")
    with fits.open(path, memmap=False) as hdus:
        for hdu in hdus[2:]:
            dtype = np.float32 if np.isnan(value) else np.uint16
            hdu.data = np.full((64, 64), value, dtype)
        hdus.writeto(path, overwrite=True)
    with pytest.raises(InputError, match="every frame is blank"):
        read_deep_tao(path)


def test_truncated_file(deep_tao, deep_tao_maker, tmp_path):
    path = of_class(deep_tao, "SN").path
    short = deep_tao_maker.truncated(path, tmp_path / "short.fits", bytes_left=100_000)
    with pytest.raises(InputError, match=r"truncated at HDU 9.*of 8,192 bytes"):
        read_deep_tao(short)


def test_rows_and_images_that_do_not_match_are_reported(copied):
    _, path = copied("NON")
    with fits.open(path, memmap=False) as hdus:
        images = hdus[2:-2]  # rows without image
        table = hdus[1]
        table.data["HDU_Ext"][1] = "2"  # two rows for HDU 2, none for HDU 3
        fits.HDUList([fits.PrimaryHDU(), table, *images]).writeto(path, overwrite=True)
    sequence, set_aside = read_deep_tao(path)
    assert len(sequence) == len(images) - 2  # HDU 3 has no row, one exposure was cut twice
    assert [str(error) for error in set_aside] == [
        "row 2: a second row for an image (got HDU 2)",
        "row 11: a row without an image (got HDU 12)",
        "row 12: a row without an image (got HDU 13)",
        "HDU 3: an image without a row in the table",
    ]


def saved_anew(path, make):
    """Write a file again with what a function makes of each image, by its place in the file."""
    with fits.open(path, memmap=False) as hdus:
        images = [make(i, hdu) for i, hdu in enumerate(hdus[2:])]
        fits.HDUList([hdus[0], hdus[1], *images]).writeto(path, overwrite=True)


def test_compressed_images_are_read_as_the_plain_ones(copied):
    truth, path = copied("SN")
    saved_anew(path, lambda _, hdu: fits.CompImageHDU(hdu.data))
    sequence, set_aside = read_deep_tao(path)
    assert np.array_equal(sequence.frames, truth.frames)
    assert sequence.frames.dtype == np.uint16
    assert list(map(str, set_aside)) == truth.set_aside
    packed = Path(shutil.move(path, f"{path}.fz"))
    assert select_files(DEEP_TAO, [packed.parent]).files == (packed,)
    assert read_deep_tao(packed)[0].object_id == truth.object_id


def test_one_frame_of_another_integer_type_or_with_an_axis_of_one_is_kept(copied):
    truth, path = copied("NON")

    def make(i, hdu):
        kinds = {1: hdu.data.astype("i4"), 2: hdu.data[None], 3: hdu.data.astype("f4")}
        return fits.ImageHDU(kinds.get(i, hdu.data))

    saved_anew(path, make)
    sequence, set_aside = read_deep_tao(path)
    assert set_aside == ()
    assert sequence.frames.dtype == np.uint16
    assert np.array_equal(sequence.frames, truth.frames)


def test_a_frame_with_pixels_of_no_value_makes_all_of_them_floats(copied):
    truth, path = copied("NON")
    hole = np.arange(64 * 64).reshape(64, 64) % 100 == 0

    def make(i, hdu):
        return fits.ImageHDU(np.where(hole, np.nan, hdu.data).astype("f4") if i == 3 else hdu.data)

    saved_anew(path, make)
    sequence, _ = read_deep_tao(path)
    assert sequence.frames.dtype == np.float32
    assert np.isnan(sequence.frames).sum() == hole.sum()
    assert np.nansum(np.abs(sequence.frames - truth.frames)) == 0


@pytest.mark.parametrize(
    "odd", [np.ones((3, 64, 64), "u2"), np.ones(64, "u2"), np.ones((64, 60), "u2")]
)
def test_one_odd_image_costs_itself_and_nothing_else(odd, copied):
    truth, path = copied("NON")
    saved_anew(path, lambda i, hdu: fits.ImageHDU(odd if i == 1 else hdu.data))
    sequence, set_aside = read_deep_tao(path)
    assert len(sequence) == len(truth.frames) - 1
    assert [str(error.where) for error in set_aside] == ["HDU 3"]


@pytest.mark.parametrize("letter", [b"\xe9", b"\xb0"])
def test_a_letter_that_is_not_ascii_and_nul_padding_do_no_harm(letter, copied):
    truth, path = copied("SN")
    raw = Path(path).read_bytes().replace(b"'SN      '", b"'SN " + letter + b" x  '")
    end = raw.find(b"END" + b" " * 77)
    raw = raw[: end + 3] + bytes(2877 - end) + raw[2880:] + b"\r\n"
    Path(path).write_bytes(raw)
    sequence, _ = read_deep_tao(path)
    assert sequence.raw_label == f"SN {letter.decode('latin-1')} x"
    assert sequence.class_name == "SN"
    assert np.array_equal(sequence.frames, truth.frames)


def test_somebodys_own_cutouts_are_sent_to_the_verb_for_them(tmp_path):
    fits.writeto(tmp_path / "a.fits", np.ones((8, 8), "f4"))
    with pytest.raises(InputError, match=r"not a file of Deep-TAO.*taonet ingest fits DIR --table"):
        read_deep_tao(tmp_path / "a.fits")


def test_a_pixel_file_of_tess_is_refused_by_name(tmp_path):
    columns = [
        fits.Column("TIME", "D", array=np.arange(3.0)),
        fits.Column("FLUX", "12E", dim="(3,4)", array=np.ones((3, 4, 3), "f4")),
    ]
    pixels = fits.BinTableHDU.from_columns(columns, name="PIXELS")
    fits.HDUList([fits.PrimaryHDU(), pixels]).writeto(tmp_path / "a.fits")
    with pytest.raises(InputError, match="pixel file of Kepler or TESS"):
        read_deep_tao(tmp_path / "a.fits")


@pytest.mark.parametrize(
    ("ra", "dec", "expected"),
    [
        ("10:00:28.53", "-07:11:16.0", (150.118875, -7.187777777)),
        ("10 00 28.53", "+07 11 16.0", (150.118875, 7.187777777)),
        ("150.118875", "-0:30:00", (150.118875, -0.5)),
        (150.118875, None, (150.118875, np.nan)),
        (-0.5, 2.0, (359.5, 2.0)),
        (360.5, 2.0, (0.5, 2.0)),
        (-999.0, -999.0, (np.nan, np.nan)),
        (0.0, 0.0, (np.nan, np.nan)),
    ],
)
def test_positions_in_every_spelling(ra, dec, expected, copied):
    _, path = copied("SN")
    set_position(path, ra, dec)
    sequence, _ = read_deep_tao(path)
    assert np.allclose((sequence.ra, sequence.dec), expected, equal_nan=True)


@pytest.mark.parametrize(("ra", "dec"), [("here", 0.5), (1000.0, 0.5), (10.0, 95.0)])
def test_positions_that_are_none_are_left_out_and_named(ra, dec, copied):
    _, path = copied("SN")
    set_position(path, ra, dec)
    sequence, set_aside = read_deep_tao(path)
    assert np.isnan([sequence.ra, sequence.dec]).any()
    assert "not a position" in str(set_aside[-1])


def set_position(path, ra, dec):
    with fits.open(path, memmap=False) as hdus:
        for key, value in (("RA_(J2000)", ra), ("DEC_(J2000)", dec)):
            del hdus[1].header[key]
            if value is not None:
                hdus[1].header[f"HIERARCH {key}"] = value
        hdus.writeto(path, overwrite=True)


@pytest.mark.parametrize("class_name", ["SN", "NON"])
def test_damaged_bytes_never_raise_anything_else(class_name, deep_tao, tmp_path):
    content = of_class(deep_tao, class_name).path.read_bytes()
    chance = random.Random(7)
    path = tmp_path / "x.fits"
    outcomes = {"read": 0, "refused": 0}
    for _ in range(300):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 30)):
            # Headers and the table, where damage tells; pixels may be anything.
            damaged[chance.randrange(min(len(content), 26_000))] = chance.randrange(256)
        if chance.random() < 0.3:
            del damaged[chance.randrange(len(damaged)) :]
        path.write_bytes(damaged)
        outcomes[attempt(path)] += 1
    assert min(outcomes.values()) > 5, outcomes


DIGITS = bytes(range(0x20, 0x7F))


def test_damaged_text_in_cards_never_raises_anything_else(deep_tao, tmp_path):
    content = of_class(deep_tao, "SN").path.read_bytes()
    chance = random.Random(8)
    path = tmp_path / "x.fits"
    cards = [i for i in range(0, 20_000, 80) if content[i + 8 : i + 10] == b"= "]
    outcomes = {"read": 0, "refused": 0}
    for _ in range(300):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.choice(cards) + chance.randrange(10, 31)] = chance.choice(DIGITS)
        path.write_bytes(damaged)
        outcomes[attempt(path)] += 1
    assert min(outcomes.values()) > 5, outcomes


def attempt(path):
    try:
        read_deep_tao(path)
    except InputError as error:
        assert "\n" not in str(error)
        return "refused"
    return "read"


def test_object_ids_keep_colons_and_dots(deep_tao):
    for truth in deep_tao.values():
        assert object_id_of(truth.path) == truth.object_id
