"""Read the numbers that were measured on real surveys, from the tables beside the presets."""

import tomllib
from importlib import resources
from typing import Any


def read_numbers(survey: str) -> dict[str, Any]:
    """Return the table of a survey; lists are tuples.

    Examples
    --------
    >>> read_numbers("ztf")["detector"]["gain_e_per_adu"]
    6.2
    """
    table = resources.files("taonet.simulation.presets") / "tables" / f"{survey}.toml"
    return {name: _freeze(value) for name, value in tomllib.loads(table.read_text("utf-8")).items()}


def _freeze(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _freeze(inner) for name, inner in value.items()}
    return tuple(map(_freeze, value)) if isinstance(value, list) else value
