import json
import re

import pandas as pd
import pytest
from typer.testing import CliRunner

from taonet.cli.app import app
from taonet.errors import InputError, MissingError, OutputError
from taonet.io.archive import Archive
from taonet.io.prediction_table import read_predictions
from taonet.tasks.object_report import report_object


@pytest.fixture(scope="module")
def table(world):
    return world / "run" / "predictions" / "tao-net.parquet"


def document_of(file):
    (text,) = re.findall(r'id="object-document"[^>]*>(.*?)</script>', file.read_text(), re.S)
    return json.loads(text)


def test_the_command_writes_the_tables_numbers(world, table, tmp_path):
    rows = read_predictions(table)
    name = rows["object_id"].iloc[0]
    file = tmp_path / "object.html"
    data = str(world / "archive")
    call = ["report", str(table), "--object", name, "--data", data, "-o", str(file)]
    answer = CliRunner().invoke(app, call)
    assert answer.exit_code == 0, answer.output
    assert answer.output.strip().endswith("object.html")
    document = document_of(file)
    own = rows[rows["object_id"] == name].sort_values("n_epochs")
    assert [one["p"]["SN"] for one in document["answers"]] == own["p_SN"].tolist()
    assert len(document["epochs"]) == len(Archive(world / "archive")[name])
    assert document["simulated"] is True


def test_without_an_archive_it_has_the_answers_alone(table, tmp_path):
    rows = read_predictions(table)
    report_object(rows, None, tmp_path / "a.html", object_id=rows["object_id"].iloc[0])
    document = document_of(tmp_path / "a.html")
    assert document["frames"] is None
    assert document["answers"]


def test_an_unknown_object_is_refused_with_the_nearest(table, tmp_path):
    near = read_predictions(table)["object_id"].iloc[0]
    with pytest.raises(MissingError, match="no such object") as problem:
        report_object(table, None, tmp_path / "a.html", object_id=near[:-1] + "x")
    assert "did you mean" in str(problem.value)
    assert not (tmp_path / "a.html").exists()


def test_several_tables_are_refused(table, tmp_path):
    with pytest.raises(InputError, match="one table"):
        report_object([table, table], None, tmp_path / "a.html", object_id="a")


def test_a_file_is_not_replaced_unless_told(table, tmp_path):
    rows = pd.DataFrame(read_predictions(table))
    file = tmp_path / "a.html"
    file.write_text("mine")
    with pytest.raises(OutputError):
        report_object(rows, None, file, object_id=rows["object_id"].iloc[0])
    assert file.read_text() == "mine"
