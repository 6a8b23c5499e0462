"""Paths as users give them: strings or paths, one or several."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeGuard

from taonet.errors import InputError
from taonet.types import AnyPath


def is_path(given: object) -> TypeGuard[AnyPath]:
    """Return whether something is a path, or a string that stands for one."""
    return isinstance(given, str | os.PathLike)


def path_of(given: Any, *, what: str = "a path") -> Path:
    """Return what a user gave as a path.

    Parameters
    ----------
    what : str
        What is expected, for the error.

    Raises
    ------
    InputError
        If it is nothing of the kind, or an empty text, which would mean the current folder.

    Examples
    --------
    >>> path_of("data/a.avro").name
    'a.avro'
    """
    if not is_path(given):
        raise InputError(f"not {what}", got=f"an object of type {type(given).__name__}")
    if not os.fspath(given):
        raise InputError("an empty path", do=f"give {what}")
    return Path(given)


def paths_of(given: Any) -> list[Path]:
    """Return paths, which may be text, in a list; a single one is a list of one.

    Parameters
    ----------
    given : path, or iterable of paths

    Raises
    ------
    InputError
        If something in it is no path.

    Examples
    --------
    >>> [path.name for path in paths_of("data/a.avro")]
    ['a.avro']
    """
    single = is_path(given) or not isinstance(given, Iterable)
    return [path_of(one) for one in ([given] if single else given)]
