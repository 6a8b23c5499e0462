"""The one table of predictions: every format of today and of before."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from taonet.errors import InputError
from taonet.io import prediction_table
from taonet.io.object_facts import ObjectFacts
from taonet.io.prediction_rows import Answers, make_rows
from taonet.io.prediction_table import VERSION_KEY, read_predictions, write_predictions
from taonet.io.tables import SUFFIXES, write_table
from taonet.sky.taxonomy import Taxonomy
from taonet.trust.trust import Thresholds

CLASSES = Taxonomy(name="three", classes=("SN", "type II", 'a "b"; |c'))
SETS = [("SN", "type II"), (), ('a "b"; |c',), None, ("SN",)]

every_format = pytest.mark.parametrize("suffix", SUFFIXES)


def facts(object_id="a"):
    return ObjectFacts(object_id=object_id, ra=10.0, dec=-5.0, class_name=None)


def rows(object_id="a", *, sets=SETS, prior=None, **columns):
    n = len(sets)
    answers = Answers(
        n_epochs=np.arange(1, n + 1),
        mjd_last=60000.0 + np.arange(n),
        probabilities=np.tile([0.5, 0.25, 0.25], (n, 1)),
        sets=sets,
        prior=prior,
        **columns,
    )
    return make_rows(facts(object_id), answers, taxonomy=CLASSES)


@every_format
@pytest.mark.parametrize("prior", [None, "SN=0.5 CV=0.5"])
def test_what_was_written_is_read(tmp_path, suffix, prior):
    detected = np.array([np.nan, np.nan, 60002.0, 60002.0, 60002.0])
    table = rows(prior=prior, typicality=np.linspace(0, 1, 5), mjd_detected=detected)
    path = tmp_path / f"p{suffix}"
    assert write_predictions(table, path) == 5
    back = read_predictions(path)
    assert back["set"].tolist() == SETS
    back["class_name"] = back["class_name"].astype(object).where(back["class_name"].notna(), None)
    pd.testing.assert_frame_equal(back, table, check_dtype=False)


@every_format
def test_parts_are_one_table_whatever_the_first_one_lacks(tmp_path, suffix):
    parts = [rows("a", sets=[None] * 3), rows("b", sets=[(), ("SN",)])]
    path = tmp_path / f"p{suffix}"
    assert write_predictions(iter(parts), path) == 5
    assert read_predictions(path)["set"].tolist() == [None, None, None, (), ("SN",)]


@pytest.mark.parametrize("sets", [[None, None], [(), ()], [("SN",), None]])
def test_sets_are_a_list_column_in_parquet_whatever_is_in_them(tmp_path, sets):
    path = tmp_path / "p.parquet"
    write_predictions(rows(sets=sets), path)
    schema = pq.read_schema(path)
    assert schema.field("set").type == pa.list_(pa.string())
    assert schema.field("class_name").type == pa.string()
    assert schema.metadata[VERSION_KEY.encode()] == b"2"
    assert read_predictions(path)["set"].tolist() == sets


def test_sets_are_json_in_text(tmp_path):
    write_predictions(rows(sets=[("SN", "type II"), (), None]), tmp_path / "p.csv")
    lines = (tmp_path / "p.csv").read_text().splitlines()[1:]
    assert ['"[""SN"", ""type II""]"' in lines[0], ",[]," in lines[1]] == [True, True]
    assert lines[2].endswith(",SN,,,,True,,False,0,")


@pytest.mark.parametrize("suffix", [".parquet", ".ecsv", ".vot"])
def test_a_newer_version_is_refused(tmp_path, suffix, monkeypatch):
    monkeypatch.setattr(prediction_table, "SCHEMA_VERSION", 3)
    write_predictions(rows(), tmp_path / f"p{suffix}")
    assert len(read_predictions(tmp_path / f"p{suffix}")) == len(SETS)
    monkeypatch.undo()
    with pytest.raises(InputError, match=rf"p{suffix}: .*newer .*version 3. — upgrade taonet"):
        read_predictions(tmp_path / f"p{suffix}")


@every_format
def test_a_row_whose_probabilities_are_not_finite_has_no_class_and_no_set(tmp_path, suffix):
    said = np.array([[0.2, 0.7, 0.1], [np.nan, np.nan, np.nan], [0.5, 0.2, np.inf]])
    thresholds = Thresholds(
        level=0.9, classes=CLASSES.classes, epochs=(1,), values=((0.3, 0.3, 0.3),)
    )
    n_epochs = np.arange(1, 4)
    answers = Answers(
        n_epochs=n_epochs,
        mjd_last=np.arange(3.0),
        probabilities=said,
        sets=thresholds.sets(said, n_epochs),
    )
    table = make_rows(facts(), answers, taxonomy=CLASSES)
    write_predictions(table, tmp_path / f"p{suffix}")
    for one in (table, read_predictions(tmp_path / f"p{suffix}")):
        assert one["set"].tolist() == [("type II",), None, None]
        assert one["predicted_class"].tolist() == ["type II", None, None]


# ---- tables written before there was a version: sets are names with blanks between

OLD = ["SN CV", "", "CV", "SN"]
OLD_WITH_BLANKS = ["SN type II", "", "type II P", "SN type II type II P"]


def old_table(sets, classes):
    table = pd.DataFrame({"object_id": "a", "class_name": "SN", "n_epochs": range(1, 5)})
    for name in classes:
        table[f"p_{name}"] = 1 / len(classes)
    return table.assign(predicted_class="SN", set=sets)


@every_format
@pytest.mark.parametrize(
    ("sets", "classes", "expected"),
    [
        (OLD, ("SN", "CV"), [("SN", "CV"), (), ("CV",), ("SN",)]),
        (
            OLD_WITH_BLANKS,
            ("SN", "type II", "type II P"),
            [("SN", "type II"), (), ("type II P",), ("SN", "type II", "type II P")],
        ),
        ([None] * 4, ("SN", "CV"), [None] * 4),
    ],
    ids=["words", "blanks", "none"],
)
def test_tables_of_before_still_read(tmp_path, suffix, sets, classes, expected):
    path = tmp_path / f"p{suffix}"
    table = old_table(pd.array(sets, dtype="object"), classes)
    # as taonet wrote them then
    write_table(table, path)
    back = read_predictions(path)
    assert back["set"].tolist() == expected
    assert len(back) == 4


def test_a_csv_of_before_as_it_lay_on_disk(tmp_path):
    (tmp_path / "p.csv").write_text(
        "object_id,ra,dec,class_name,n_epochs,mjd_last,p_SN,p_type II,predicted_class,set,"
        "typicality,mjd_detected\n"
        "a,150.1,2.0,SN,1,57070.0,0.6,0.4,SN,SN type II,0.5,\n"
        "a,150.1,2.0,SN,2,57071.0,0.5,0.5,SN,,0.01,57071.0\n"
        "a,150.1,2.0,SN,3,57072.0,0.1,0.9,type II,type II,0.3,57071.0\n"
    )
    back = read_predictions(tmp_path / "p.csv")
    assert back["set"].tolist() == [("SN", "type II"), (), ("type II",)]


def test_an_old_parquet_tells_an_empty_set_from_a_missing_one(tmp_path):
    old_table(pd.array(["SN", "", None, "SN CV"], dtype="object"), ("SN", "CV")).to_parquet(
        tmp_path / "p.parquet", index=False
    )
    assert read_predictions(tmp_path / "p.parquet")["set"].tolist() == [
        ("SN",), (), None, ("SN", "CV"),
    ]  # fmt: skip


@every_format
def test_tables_by_anybody_else_need_no_set(tmp_path, suffix):
    table = old_table(OLD, ("SN", "CV")).drop(columns=["set", "predicted_class"])
    write_table(table, tmp_path / f"p{suffix}")
    back = read_predictions(tmp_path / f"p{suffix}")
    assert list(back.columns) == list(table.columns)


def test_a_set_that_holds_something_else_is_refused(tmp_path):
    write_table(old_table("train", ("SN", "CV")), tmp_path / "p.csv")
    with pytest.raises(InputError, match=r"p.csv, column 'set': .*got .train.. — .*JSON"):
        read_predictions(tmp_path / "p.csv")


def test_a_table_of_something_else_is_left_alone(tmp_path):
    table = pd.DataFrame({"object_id": ["a"], "set": ["train"]})
    write_table(table, tmp_path / "t.csv")
    assert read_predictions(tmp_path / "t.csv")["set"].tolist() == ["train"]


@every_format
def test_epochs_not_read_are_numbers_and_words_in_every_format(suffix, tmp_path):
    reasons = [None, None, "blank: 1", "blank: 1", "from MJD 57081 on: 4; blank: 1"]
    counts = np.array([0, 0, 1, 1, 5])
    write_predictions(rows(n_ignored=counts, ignored_reason=reasons), tmp_path / f"p{suffix}")
    back = read_predictions(tmp_path / f"p{suffix}")
    assert back["n_ignored"].tolist() == counts.tolist()
    assert back["ignored_reason"].fillna("").tolist() == [one or "" for one in reasons]
    assert rows()["n_ignored"].tolist() == [0] * 5
    assert rows()["ignored_reason"].isna().all()
