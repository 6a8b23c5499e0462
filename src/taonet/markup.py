"""Small pieces of HTML: how things show themselves in a notebook. All text is escaped."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

LINE = 79
"""Characters of a line on a screen: a repr is no longer."""

CELL = "text-align:left;padding:1px 12px 1px 0;border:0;background:none;vertical-align:top"


def facts_html(title: str, facts: Mapping[str, object], *, below: str = "") -> str:
    """Return a title above a list of facts.

    Parameters
    ----------
    below : str
        HTML that follows; it is not escaped.

    Examples
    --------
    >>> "&lt;b&gt;" in facts_html("<b>", {})
    True
    """
    rows = "".join(
        f"<tr><td style='{CELL};opacity:.65'>{escape(name)}</td>"
        f"<td style='{CELL}'>{escape(str(value))}</td></tr>"
        for name, value in facts.items()
    )
    return f"<div><b>{escape(title)}</b><table style='margin:4px 0'>{rows}</table>{below}</div>"


def table_html(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows of cells below their names.

    Examples
    --------
    >>> table_html(["class"], [["<SN>"]]).count("&lt;SN&gt;")
    1
    """
    head = "".join(f"<th style='{CELL}'>{escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td style='{CELL}'>{escape(str(c))}</td>" for c in row) + "</tr>"
        for row in rows
    )
    return f"<table style='margin:4px 0'><tr>{head}</tr>{body}</table>"


def count_words(count: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is one.

    Examples
    --------
    >>> count_words(1, "epoch"), count_words(1200, "object")
    ('1 epoch', '1,200 objects')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def shorten(text: str, most: int) -> str:
    """Return text of at most so many characters on one line, cut with an ellipsis.

    Examples
    --------
    >>> shorten("a supernova", 8), shorten("a star", 8)
    ('a super…', 'a star')
    """
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
