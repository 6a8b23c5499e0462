"""The verb `report`: the first table is the main one, and examples come from the archive."""

import pytest

from evaluation.made import made_table
from taonet.errors import OutputError
from taonet.io.archive import Archive
from taonet.io.prediction_table import write_predictions
from taonet.sky.taxonomy import CRTS
from taonet.tasks import report as module
from taonet.tasks.report import report_tables


@pytest.fixture
def tables(tmp_path):
    for name, skill in (("ours", 0.4), ("theirs", 3.0)):
        table = made_table(24, epochs=2, skill=skill, taxonomy=CRTS)
        write_predictions(table, tmp_path / f"{name}.parquet")
    return [tmp_path / "ours.parquet", tmp_path / "theirs.parquet"]


def test_the_first_table_is_the_main_one_whatever_the_scores(tables, tmp_path):
    report_tables(tables, None, tmp_path / "r.html", title="My tables")
    text = (tmp_path / "r.html").read_text()
    assert "My tables" in text
    assert "ours reaches a macro recall" in text
    assert str(tables[1]) in text
    with pytest.raises(OutputError, match="exists already"):
        report_tables(tables[::-1], None, tmp_path / "r.html", title="again")
    assert (tmp_path / "r.html").read_text() == text


def test_a_few_objects_of_the_archive_are_shown_and_simulation_is_said(
    world, tmp_path, monkeypatch
):
    written = []
    monkeypatch.setattr(
        module, "write_report", lambda _path, contents, **_: written.append(contents)
    )
    ids = Archive(world / "archive").objects["object_id"]
    table = made_table(24, taxonomy=CRTS)
    table["object_id"], table["class_name"] = ids, Archive(world / "archive").objects["class_name"]
    write_predictions(table, tmp_path / "p.parquet")
    report_tables([tmp_path / "p.parquet"], world / "archive", tmp_path / "r.html", title="t")
    (contents,) = written
    assert [one.object_id for one in contents.examples] == ids.head(module.EXAMPLES).tolist()
    assert [(note.text, note.is_warning) for note in contents.notes] == [
        ("Simulated sequences.", True)
    ]
