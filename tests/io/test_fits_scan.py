"""The scanner against astropy, to the bit, and against damaged files."""

import gzip
import warnings

import numpy as np
import pytest
from astropy.io import fits

from taonet.errors import InputError
from taonet.io.fits_columns import columns_of
from taonet.io.fits_scan import images_of, scan_fits

BITPIX = {8: np.uint8, 16: np.int16, 32: np.int32, 64: np.int64, -32: np.float32, -64: np.float64}


def assert_same_as_astropy(path):
    runs = scan_fits(path)
    ours = [(run, i) for run in runs for i in range(run.count)]
    with fits.open(path, memmap=False) as hdus:
        assert len(hdus) == len(ours)
        for hdu, (run, i) in zip(hdus, ours, strict=True):
            assert_same_header(hdu.header, run.header)
            if isinstance(hdu, fits.BinTableHDU):
                assert_same_columns(hdu, columns_of(run))
            elif hdu.data is not None:
                assert_same_pixels(hdu.data, images_of(run)[i])


def assert_same_header(theirs, ours):
    skipped = {"COMMENT", "HISTORY", ""} | set(fits.Header.fromstring("BZERO = 1"))
    changed_by_astropy = {"BZERO", "BSCALE", "BITPIX", "BLANK", "TZERO1", "TSCAL1"}
    for key in set(theirs) - skipped - changed_by_astropy:
        assert ours[key.upper()] == theirs[key], key


def assert_same_columns(hdu, ours):
    assert list(ours) == hdu.columns.names
    for name, values in ours.items():
        theirs = np.asarray(hdu.data[name])
        assert np.array_equal(values, theirs.astype(values.dtype)), name


def assert_same_pixels(theirs, ours):
    assert ours.dtype.isnative
    assert ours.dtype == theirs.dtype.newbyteorder("=")
    assert np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f")
    assert ours.tobytes() == theirs.astype(ours.dtype).tobytes()


