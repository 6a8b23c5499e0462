import gzip

import numpy as np
import pytest
from astropy.io import fits

from fixtures.make_alerts import fits_bytes, picture, wrap
from taonet.errors import InputError
from taonet.io.alerts.stamps import stamp_of

IMAGE = np.arange(63 * 63, dtype=np.float32).reshape(63, 63)
INTEGERS = IMAGE.astype(np.uint16)
FLAVOURS = (
    "plain", "zipped", "twice", "cube", "extension", "psf", "uncertainty", "uint16", "double",
    "compressed",
)  # fmt: skip
FAULTS = (
    "null", "no-data", "empty", "text", "jpeg", "png", "broken-zip", "cut-zip", "cut-fits", "bare",
    "line", "cube", "table", "bomb",
)  # fmt: skip


def with_blank(hdu, value):
    hdu.header["BLANK"] = value
    return hdu


@pytest.mark.parametrize(
    "data",
    [
        fits_bytes(fits.PrimaryHDU(IMAGE)),
        gzip.compress(fits_bytes(fits.PrimaryHDU(IMAGE))),
        gzip.compress(gzip.compress(fits_bytes(fits.PrimaryHDU(IMAGE)))),
        fits_bytes(fits.PrimaryHDU(IMAGE[None, None])),
        fits_bytes(fits.PrimaryHDU(), fits.ImageHDU(IMAGE)),
        fits_bytes(fits.PrimaryHDU(), fits.ImageHDU(IMAGE * 0, name="PSF"), fits.ImageHDU(IMAGE)),
        fits_bytes(fits.PrimaryHDU(IMAGE), fits.ImageHDU(IMAGE * 0, name="UNCERT")),
        fits_bytes(fits.PrimaryHDU(INTEGERS)),
        fits_bytes(fits.PrimaryHDU(IMAGE.astype(">f8"))),
        fits_bytes(fits.PrimaryHDU(), fits.CompImageHDU(INTEGERS)),
    ],
    ids=FLAVOURS,
)
@pytest.mark.parametrize("bare", [True, False])
def test_every_flavour_of_fits_gives_the_same_picture(data, bare):
    image = stamp_of(data if bare else wrap(data))
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image, IMAGE)


@pytest.mark.parametrize(("values", "blank"), [(IMAGE.astype(np.int16), 5), (INTEGERS, 5 - 32768)])
def test_blank_integers_are_no_data(values, blank):
    image = stamp_of(fits_bytes(with_blank(fits.PrimaryHDU(values), blank)))
    assert np.flatnonzero(np.isnan(image)).tolist() == [5]


@pytest.mark.parametrize(
    ("stamp", "words"),
    [
        (None, "holds no bytes"),
        (wrap(None), "holds no bytes"),
        (wrap(b""), "holds no bytes"),
        (wrap("U0lNUExF"), "text instead of bytes"),
        (wrap(b"\xff\xd8\xff\xe0\x00\x10JFIF"), "no FITS file .got JPEG"),
        (wrap(b"\x89PNG\r\n"), "no FITS file .got PNG"),
        (wrap(b"\x1f\x8bnonsense"), "cannot be unzipped"),
        (wrap(gzip.compress(fits_bytes(fits.PrimaryHDU(IMAGE)))[:-500]), "cut off"),
        (wrap(fits_bytes(fits.PrimaryHDU(IMAGE))[:9000]), "cannot be read"),
        (wrap(fits_bytes(fits.PrimaryHDU())), "holds no image"),
        (wrap(fits_bytes(fits.PrimaryHDU(IMAGE[0]))), "no image of two axes .got 63 values"),
        (wrap(fits_bytes(fits.PrimaryHDU(np.stack([IMAGE] * 3)))), "got 3 × 63 × 63"),
        (
            wrap(
                fits_bytes(
                    fits.PrimaryHDU(),
                    fits.BinTableHDU.from_columns([fits.Column("a", "E", array=[1.0, 2.0])]),
                )
            ),
            "holds no image .got PRIMARY PrimaryHDU, BinTableHDU",
        ),
        (wrap(gzip.compress(bytes(50_000_000))), "too large when unzipped"),
    ],
    ids=FAULTS,
)
def test_what_is_no_picture_is_named(stamp, words):
    with pytest.raises(InputError, match=words):
        stamp_of(stamp)


def test_a_plain_picture_is_itself():
    np.testing.assert_array_equal(stamp_of(fits_bytes(fits.PrimaryHDU(picture()))), picture())
