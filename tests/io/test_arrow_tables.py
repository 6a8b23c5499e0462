"""Frames in memory become what parquet would hold: the file is the oracle."""

import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.io.arrow_tables import frame_in_memory, read_parquet_table

FRAMES = {
    "numbers beside an empty cell": {"object_id": [1, None, 3], "mag": [1.0, 2.0, None]},
    "lists in cells": {"object_id": ["a", "b"], "set": [["SN"], ["SN", "CV"]]},
    "words": {"object_id": ["a", None], "band": ["g", ""]},
}


@pytest.mark.parametrize("kind", FRAMES)
def test_in_memory_as_in_a_file(tmp_path, kind):
    frame = pd.DataFrame(FRAMES[kind])
    frame.to_parquet(tmp_path / "t.parquet", index=False)
    stored = read_parquet_table(tmp_path / "t.parquet", {"object_id"})
    pd.testing.assert_frame_equal(frame_in_memory(frame, {"object_id"}, "t"), stored)


def test_a_frame_is_not_changed_and_its_named_index_becomes_columns():
    frame = pd.DataFrame({"mag": [1.0, 2.0]}, index=pd.Index(["a", "b"], name="object_id"))
    before = frame.copy(deep=True)
    own = frame_in_memory(frame, {"object_id"}, "t")
    assert list(own.columns) == ["object_id", "mag"]
    pd.testing.assert_frame_equal(frame, before)


def test_a_column_that_is_there_twice_is_refused():
    with pytest.raises(InputError, match="twice"):
        frame_in_memory(pd.DataFrame([[1, 2]], columns=["a", "a"]), set(), "t")
