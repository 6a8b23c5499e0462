"""What a user gives as a path, at the door."""

from pathlib import Path

import pytest

from taonet.errors import InputError
from taonet.io.paths import is_path, path_of, paths_of


class Place:
    """Any path-like object."""

    def __fspath__(self):
        return "a/b"


@pytest.mark.parametrize("given", ["a/b", Path("a/b"), Place()], ids=["text", "Path", "PathLike"])
def test_whatever_stands_for_a_path_is_one(given):
    assert is_path(given)
    assert path_of(given) == Path("a/b")
    assert paths_of(given) == paths_of([given]) == paths_of(iter([given])) == [Path("a/b")]


@pytest.mark.parametrize("given", [None, 3, b"a", ["a"], {"a": 1}], ids=repr)
def test_anything_else_is_refused_in_words(given):
    assert not is_path(given)
    with pytest.raises(InputError, match=f"not a file.*type {type(given).__name__}"):
        path_of(given, what="a file")


def test_an_empty_text_is_not_the_current_folder():
    for door in (path_of, paths_of):
        with pytest.raises(InputError, match="an empty path"):
            door("")
    with pytest.raises(InputError, match="an object of type int"):
        paths_of(["a", 3])
    with pytest.raises(InputError, match="an object of type NoneType"):
        paths_of(None)
