"""The verb `report`: the first table is the main one, and examples come from the archive."""

import pytest

from evaluation.made import made_table
from taonet.errors import InputError, OutputError
from taonet.evaluation.counterfactual_scores import score_counterfactuals
from taonet.io.archive import Archive
from taonet.io.prediction_table import write_predictions
from taonet.io.tables import write_table
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


def test_counterfactuals_stand_on_the_page(tables, tmp_path):
    plain = made_table(24, taxonomy=CRTS)
    scores = score_counterfactuals({"as it is": plain, "moved 1 px": plain}, CRTS, as_is="as it is")
    scores = scores.assign(description=["", "(1, 1) pixels off"], expected=["", "stays"])
    for suffix in (".csv", ".parquet"):
        write_table(scores, tmp_path / f"c{suffix}")
        pages = {
            given: tmp_path / f"r{suffix}{n}.html"
            for n, given in enumerate((None, tmp_path / f"c{suffix}"))
        }
        for given, page in pages.items():
            report_tables(tables, None, page, title="My tables", counterfactuals=given)
        without, with_section = (page.read_text() for page in pages.values())
        assert "If one thing were different" not in without
        assert "If one thing were different" in with_section
        assert "(1, 1) pixels off" in with_section
        assert "nan" not in with_section.lower().split("one thing were")[1].split("</section>")[0]
    with pytest.raises(InputError, match="no scores of counterfactuals"):
        report_tables(tables, None, tmp_path / "x.html", title="x", counterfactuals=tables[0])
