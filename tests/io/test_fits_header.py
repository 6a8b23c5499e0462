"""Headers against astropy, and cards that are read back as they were written."""

import pytest
from astropy.io import fits
from hypothesis import given
from hypothesis import strategies as st

from taonet.errors import OutputError
from taonet.io.fits_header import BLOCK, format_cards, header_block, parse_header
from taonet.io.fits_scan import scan_fits


def test_headers_with_quotes_long_strings_and_hierarch(tmp_path):
    hdu = fits.PrimaryHDU()
    hdu.header["NAME"] = "O'Neill's / star"
    hdu.header["LONG"] = "x" * 150 + "'" + "y" * 30
    hdu.header["HIERARCH RA_(J2000)"] = 150.11888
    hdu.header["YES"] = (True, "a comment")
    hdu.header["TINY"] = 1e-300
    hdu.header["NOTHING"] = None
    hdu.writeto(tmp_path / "h.fits")
    header = scan_fits(tmp_path / "h.fits")[0].header
    for key in ("NAME", "LONG", "RA_(J2000)", "YES", "TINY"):
        assert header[key] == hdu.header[key]
    assert header["NOTHING"] is None


ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)


VALUES = (
    ASCII
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
)


@given(VALUES)
def test_what_is_written_as_a_card_is_read_back(value):
    cards = "".join(card.ljust(80) for card in format_cards([("KEY", value), ("DEC_(J", value)]))
    header = parse_header((cards + "END".ljust(80)).encode())
    expected = value.rstrip(" ") if isinstance(value, str) else value
    assert dict(header) == {"KEY": expected, "DEC_(J": expected}


@given(st.lists(st.tuples(st.sampled_from(["KEY", "A_B", "DEC_(J"]), VALUES), max_size=40))
def test_a_header_fills_whole_blocks_and_astropy_reads_what_was_written(cards):
    block = header_block(format_cards(cards))
    assert len(block) % BLOCK == 0 and len(block) > 0
    theirs, ours = fits.Header.fromstring(block.decode()), parse_header(block)
    for key, value in cards:
        # a text of blanks is a text of none; where a keyword is repeated the first one counts
        first = next(other for name, other in cards if name == key)
        expected = first.rstrip(" ") if isinstance(first, str) else first
        assert ours[key] == expected
        if value == first:
            assert theirs[key] == expected


@pytest.mark.parametrize(
    ("text", "message"), [("x" * 81, "too long"), ("é", "ASCII"), ("a\nb", "ASCII")]
)
def test_a_card_that_fits_cannot_hold_is_refused(text, message):
    with pytest.raises(OutputError, match=message):
        header_block([text])
