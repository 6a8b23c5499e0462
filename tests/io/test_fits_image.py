"""Which image of a FITS file is the cutout, and what its pixels are; files written by astropy."""

import gzip
import re
import warnings

import numpy as np
import pytest
from astropy.io import fits

from taonet.errors import InputError
from taonet.io.fits_image import read_image

SCIENCE = np.arange(80, dtype=np.float32).reshape(8, 10) + 100
OTHER = np.ones((8, 10), np.float32)


def image(pixels=SCIENCE, name=None, *, packed=False, **cards):
    hdu = fits.CompImageHDU(pixels, name=name) if packed else fits.ImageHDU(pixels, name=name)
    hdu.header.update(cards)
    return hdu


def saved(path, *hdus, primary=None):
    fits.HDUList([fits.PrimaryHDU(primary), *hdus]).writeto(path, output_verify="ignore")
    return path


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "names",
    [
        ("SCI", "ERR", "DQ"),
        ("WHT", "SCI"),
        ("ERR", "DQ", None),
        ("MASK", "VARIANCE", "science"),
        ("PSFIMAGE", "UNCERT", "IMAGE"),
        ("BKG_RMS", "cutout"),
        ("WEIGHTMAP", "IVAR", "SCI1"),
        ("BADPIXMASK", "Flags", "SKYBKG", "COVERAGE", "stamp"),
        ("REF", "DIFF", "SCI"),
        ("TEMPLATE", "difference", "new"),
    ],
)
def test_what_lies_beside_a_science_image_is_passed_over(names, packed, tmp_path):
    science = {"SCI", "SCI1", "SCIENCE", "IMAGE", "CUTOUT", "STAMP", "NEW", None}
    hdus = [
        image(SCIENCE if (n and n.upper()) in science else OTHER, n, packed=packed) for n in names
    ]
    found = read_image(saved(tmp_path / "a.fits", *hdus))
    assert np.array_equal(found.pixels, SCIENCE)
    assert found.remarks == ()


def test_sci_wins_over_an_image_without_a_name(tmp_path):
    path = saved(tmp_path / "a.fits", image(OTHER), image(SCIENCE, "SCI"), primary=OTHER)
    assert np.array_equal(read_image(path).pixels, SCIENCE)


def test_every_channel_finds_its_own_image_in_one_file(tmp_path):
    hdus = [image(OTHER * i, name) for i, name in enumerate(("REF", "SCI", "DIFF"))]
    path = saved(tmp_path / "a.fits", *hdus)
    values = [read_image(path, channel=name).pixels[0, 0] for name in ("template", "science")]
    assert [*values, read_image(path, channel="difference").pixels[0, 0]] == [0, 1, 2]


def test_several_images_without_a_name_deserve_a_word(tmp_path):
    found = read_image(saved(tmp_path / "a.fits", image(), image(OTHER)))
    assert np.array_equal(found.pixels, SCIENCE)
    assert "the first of several images" in found.remarks[0]


@pytest.mark.parametrize("choice", ["[WHT]", "[wht]", "[2]", "[WHT,1]", "[ WHT , 1 ]"])
@pytest.mark.parametrize("suffix", [".fits", ".fits.gz"])
def test_the_name_of_the_file_says_which_image(choice, suffix, tmp_path):
    saved(tmp_path / f"a{suffix}", image(OTHER, "SCI"), image(SCIENCE, "WHT"))
    found = read_image(tmp_path / f"a{suffix}{choice}")
    assert np.array_equal(found.pixels, SCIENCE)


@pytest.mark.parametrize("hdu", ["2", "2.0", "WHT"])
def test_a_column_says_which_image(hdu, tmp_path):
    path = saved(tmp_path / "a.fits", image(OTHER, "SCI"), image(SCIENCE, "WHT"))
    assert np.array_equal(read_image(path, hdu=hdu).pixels, SCIENCE)


def test_extension_versions_are_told_apart(tmp_path):
    second = image(SCIENCE, "SCI", EXTVER=2)
    path = saved(tmp_path / "a.fits", image(OTHER, "SCI"), second)
    assert np.array_equal(read_image(tmp_path / "a.fits[SCI,2]").pixels, SCIENCE)
    assert "several images" in read_image(path).remarks[0]


@pytest.mark.parametrize(
    ("choice", "hdu", "message"),
    [
        ("[NONE]", "", r"\[NONE\]: no image of this name.*1 SCI"),
        ("[7]", "", "no image of this name or number"),
        ("[SCI]", "WHT", "disagree"),
        ("", "5", "no image of this name or number"),
    ],
)
def test_a_choice_that_is_not_there_is_refused(choice, hdu, message, tmp_path):
    saved(tmp_path / "a.fits", image(name="SCI"))
    with pytest.raises(InputError) as refused:
        read_image(tmp_path / f"a.fits{choice}", hdu=hdu)
    assert_says(refused, message)


def assert_says(refused, message):
    assert re.search(message, f"{refused.value} {refused.value.where}"), str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("shape", [(1, 8, 10), (1, 1, 8, 10), (8, 10, 1)])
def test_axes_of_one_element_do_not_count(shape, packed, tmp_path):
    path = saved(tmp_path / "a.fits", image(SCIENCE.reshape(shape), packed=packed))
    assert np.array_equal(read_image(path).pixels, SCIENCE)


@pytest.mark.parametrize(
    ("hdus", "message"),
    [
        ([image(np.ones((3, 8, 10), "f4"), "SCI"), image()], "a cube.*3 × 8 × 10"),
        ([image(np.ones((8, 10, 3), "f4"))], "a cube"),
        ([image(np.ones(10, "f4"))], "no two-dimensional image"),
        ([image(name="MASK"), image(name="ERR")], "no science image.*MASK, ERR.*name the image"),
        ([], "no two-dimensional image"),
    ],
)
def test_files_without_one_image_are_refused(hdus, message, tmp_path):
    path = saved(tmp_path / "a.fits", *hdus)
    with pytest.raises(InputError) as refused:
        read_image(path)
    assert_says(refused, message)


