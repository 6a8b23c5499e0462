"""Settings from a file into dataclasses: no key and no value is let in that is not understood."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from taonet.errors import ConfigError, TaoNetError, nearest

T = TypeVar("T")


def settings_of(
    given: Mapping[str, Any], kind: type[T], *, where: str, as_stored: bool = False
) -> T:
    """Check settings against a dataclass of settings and fill in the defaults.

    Parameters
    ----------
    where : str
        Names the file.
    as_stored : bool
        The settings were written by a program: a text is not taken for a number.

    Raises
    ------
    ConfigError
        If a key or value is not understood; the nearest known key is named.

    Examples
    --------
    >>> from taonet.sky.taxonomy import Taxonomy
    >>> settings_of({"name": "two", "classes": ["SN", "NON"]}, Taxonomy, where="f.toml")
    Taxonomy(name='two', classes=('SN', 'NON'))
    """
    _check_keys(given, kind, where)
    adapter = TypeAdapter(kind)
    try:
        if as_stored:
            return adapter.validate_json(json.dumps(given), strict=True)
        return adapter.validate_python(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        got = repr(first["input"])[:MOST_SHOWN]
        raise ConfigError(f"{key}: {first['msg']}", where=where, got=got) from error
    except TaoNetError as error:
        raise ConfigError(str(error), where=where) from error


MOST_SHOWN = 200
"""Characters of a value that is not understood."""


def _check_keys(given: Mapping[str, Any], kind: type[Any], where: str) -> None:
    known = {f.name: f.type for f in fields(kind)}
    for key, value in given.items():
        if key not in known:
            raise ConfigError(f"unknown key {key!r}", where=where, do=nearest(key, known))
        section = _section(known[key])
        if isinstance(value, Mapping) and section is not None:
            _check_keys(value, section, f"{where} [{key}]")


def _section(annotation: Any) -> type[Any] | None:
    """Return the dataclass that a field holds, if it holds one or may be left out."""
    kinds = (annotation, *get_args(annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and is_dataclass(kind)), None)
