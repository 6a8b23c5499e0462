"""A hash of the numbers and choices that define a preset, whatever its source text looks like."""

import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from taonet.simulation.survey import Survey


def survey_digest(survey: Survey, classes: Iterable[str] = (), *, beside: Any = None) -> str:
    """Return a hash of everything that a survey states: its numbers, classes, bands and functions.

    Functions count by name, with the values of their arguments; what they do with them is the
    program's version, not the preset. Transients outside the survey's taxonomy count where their
    class is named alone: a class that is added does not change what others draw.

    Parameters
    ----------
    survey : Survey
    classes : iterable of str
        Classes that are drawn beside those of the taxonomy.
    beside : dataclass, optional
        Other numbers that count.

    Returns
    -------
    str
        SHA-256 in hexadecimal digits.
    """
    form = canonical_form(_only(survey, classes))
    if beside is not None:
        form = [form, canonical_form(beside)]
    text = json.dumps(form, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def canonical_form(value: Any) -> Any:
    """Return a value as lists, text and None, the same on every machine.

    Integers and floats of equal value are the same. The order of a mapping counts, since mixtures
    are drawn by it; that of the fields of a dataclass and of a function's arguments does not.
    Fields that are None are left out, so that a new optional one changes nothing.

    Raises
    ------
    TypeError
        If it holds something else than numbers, text, dataclasses, mappings, sequences and
        functions.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return ["bool", str(bool(value))]
    if isinstance(value, int | float | np.integer | np.floating):
        return ["number", repr(float(value))]
    if is_dataclass(value) and not isinstance(value, type):
        return [
            "fields",
            _named_values({one.name: getattr(value, one.name) for one in fields(value)}),
        ]
    if isinstance(value, Mapping):
        return ["mapping", [[str(key), canonical_form(inner)] for key, inner in value.items()]]
    if isinstance(value, tuple | list):
        return ["sequence", [canonical_form(inner) for inner in value]]
    if callable(value):
        return ["function", *_function(value)]
    raise TypeError(f"no part of a preset: {value!r}")


def _named_values(values: Mapping[str, Any]) -> list[Any]:
    known = {name: value for name, value in values.items() if value is not None}
    return [[name, canonical_form(known[name])] for name in sorted(known)]


def _function(function: Callable[..., Any]) -> tuple[str, list[Any]]:
    """Return a function's name and the values of those of its arguments that have one."""
    plain, args, keywords = function, (), {}
    if isinstance(function, partial):
        plain, args, keywords = function.func, function.args, function.keywords
    bound = inspect.signature(plain).bind_partial(*args, **keywords)
    bound.apply_defaults()
    return plain.__qualname__, _named_values(bound.arguments)


def _only(survey: Survey, classes: Iterable[str]) -> Survey:
    """Return the survey with the transients of its taxonomy and of some classes alone."""
    names = survey.taxonomy_with(classes).classes

    def those(transients: Mapping[str, Any]) -> dict[str, Any]:
        return {name: transients[name] for name in names if name in transients}

    catalogue = survey.catalogue
    if catalogue is not None:
        catalogue = replace(catalogue, transients=those(catalogue.transients))
    return replace(survey, transients=those(survey.transients), catalogue=catalogue)
