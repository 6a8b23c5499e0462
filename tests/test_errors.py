"""Errors say where, what, what was met and what to do, in one line."""

import pytest

from taonet import errors
from taonet.errors import InputError, MissingError, TaoNetError, nearest


def test_an_error_is_one_line_of_what_is_known():
    whole = InputError("no such band", where="a.csv", got="'z'", do="use g or r")
    assert str(whole) == "a.csv: no such band (got 'z') — use g or r"
    assert (whole.what, whole.where, whole.got, whole.do) == (
        "no such band", "a.csv", "'z'", "use g or r",
    )  # fmt: skip
    assert str(InputError("no such band")) == "no such band"
    assert str(InputError("two\n  lines", got="a\nb")) == "two lines (got a b)"
    # nothing is a value, too
    assert str(InputError("too few", got=0)) == "too few (got 0)"


def test_every_error_is_caught_as_one_of_the_family():
    members = [one for one in vars(errors).values() if isinstance(one, type)]
    kinds = [kind for kind in members if kind.__module__ == errors.__name__]
    assert len(kinds) >= 7
    assert all(issubclass(kind, TaoNetError) for kind in kinds)
    with pytest.raises(InputError):
        raise MissingError("no such model")


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("clases", ["classes", "name"], "did you mean 'classes'?"),
        ("CLASSES", ["classes", "name"], "did you mean 'classes'?"),
        ("ztf", ["ZTF", "CRTS"], "did you mean 'ZTF'?"),
        ("x", ["classes", "name"], "known: classes, name"),
        ("x", [], "known: "),
    ],
)
def test_the_nearest_name_is_proposed_in_its_own_spelling(name, known, said):
    assert nearest(name, known) == said
