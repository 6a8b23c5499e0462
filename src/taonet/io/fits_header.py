"""FITS headers: 80-byte cards in blocks of 2,880 bytes, read and written."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from taonet.errors import OutputError

BLOCK = 2880
CARD = 80

Value = str | int | float | bool | None
"""What a header card can hold; None = the card is there and its value is not."""

Header = Mapping[str, Value]
"""Keywords in capitals (HIERARCH ones without that word) to values."""

_STRING = re.compile(r"\s*'((?:[^']|'')*)'")
_INTEGER = re.compile(r"[+-]?\d+")
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([EeDd][+-]?\d+)?")


@lru_cache(maxsize=256)
def parse_header(block: bytes) -> Header:
    """Parse the 80-byte cards of a header, up to END.

    Where a keyword is repeated the first one counts; comments are dropped. The standard allows
    ASCII only; an accent or a degree sign is read all the same (UTF-8, else Latin-1), and NUL bytes
    are taken for the blanks that they stand in for.

    Examples
    --------
    >>> dict(parse_header(b"HIERARCH RA_(J2000) = 150.11888".ljust(80) + b"END".ljust(80)))
    {'RA_(J2000)': 150.11888}
    """
    text = block.replace(b"\0", b" ").decode("latin-1")
    header: dict[str, Value] = {}
    last = ""
    for i in range(0, len(text), CARD):
        card = text[i : i + CARD]
        if card.startswith("END "):
            break
        if card.startswith("CONTINUE"):
            _continue(header, last, card[8:])
            continue
        key, value = _key_and_value(card)
        if key:
            last = key
            header.setdefault(key, _value(value))
    return MappingProxyType(header)


def _key_and_value(card: str) -> tuple[str, str]:
    if card.startswith("HIERARCH "):
        key, equals, value = card[9:].partition("=")
        return (key.strip().upper(), value) if equals else ("", "")
    if card[8:10] != "= ":
        return "", ""
    return card[:8].strip().upper(), card[10:]


def _value(text: str) -> Value:
    string = _STRING.match(text)
    if string:
        # The standard says: blanks at the end of a string mean nothing.
        return _in_utf8(string[1].replace("''", "'").rstrip(" "))
    plain = text.split("/")[0].strip()
    if plain in ("T", "F"):
        return plain == "T"
    if _INTEGER.fullmatch(plain):
        return int(plain)
    if _FLOAT.fullmatch(plain):
        return float(plain.upper().replace("D", "E"))
    return plain or None


def _in_utf8(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return text


def _continue(header: dict[str, Value], key: str, text: str) -> None:
    begun, more = header.get(key), _value(text)
    if isinstance(begun, str) and isinstance(more, str) and begun.endswith("&"):
        header[key] = begun[:-1] + more


def format_cards(cards: Iterable[tuple[str, Value]]) -> Iterator[str]:
    """Write keywords and values as cards, HIERARCH where a keyword needs it."""
    for key, value in cards:
        text = _format_value(value)
        if len(key) > 8 or not key.replace("_", "").isalnum():
            yield f"HIERARCH {key} = {text}"
        else:
            yield f"{key:8}= {text if isinstance(value, str) else text.rjust(20)}"


def _format_value(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "T" if value else "F"
    return quote_text(value) if isinstance(value, str) else str(value).upper()


def quote_text(text: str) -> str:
    """Write a text as the value of a card."""
    return "'" + text.replace("'", "''").ljust(8) + "'"


def header_block(cards: Iterable[str]) -> bytes:
    """Join cards into a header: END, and blanks up to a whole block.

    Raises
    ------
    OutputError
        If a card is too long, or is not printable ASCII.
    """
    block = b"".join(_card(card) for card in (*cards, "END"))
    return pad_block(block, b" ")


def _card(text: str) -> bytes:
    if len(text) > CARD:
        raise OutputError("too long for a FITS card", got=text, do=f"{CARD} characters at most")
    return ascii_bytes(text.ljust(CARD))


def ascii_bytes(text: str) -> bytes:
    """Encode a text.

    Raises
    ------
    OutputError
        If it is not printable ASCII.
    """
    if not (text.isascii() and text.isprintable()):
        raise OutputError("FITS holds ASCII text only", got=repr(text))
    return text.encode("ascii")


def pad_block(content: bytes, fill: bytes) -> bytes:
    """Fill up to a whole block."""
    return content + fill * (-len(content) % BLOCK)
