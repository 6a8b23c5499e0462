"""The tables of measured numbers: read whole, and nothing in them can be changed."""

import tomllib
from importlib.resources import files

import pytest

from taonet.simulation.measured_numbers import read_numbers

TABLES = files("taonet.simulation.presets") / "tables"
SURVEYS = sorted(table.name.removesuffix(".toml") for table in TABLES.iterdir())


def thawed(value):
    if isinstance(value, dict):
        return {name: thawed(inner) for name, inner in value.items()}
    return [thawed(one) for one in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize("survey", SURVEYS)
def test_a_table_is_what_its_file_holds(survey):
    plain = tomllib.loads((TABLES / f"{survey}.toml").read_text("utf-8"))
    assert thawed(read_numbers(survey)) == plain


def test_lists_are_tuples_at_any_depth():
    def kinds(value):
        inner = value.values() if isinstance(value, dict) else value
        return {type(value)}.union(
            *(kinds(one) for one in inner if isinstance(one, dict | list | tuple))
        )

    found = set().union(*(kinds(read_numbers(survey)) for survey in SURVEYS))
    assert found == {dict, tuple}
