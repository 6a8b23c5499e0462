"""The part of the report about answers over time."""

import json

import numpy as np

from evaluation.honest import THREE, draw, with_sets
from evaluation.made import FOUR, made_table
from taonet.evaluation.answers_over_time import score_over_time
from taonet.reports.contents import ReportContents
from taonet.reports.page import write_report
from taonet.reports.terminal import trust_lines
from taonet.training.fit_sets import fit_thresholds


def test_the_report_says_how_early_how_steady_and_how_trustworthy(tmp_path):
    table = with_sets(draw(400, seed=2), fit_thresholds(draw(1500, seed=1), THREE))
    number = table["object_id"].str[1:].astype(int)
    table["mjd_detected"] = np.where((number < 300) & (table["mjd_last"] >= 106), 106.0, np.nan)
    table["typicality"] = (number % 100 + 0.5) / 100
    scores = write_report(
        tmp_path / "r.html",
        ReportContents(
            title="T",
            taxonomy=THREE,
            tables={"ours": table},
            primary="ours",
            uncalibrated=draw(400, seed=2, sureness=4),
        ),
        n_bootstrap=50,
    )
    found = scores["ours"]["over_time"]
    assert found["undetected"] == 100
    assert found["by_nights"][-1]["kept"] == 1
    assert {row["n_epochs"] for row in found["calibration"]} == {3, 5, 10, 20, 0}
    assert all(row["before"] > row["ece"] for row in found["calibration"])
    assert {row["class_name"] for row in found["coverage"]} == set(THREE.classes)
    assert [row["atypical"] for row in found["typicality"]] == [0.05] * 5
    json.dumps(scores)
    page = (tmp_path / "r.html").read_text()
    for words in (
        "Early predictions",
        "Calibration and sets",
        "100 objects were never detected",
        "Sets of classes",
    ):
        assert words in page


def test_one_answer_an_object_has_no_time():
    assert score_over_time(made_table(epochs=1), FOUR) is None


def test_without_detections_and_sets_the_rest_is_told():
    found = score_over_time(draw(100, seed=1), THREE)
    assert found is not None
    assert found.nights is None
    assert found.coverage is None is found.sizes is found.typical
    assert trust_lines({"ours": {"over_time": found.to_dict()}})
    assert trust_lines({"ours": {}}) == []
    assert 0 <= found.stable["never_changed"] <= 1
