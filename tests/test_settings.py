"""Settings from files: strict in, complete out, and back again."""

import json
from dataclasses import asdict, dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taonet.errors import ConfigError
from taonet.settings import MOST_SHOWN, settings_of
from taonet.types import Natural, Share


@dataclass(frozen=True, kw_only=True)
class Inner:
    share: Share = 0.5
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outer:
    passes: Natural
    inner: Inner = field(default_factory=Inner)
    optional: Inner | None = None


INNERS = st.builds(
    Inner, share=st.floats(0, 1), names=st.lists(st.text(max_size=5), max_size=3).map(tuple)
)


@given(st.builds(Outer, passes=st.integers(1, 10**9), inner=INNERS, optional=INNERS | st.none()))
def test_what_was_written_down_is_read_back(settings):
    stored = json.loads(json.dumps(asdict(settings)))
    assert settings_of(stored, Outer, where="f", as_stored=True) == settings
    assert settings_of(stored, Outer, where="f") == settings


def test_what_is_left_out_is_filled_in():
    assert settings_of({"passes": 3}, Outer, where="f") == Outer(passes=3)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"passes": 1, "iner": {}}, r"^f\.toml: unknown key 'iner' — did you mean 'inner'\?$"),
        ({"passes": 1, "inner": {"shares": 1}}, r"f\.toml \[inner\]: unknown key 'shares'"),
        ({"passes": 1, "optional": {"nmes": []}}, r"\[optional\]: .* did you mean 'names'"),
        ({}, r"f\.toml: passes: Field required"),
        ({"passes": 0}, r"passes: .*greater than or equal to 1 \(got 0\)"),
        ({"passes": 1, "inner": {"share": 1.5}}, r"inner\.share: .*less than or equal to 1"),
        ({"passes": "many"}, "passes: .*valid integer"),
    ],
)
def test_what_is_not_understood_is_refused_by_its_key(given, message):
    with pytest.raises(ConfigError, match=message):
        settings_of(given, Outer, where="f.toml")


def test_a_program_writes_numbers_as_numbers():
    assert settings_of({"passes": "3"}, Outer, where="f").passes == 3
    with pytest.raises(ConfigError, match="passes"):
        settings_of({"passes": "3"}, Outer, where="f", as_stored=True)


def test_a_long_value_is_cut():
    with pytest.raises(ConfigError) as refused:
        settings_of({"passes": "x" * 10_000}, Outer, where="f")
    assert isinstance(refused.value.got, str)
    assert len(refused.value.got) == MOST_SHOWN
