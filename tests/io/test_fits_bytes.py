"""The bytes of FITS files: unzipped, and refused by name where they are something else."""

import gzip

import pytest

from taonet.errors import InputError
from taonet.io.fits_bytes import read_fits_bytes

PLAIN = b"SIMPLE  =                    T".ljust(80) + b"END".ljust(2800) + bytes(range(256)) * 20


def read(path, content, *, max_bytes=1_000_000):
    path.write_bytes(content)
    return read_fits_bytes(path, max_bytes=max_bytes)


def test_a_file_is_read_as_it_is_zipped_or_not(tmp_path):
    halves = gzip.compress(PLAIN[:3000]) + gzip.compress(PLAIN[3000:]) + b"\0\0"
    for content in (PLAIN, gzip.compress(PLAIN), halves):
        assert read(tmp_path / "a.fits", content) == PLAIN


def test_the_limit_is_that_of_what_is_unzipped(tmp_path):
    packed = gzip.compress(PLAIN)
    assert read(tmp_path / "a.fits", packed, max_bytes=len(PLAIN)) == PLAIN
    for content in (PLAIN, packed, packed + gzip.compress(PLAIN)):
        with pytest.raises(InputError, match=f"larger than {len(PLAIN) - 1:,} bytes unzipped"):
            read(tmp_path / "a.fits", content, max_bytes=len(PLAIN) - 1)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_fits_bytes(tmp_path / "none.fits", max_bytes=1000)
    with pytest.raises(InputError, match="folder"):
        read_fits_bytes(tmp_path, max_bytes=1000)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (gzip.compress(PLAIN)[:-20], "a truncated gzip file.*again"),
        (b"\x1f\x8b" + bytes(100), "a corrupt gzip file"),
        (b"file,object_id,mjd\na,b,1\n", "not a FITS file.*a text file"),
        (b"<!DOCTYPE html><html>", "not a FITS file.*web page"),
        (b"PK\x03\x04", "not a FITS file.*packed as zip"),
        (b"PAR1", "not a FITS file.*Parquet"),
        (b"\x89HDF\r\n", "not a FITS file.*HDF5"),
        (gzip.compress(gzip.compress(b"SIMPLE  =")), "not a FITS file.*packed as gzip"),
    ],
    ids=["empty", "cut", "corrupt", "text", "page", "zip", "parquet", "hdf5", "gzip twice"],
)
def test_what_is_no_fits_file_is_said_to_be_what_it_is(content, message, tmp_path):
    with pytest.raises(InputError, match=message) as refused:
        read(tmp_path / "a.fits", content)
    assert "a.fits" in str(refused.value)
