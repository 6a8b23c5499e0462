"""What the pages share: their templates, how numbers are written, and their style."""

from importlib.resources import files
from math import isfinite
from typing import Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from taonet.evaluation.intervals import Interval, format_number
from taonet.evaluation.metric_table import (
    BY_NAME,
    CLASS_METRICS,
    COMPARED,
    EARLY,
    INTERVALS,
    ON_PAGE,
)
from taonet.reports.theme import theme_css

_FOLDER: Final = files("taonet.reports")


def page_environment() -> Environment:
    """Return the environment in which pages are written; all values are escaped."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_read_file),
    )
    environment.filters["digits"] = format_digits
    environment.filters["percent"] = format_percent
    environment.filters["interval"] = Interval.from_row
    environment.filters["thousands"] = lambda n: f"{n:,}"
    environment.filters["unbroken"] = lambda name: name.replace("-", "\N{NON-BREAKING HYPHEN}")
    environment.globals.update(
        theme=Markup(theme_css()),
        class_metrics=CLASS_METRICS,
        compared=COMPARED,
        early_metric=EARLY,
        ece=BY_NAME["ece"],
        intervals=INTERVALS,
        metrics=ON_PAGE,
    )
    return environment


def format_digits(number: float, spec: str = ".3f") -> str:
    """Return a number with a true minus sign, a dash where there is none.

    Examples
    --------
    >>> format_digits(-0.5), format_digits(float("nan"))
    ('−0.500', '–')
    """
    return format_number(number, spec).replace("-", "−")


def format_percent(share: float) -> str:
    """Return a share in per cent, a dash where there is none; rounded, so that no zero is negative.

    Examples
    --------
    >>> format_percent(0.256), format_percent(-1e-17), format_percent(float("nan"))
    ('26 %', '0 %', '–')
    """
    return f"{round(100 * share)} %" if isfinite(share) else "–"


def _read_file(name: str) -> str:
    return _FOLDER.joinpath(name).read_text(encoding="utf-8")
