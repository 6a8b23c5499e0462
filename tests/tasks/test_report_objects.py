"""Reports without labels: what is unknown is shown one by one, and what is known is scored."""

import pandas as pd
import pytest

from evaluation.made import made_table
from taonet.errors import InputError, OutputError
from taonet.io import prediction_parts
from taonet.io.archive import Archive
from taonet.io.archive_writer import ArchiveWriter
from taonet.io.prediction_table import write_predictions
from taonet.sky.taxonomy import CRTS
from taonet.tasks.report import report_tables
from taonet.tasks.report_objects import is_any_class_known, open_objects_table

TABLE = made_table(24, epochs=2, taxonomy=CRTS)
UNKNOWN = TABLE.assign(class_name=None)


def report(tmp_path, table, data=None, **options):
    write_predictions(table, tmp_path / "p.parquet", overwrite=True)
    page = tmp_path / "r.html"
    report_tables([tmp_path / "p.parquet"], data, page, title="Mine", overwrite=True, **options)
    return page.read_text()


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory):
    """Return an archive of half of the objects of the table, none of known class."""
    from dataclasses import replace

    from evaluation.made import made_sequence

    folder = tmp_path_factory.mktemp("unlabelled") / "archive"
    with ArchiveWriter(folder, survey="crts", signature="1") as writer:
        for i in range(12):
            one = made_sequence(f"object {i:04d}", epochs=3, seed=i)
            writer.add(replace(one, class_name=None), source=str(i))
        writer.finish()
    return Archive(folder)


def test_without_any_class_the_page_is_about_objects(tmp_path, monkeypatch):
    monkeypatch.setattr(prediction_parts, "ROWS_AT_ONCE", 5)
    text = report(tmp_path, UNKNOWN)
    assert "<h1>Mine</h1>" in text and "macro recall" not in text
    assert text.count('<article class="card">') == 24
    assert "The true classes are not known: nothing is scored." in text
    assert str(tmp_path / "p.parquet") in text
    # a table without the column is the same
    (tmp_path / "p.csv").write_text(UNKNOWN.drop(columns="class_name").to_csv(index=False))
    report_tables(tmp_path / "p.csv", None, tmp_path / "c.html", title="Mine")
    assert (tmp_path / "c.html").read_text().count('<article class="card">') == 24


def test_cutouts_are_shown_of_the_objects_that_the_archive_has(tmp_path, unlabelled):
    text = report(tmp_path, UNKNOWN, unlabelled)
    assert text.count('<article class="card">') == 24
    assert text.count("data:image/png;base64,") == 12
    assert "y points up" in text
    strangers = UNKNOWN.assign(object_id="x" + UNKNOWN["object_id"])
    with pytest.raises(InputError, match="none of its objects is in the archive"):
        report(tmp_path, strangers, unlabelled)


def test_where_some_classes_are_known_the_others_are_shown_below_the_scores(tmp_path):
    half = TABLE["object_id"] < "object 0012"
    text = report(tmp_path, TABLE.assign(class_name=TABLE["class_name"].where(half)))
    assert "p reaches a macro recall" in text and "12 more objects are not scored" in text
    assert "Objects of unknown class" in text
    assert text.count('<article class="card">') == 12
    assert "<h4>object 0012" in text and "<h4>object 0003" not in text
    assert "Objects of unknown class" not in report(tmp_path, TABLE)


def test_several_tables_cannot_be_compared_without_classes(tmp_path):
    tables = {"mine": UNKNOWN, "theirs": UNKNOWN}
    report_tables(tables, None, tmp_path / "r.html", title="Mine")
    text = (tmp_path / "r.html").read_text()
    assert "Of mine. Without true classes theirs cannot be compared with it." in text
    with pytest.raises(OutputError, match="exists already"):
        report_tables(tables, None, tmp_path / "r.html", title="Mine")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="object_id"), "not a prediction table"),
        (lambda t: t.drop(columns=[f"p_{name}" for name in CRTS.classes]), "not a prediction"),
        (lambda t: t.assign(p_SN=2.0), "not between 0 and 1"),
        (lambda t: t.assign(p_SN="x"), "not numbers"),
        (lambda t: pd.concat([t, t]), "two answers for one number of epochs"),
        (lambda t: t[:0], "nothing to"),
        (lambda t: t.assign(object_id=None), "without an object_id"),
    ],
)
def test_what_is_no_prediction_table_is_refused(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        report_tables(change(UNKNOWN), None, tmp_path / "r.html", title="x")
    assert not (tmp_path / "r.html").exists()


def test_answers_that_are_not_known_are_no_error(tmp_path):
    text = report(tmp_path, UNKNOWN.assign(p_SN=float("nan"), predicted_class=None))
    assert "no class" in text


def test_scores_cannot_be_asked_for(tmp_path):
    with pytest.raises(InputError, match=r"no true class is known.*--classes"):
        report(tmp_path, UNKNOWN, classes=["SN", "CV"])


def test_no_more_is_read_than_tells_whether_a_class_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr(prediction_parts, "ROWS_AT_ONCE", 4)
    write_predictions(TABLE, tmp_path / "p.parquet")
    table = open_objects_table(tmp_path / "p.parquet", "p", None)
    assert is_any_class_known(table)
    assert len(next(iter(table.parts(["object_id"])))) == 4
    assert table.taxonomy.classes == CRTS.classes
    write_predictions(UNKNOWN, tmp_path / "u.parquet")
    assert not is_any_class_known(open_objects_table(tmp_path / "u.parquet", "u", None))
