"""A table in parts is the same table, whatever file it comes from."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

from evaluation.made import made_table
from taonet.errors import InputError
from taonet.io import prediction_parts as module
from taonet.io.prediction_parts import prediction_columns, read_prediction_parts
from taonet.io.prediction_table import VERSION_KEY, read_predictions, write_predictions

SETS = [("SN",), (), None]
TABLE = made_table(20, epochs=3).assign(set=pd.Series(SETS * 20, dtype="object"), typicality=0.5)


@pytest.fixture(params=["parquet", "csv", "ecsv", "memory"])
def given(request, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 7)
    if request.param == "memory":
        return TABLE
    path = tmp_path / f"p.{request.param}"
    write_predictions(TABLE, path)
    return path


def whole(given):
    return given if isinstance(given, pd.DataFrame) else read_predictions(given)


def test_the_parts_together_are_the_table(given):
    parts = list(read_prediction_parts(given))
    assert len(parts) == (9 if str(given).endswith("parquet") else 1)
    joined = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(joined, whole(given), check_dtype=False)
    assert list(prediction_columns(given)) == list(whole(given).columns)


def test_some_columns_and_some_objects_can_be_asked_for(given):
    names = {"object 0003", "object 0011"}
    rows = pd.concat(read_prediction_parts(given, columns=["object_id", "set"], objects=names))
    assert list(rows.columns) == ["object_id", "set"]
    assert rows["object_id"].tolist() == [name for name in sorted(names) for _ in range(3)]
    assert rows["set"].tolist() == SETS * 2


def test_names_that_are_numbers_are_found(tmp_path):
    rows = TABLE.assign(object_id=range(60))
    rows.to_parquet(tmp_path / "p.parquet")
    (part,) = read_prediction_parts(tmp_path / "p.parquet", objects={"17"})
    assert part["object_id"].tolist() == ["17"]


def test_files_that_are_none_or_too_new_are_refused(tmp_path):
    (tmp_path / "p.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match="not a readable"):
        list(read_prediction_parts(tmp_path / "p.parquet"))
    with pytest.raises(InputError, match="no such file"):
        prediction_columns(tmp_path / "q.parquet")
    write_predictions(TABLE, tmp_path / "n.parquet", metadata={})
    content = pq.read_table(tmp_path / "n.parquet")
    newer = content.replace_schema_metadata({VERSION_KEY: "99"})
    pq.write_table(newer, tmp_path / "new.parquet")
    with pytest.raises(InputError, match="newer version"):
        list(read_prediction_parts(tmp_path / "new.parquet"))
