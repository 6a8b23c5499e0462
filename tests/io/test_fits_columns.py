"""Columns of FITS tables against astropy."""

import numpy as np
import pytest
from astropy.io import fits

from taonet.io.fits_columns import columns_of
from taonet.io.fits_scan import scan_fits


def test_a_table_without_rows(tmp_path):
    table = fits.BinTableHDU.from_columns([fits.Column(name="d", format="D", array=[])])
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(tmp_path / "t.fits")
    assert columns_of(scan_fits(tmp_path / "t.fits")[1])["d"].shape == (0,)


FORMATS = {"I": np.int16, "J": np.int32, "K": np.int64, "E": np.float32, "D": np.float64}


def read(tmp_path, *columns):
    """The columns of a table by us, and by astropy."""
    table = fits.BinTableHDU.from_columns(list(columns))
    path = tmp_path / "t.fits"
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(path, overwrite=True)
    theirs = fits.getdata(path, 1)
    return columns_of(scan_fits(path)[1]), theirs


@pytest.mark.parametrize("form", FORMATS)
def test_numbers_are_those_of_astropy_in_this_machine_s_byte_order(form, tmp_path):
    values = np.array([-300, 0, 7, 32_000]).astype(FORMATS[form])
    pairs = np.stack([values, values[::-1]], axis=1)
    columns = [fits.Column("one", form, array=values), fits.Column("two", f"2{form}", array=pairs)]
    ours, theirs = read(tmp_path, *columns)
    for name in ("one", "two"):
        assert ours[name].dtype.isnative
        np.testing.assert_array_equal(ours[name], theirs[name])


def test_text_is_without_the_blanks_at_its_end(tmp_path):
    ours, theirs = read(
        tmp_path, fits.Column("t", "6A", array=np.array(["ab ", " c", "it's!", ""]))
    )
    assert ours["t"].tolist() == list(theirs["t"]) == ["ab", " c", "it's!", ""]