@pytest.mark.parametrize("bitpix", BITPIX)
def test_every_bitpix_is_read_as_astropy_reads_it(bitpix, tmp_path):
    rng = np.random.default_rng(bitpix + 100)
    pixels = rng.integers(0, 120, (5, 7, 3)).astype(BITPIX[bitpix])
    hdus = [fits.PrimaryHDU(pixels), fits.ImageHDU(pixels[0]), fits.ImageHDU(pixels[0])]
    fits.HDUList(hdus).writeto(tmp_path / "a.fits")
    assert_same_as_astropy(tmp_path / "a.fits")


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32, np.uint64, np.int8])
def test_unsigned_integers_are_exact(dtype, tmp_path):
    info = np.iinfo(dtype)
    pixels = np.array([[info.min, info.max, 1], [0, info.max // 2, info.max // 2 + 1]], dtype)
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(pixels)]).writeto(tmp_path / "a.fits")
    assert_same_as_astropy(tmp_path / "a.fits")
    image = images_of(scan_fits(tmp_path / "a.fits")[1])
    assert image.dtype == dtype
    assert np.array_equal(image[0], pixels)


@pytest.mark.parametrize("bitpix", [8, 16, 32, -32, -64])
def test_scaled_pixels_become_floats(bitpix, tmp_path):
    hdu = fits.ImageHDU(np.arange(12).reshape(3, 4).astype(BITPIX[bitpix]))
    hdu.header["BSCALE"], hdu.header["BZERO"] = 0.37, 12.5
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = fits.HDUList([fits.PrimaryHDU(), hdu])
        raw.writeto(tmp_path / "a.fits")
    # astropy drops the scaling on writing, so it is put into the bytes.
    content = (tmp_path / "a.fits").read_bytes()
    cards = b"BSCALE  =                 0.37".ljust(80) + b"BZERO   =                 12.5".ljust(
        80
    )
    end = content.index(b"END ", 2880)
    patched = content[:end] + cards + b"END".ljust(80) + content[end + 240 :]
    (tmp_path / "a.fits").write_bytes(patched)
    assert_same_as_astropy(tmp_path / "a.fits")
    assert images_of(scan_fits(tmp_path / "a.fits")[1]).dtype.kind == "f"


def test_tables_are_read_as_astropy_reads_them(tmp_path):
    columns = [
        fits.Column(name="u", format="J", bzero=2**31, array=np.array([0, 2**32 - 1], np.uint32)),
        fits.Column(name="k", format="K", array=np.array([-(2**62), 7])),
        fits.Column(name="j", format="J", array=np.array([-5, 2**30])),
        fits.Column(name="i", format="I", array=np.array([-5, 300])),
        fits.Column(name="e", format="E", array=np.array([0.1, np.inf], np.float32)),
        fits.Column(name="d", format="D", array=np.array([0.1, -1e300])),
        fits.Column(name="text", format="5A", array=np.array(["ab ", "it's!"])),
        fits.Column(name="pair", format="2D", array=np.array([[1.0, 2.0], [3.0, 4.0]])),
    ]
    table = fits.BinTableHDU.from_columns(columns)
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(tmp_path / "t.fits")
    assert_same_as_astropy(tmp_path / "t.fits")


def test_equal_headers_make_one_run(tmp_path):
    images = [fits.ImageHDU(np.full((4, 4), i, np.uint16)) for i in range(5)]
    images[3].header["EXTRA"] = 1
    fits.HDUList([fits.PrimaryHDU(), *images]).writeto(tmp_path / "a.fits")
    runs = scan_fits(tmp_path / "a.fits")
    assert [(run.first, run.count) for run in runs] == [(0, 1), (1, 3), (4, 1), (5, 1)]
    assert images_of(runs[1])[:, 0, 0].tolist() == [0, 1, 2]


def test_a_last_block_without_padding_is_read(tmp_path):
    images = [fits.ImageHDU(np.full((4, 4), i, np.uint16)) for i in range(3)]
    fits.HDUList([fits.PrimaryHDU(), *images]).writeto(tmp_path / "a.fits")
    content = (tmp_path / "a.fits").read_bytes()
    (tmp_path / "a.fits").write_bytes(content[: len(content) - 2880 + 32])
    assert sum(run.count for run in scan_fits(tmp_path / "a.fits")) == 4


def bad(tmp_path, content, name="bad.fits"):
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


def whole(tmp_path):
    images = [fits.ImageHDU(np.full((40, 40), i, np.uint16)) for i in range(3)]
    fits.HDUList([fits.PrimaryHDU(), *images]).writeto(tmp_path / "whole.fits")
    return (tmp_path / "whole.fits").read_bytes()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda _whole: b"", "empty"),
        (lambda _whole: b"hello" * 1000, "not a FITS file"),
        (lambda whole: whole[:1000], "truncated in the header of HDU 0"),
        (lambda whole: whole[:7000], "truncated at HDU 1.*1,240 of 3,200 bytes"),
        (lambda whole: whole.replace(b"XTENSION", b"YTENSION"), "no header"),
        (
            lambda whole: whole.replace(
                b"BITPIX  =                   16", b"BITPIX  = 17".ljust(30)
            ),
            "BITPIX",
        ),
        (
            lambda whole: whole.replace(
                b"NAXIS1  =                   40", b"NAXIS1  = -4".ljust(30)
            ),
            "NAXIS1",
        ),
        (lambda whole: whole[:80] + b"\nEND\n" + bytes(3000), "line breaks between the cards"),
        (lambda whole: gzip.compress(whole)[:-20], "truncated gzip"),
        (lambda _whole: b"\x1f\x8b" + bytes(100), "corrupt gzip"),
        (lambda _whole: gzip.compress(bytes(50_000_000)), "larger than"),
    ],
)
def test_damage_is_named_in_one_line(damage, message, tmp_path):
    path = bad(tmp_path, damage(whole(tmp_path)))
    with pytest.raises(InputError, match=message) as caught:
        scan_fits(path, max_bytes=1_000_000)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