def pixel_table(form, name, dim=""):
    flux = np.ones((5, 12 if form == "12E" else 1), "f4")
    columns = [fits.Column("TIME", "D", array=np.arange(5.0))]
    columns += [fits.Column("FLUX", form, array=flux, dim=dim or None)]
    return fits.BinTableHDU.from_columns(columns, name=name)


@pytest.mark.parametrize(
    ("form", "name", "dim"),
    [("12E", "TARGETTABLES", "(3,4)"), ("12E", "PIXELS", ""), ("12E", None, "")],
)
def test_pixel_files_of_kepler_and_tess_are_refused_by_name(form, name, dim, tmp_path):
    aperture = image(np.ones((4, 3), "i4"), "APERTURE")
    path = saved(tmp_path / "tpf.fits", pixel_table(form, name, dim), aperture)
    for choice in ("", "[2]"):
        with pytest.raises(InputError, match="pixel file of Kepler or TESS"):
            read_image(tmp_path / f"{path.name}{choice}")


def test_a_table_of_stars_beside_an_image_does_no_harm(tmp_path):
    stars = pixel_table("E", "STARS")
    assert np.array_equal(read_image(saved(tmp_path / "a.fits", stars, image())).pixels, SCIENCE)


def with_card(path, card, hdu):
    raw = path.read_bytes()
    at = 0
    for _ in range(hdu + 1):
        at = raw.index(b"END" + b" " * 77, at + 1)
    path.write_bytes(raw[:at] + card.ljust(80).encode() + b"END".ljust(80) + raw[at + 160 :])
    return path


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("value", ["7", "7.0"])
@pytest.mark.parametrize(
    ("dtype", "offset"), [("u1", 0), ("i2", 0), ("u2", 2**15), ("i4", 0), ("u4", 2**31)]
)
def test_blank_is_no_data_in_plain_and_compressed_files(dtype, offset, value, packed, tmp_path):
    pixels = (np.arange(64).reshape(8, 8) % 50 + offset).astype(dtype)
    path = saved(tmp_path / "a.fits", image(pixels, packed=packed))
    with_card(path, f"{'ZBLANK' if packed else 'BLANK':8}= {value:>20}", 1)
    found = read_image(path).pixels
    assert found.dtype == (np.float32 if pixels.itemsize <= 2 else np.float64)
    assert np.array_equal(np.isnan(found), pixels == 7 + offset)
    assert np.array_equal(found[pixels != 7 + offset], pixels[pixels != 7 + offset])


@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i4", "u4", "f4", "f8"])
def test_compressed_pixels_are_those_of_astropy(dtype, tmp_path):
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 200, (40, 40)).astype(dtype)
    if pixels.dtype.kind == "f":
        pixels[:4] = np.nan
    saved(tmp_path / "a.fits.fz", image(pixels, packed=True))
    found = read_image(tmp_path / "a.fits.fz").pixels
    theirs = fits.getdata(tmp_path / "a.fits.fz", 1)
    assert found.dtype == theirs.dtype.newbyteorder("=")
    assert np.array_equal(found, theirs, equal_nan=dtype[0] == "f")


def text_header(raw):
    return raw.replace(b"Munoz", b"Mu\xf1oz").replace(b"(X)", b"(\xb0)")


def nul_padding(raw):
    end = raw.find(b"END" + b" " * 77)
    return raw[: end + 3] + bytes(2877 - end % 2880) + raw[2880 * (end // 2880 + 1) :]


def nul_in_cards(raw):
    return raw.replace(b"Munoz   '            ", b"Munoz'\0\0\0            ".ljust(21, b"\0"))


@pytest.mark.parametrize(
    "odd",
    [
        text_header,
        nul_padding,
        nul_in_cards,
        lambda raw: raw + b"\r\n",
        lambda raw: raw + bytes(100),
        lambda raw: raw + b"<html>" * 1000,
        lambda raw: gzip.compress(raw + b"\0"),
        lambda raw: raw.replace(b"END" + b" " * 77, b"END" + b" " * 75 + b"\r\n"),
    ],
)
def test_oddities_that_others_pass_over_are_passed_over(odd, tmp_path):
    header = fits.Header()
    header["OBSERVER"], header["TEMP"] = "Munoz", (-64.0, "CCD temperature (X)")
    fits.writeto(tmp_path / "a.fits", SCIENCE, header)
    raw = (tmp_path / "a.fits").read_bytes()
    assert odd(raw) != raw
    (tmp_path / "a.fits").write_bytes(odd(raw))
    assert np.array_equal(read_image(tmp_path / "a.fits").pixels, SCIENCE)


def test_damage_behind_the_image_does_no_harm_and_before_it_is_named(tmp_path):
    path = saved(tmp_path / "a.fits", image(OTHER, "MASK"), primary=SCIENCE)
    raw = path.read_bytes()
    path.write_bytes(raw[:-2000])
    assert np.array_equal(read_image(path).pixels, SCIENCE)
    path.unlink()
    saved(path, image(OTHER, "MASK"), image(SCIENCE))
    path.write_bytes(path.read_bytes()[:-2880])
    with pytest.raises(InputError, match="truncated at HDU 2"):
        read_image(path)


def test_compressed_files_are_read_without_a_warning(tmp_path):
    saved(tmp_path / "a.fits", image(packed=True))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_image(tmp_path / "a.fits")
