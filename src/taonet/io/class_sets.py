"""Sets of classes as cells of a table: a JSON list in text formats, names with blanks before that.

In memory a set is a tuple of class names in label order, empty where an answer is like a typical
member of no class; None where there is no answer.
"""

import ast
import json
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from taonet.errors import InputError

ClassSet = tuple[str, ...]


def encode_set(members: ClassSet | None) -> str | None:
    """Return a set as text; None stays so.

    Examples
    --------
    >>> encode_set(("SN", "type II"))
    '["SN", "type II"]'
    """
    return None if members is None else json.dumps(list(members), ensure_ascii=False)


def decode_sets(cells: "pd.Series[Any]", classes: Sequence[str]) -> list[ClassSet | None]:
    """Return sets as tuples of class names, None where a cell is missing.

    Parameters
    ----------
    cells : Series
        Tuples of names, JSON lists, or names with blanks between (version 0).
    classes : sequence of str
        Those of the table.

    Raises
    ------
    InputError
        If a cell names another class, or can be read in two ways.

    Examples
    --------
    >>> decode_sets(pd.Series(["SN CV", '["CV"]', "[]", None]), ("SN", "CV"))
    [('SN', 'CV'), ('CV',), (), None]
    """
    parsed: dict[object, ClassSet | None] = {}
    for cell in set(cells):
        if isinstance(cell, tuple):
            parsed[cell] = check_set(cell, classes)
        else:
            parsed[cell] = parse_set(cell, classes) if isinstance(cell, str) else None
    return [parsed[cell] for cell in cells]


def parse_set(cell: str, classes: Sequence[str]) -> ClassSet:
    """Return the set that a cell of text holds, of schema version 1 or 0.

    Parameters
    ----------
    cell : str
        A JSON list, a Python tuple (as pandas writes one to csv), or names with blanks between.
    classes : sequence of str
        Those of the table, in label order. Without a JSON list they show where a name ends.

    Raises
    ------
    InputError
        If it names anything else, or can be read in two ways.

    Examples
    --------
    >>> parse_set('["SN", "type II"]', ("SN", "type II"))
    ('SN', 'type II')
    >>> parse_set("SN type II", ("SN", "type II"))
    ('SN', 'type II')
    >>> parse_set("('SN',)", ("SN", "type II"))
    ('SN',)
    """
    listed = _names_in(cell)
    if listed is None:
        return _parse_names(cell.strip(), tuple(classes))
    return check_set(listed, classes)


def check_set(members: ClassSet, classes: Sequence[str]) -> ClassSet:
    """Return a set that names classes of a table alone.

    Raises
    ------
    InputError
        If it names another.
    """
    if not set(members) <= set(classes):
        raise _set_error("a set names a class that the table has not", members)
    return members


def _names_in(cell: str) -> ClassSet | None:
    """Return the names that JSON or Python quote in a cell, None if it holds neither."""
    readers: dict[str, Callable[[str], object]] = {"[": json.loads, "(": ast.literal_eval}
    if cell[:1] not in readers:
        return None
    try:
        parsed = readers[cell[0]](cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if not isinstance(parsed, list | tuple):
        return None
    return tuple(parsed) if all(isinstance(name, str) for name in parsed) else None


def _parse_names(text: str, classes: ClassSet) -> ClassSet:
    words = text.split()
    readings = _readings(text, classes)
    if not readings and set(words) <= set(classes):
        # columns of probabilities were put in another order since
        return tuple(name for name in classes if name in words)
    if not readings:
        raise _set_error("a set names a class that the table has not", text)
    if len(readings) > 1:
        raise _set_error("a set can be read in two ways", text)
    return readings[0]


def _readings(text: str, classes: ClassSet) -> list[ClassSet]:
    """Return every way to read a text as names of classes in label order."""
    if not text:
        return [()]
    readings: list[ClassSet] = []
    for i, name in enumerate(classes):
        if text == name:
            readings.append((name,))
        elif text.startswith(f"{name} "):
            remainder = text.removeprefix(f"{name} ")
            readings += [(name, *others) for others in _readings(remainder, classes[i + 1 :])]
    return readings


def _set_error(what: str, cell: object) -> InputError:
    do = "write sets as JSON lists of class names, or call the column something else"
    return InputError(what, where="column 'set'", got=repr(cell), do=do)
