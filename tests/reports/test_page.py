"""The report: one page, nothing to fetch, nothing smuggled in."""

import dataclasses
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaluation.made import FOUR, made_sequence, made_table
from reports.browser import WIDTHS, measure_page
from taonet.errors import InputError, OutputError
from taonet.evaluation.counterfactual_scores import score_counterfactuals
from taonet.evaluation.metric_table import CLASS_METRICS, COMPARED, ON_PAGE
from taonet.evaluation.scored_rows import final_rows
from taonet.evaluation.scores import score, score_difference
from taonet.reports.contents import Note, ReportContents
from taonet.reports.page import write_report
from taonet.reports.page_figures import FIGURES

COMPARED_WORDS = " and ".join(metric.short for metric in COMPARED)

EVIL = "\"><script>alert('x')</script>&$"


class Page(HTMLParser):
    """Collects the tags, what they would load, and the ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.loads += [given[k] or "" for k in ("src", "href", "xlink:href") if k in given]
        if tag == "clippath":
            self.ids.append(given["id"] or "")


def report(path: Path, **changes: object) -> tuple[dict, str]:
    ours = made_table(40, epochs=4)
    arguments: dict[str, Any] = {
        "title": "A run",
        "taxonomy": FOUR,
        "tables": {
            "length": final_rows(made_table(40, skill=0.2)),
            "ours": ours,
            "forest": final_rows(made_table(40, seed=1)),
        },
        "primary": "ours",
        "notes": [
            Note(text="Tested on other sequences.", is_warning=True),
            Note(text="Simulated five folds, beware."),
        ],
        "details": {"data": "abc123"},
        "examples": [made_sequence("object 0000"), made_sequence("unknown")],
    }
    scores = write_report(path, ReportContents(**{**arguments, **changes}), n_bootstrap=30)
    return scores, path.read_text()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, str]:
    """The scores and the page of three methods, with an example."""
    return report(tmp_path_factory.mktemp("report") / "report.html")


def test_a_page_says_what_was_found_and_loads_nothing(whole: tuple[dict, str]) -> None:
    scores, text = whole
    page = Page(text)
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert all(load.startswith(("#", "data:image/png;base64,")) for load in page.loads)
    assert not re.search(r"url\(\s*['\"]?(?!#)", text)
    # no detections, no sets: two figures fewer; one example: nothing for the unknown one
    assert page.tags.count("svg") == len(FIGURES) - 2 + 1
    recall = scores["ours"]["macro_recall"]["value"]
    assert f"ours reaches a macro recall of {recall:.3f}" in text
    assert '<p class="warning" role="note">Tested on other sequences.</p>' in text
    assert "<p>Simulated five folds, beware.</p>" in text
    assert "<b>SN</b> supernova" in text
    assert "<b>RRL</b> RR Lyrae star" in text
    for words in [metric.words for metric in ON_PAGE] + [metric.words for metric in CLASS_METRICS]:
        assert f"<dt>{words}</dt>" in text
    assert text.index("expected calibration error (ECE") < text.index("ECE)")
    assert "abc123" in text


def test_every_figure_says_what_it_shows(whole: tuple[dict, str]) -> None:
    labels = re.findall(r'<svg role="img" aria-label="([^"]+)"', whole[1])
    assert len(labels) == len(FIGURES) - 2 + 1
    drawn = [
        entry for entry in FIGURES if entry.alt.format(methods=3, compared=COMPARED_WORDS) in labels
    ]
    assert len(drawn) == len(FIGURES) - 2
    for entry in drawn:
        assert html.escape(entry.caption.split("{")[0]) in whole[1]


def test_the_scores_returned_are_those_of_the_metrics(whole: tuple[dict, str]) -> None:
    scores = whole[0]
    ours, forest = made_table(40, epochs=4), final_rows(made_table(40, seed=1))
    assert list(scores) == ["ours", "forest", "length"]
    expected = score(ours, FOUR, n_bootstrap=30, seed=0).to_dict()
    assert {name: scores["ours"][name] for name in expected} == expected
    told = score_difference(forest, ours, FOUR, n_bootstrap=30, seed=0).to_dict()
    assert scores["forest"]["macro_recall_minus_primary"] == told
    assert scores == json.loads(json.dumps(scores, allow_nan=False))


def test_names_are_shown_not_executed(tmp_path: Path) -> None:
    table = made_table(40, epochs=4).replace({"object_id": {"object 0000": EVIL}})
    page = Page(
        report(
            tmp_path / "r.html",
            title=EVIL,
            tables={EVIL: table, "other" + EVIL: table},
            primary=EVIL,
            notes=[Note(text=EVIL), Note(text=EVIL, is_warning=True)],
            details={EVIL: EVIL},
            descriptions={EVIL: EVIL},
            examples=[dataclasses.replace(made_sequence("x"), object_id=EVIL, class_name=EVIL)],
        )[1]
    )
    assert "script" not in page.tags


def test_one_method_alone_is_reported_too(tmp_path: Path) -> None:
    table = made_table(30, classes=3)
    scores, text = report(tmp_path / "r.html", tables={"ours": table}, notes=[], examples=[])
    assert list(scores) == ["ours"]
    assert "best other method" not in text
    assert "No object of NON was scored" in text


def test_the_same_input_gives_the_same_page(whole: tuple[dict, str], tmp_path: Path) -> None:
    assert report(tmp_path / "again.html")[1] == whole[1]
    assert [path.name for path in tmp_path.iterdir()] == ["again.html"]


def spoilt() -> dict[str, pd.DataFrame]:
    return {"ours": made_table(8), "theirs": made_table(8).assign(p_SN=2.0)}


def test_what_cannot_be_reported_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    with pytest.raises(InputError, match=r"theirs, prediction table: prob.*between 0 and 1"):
        report(path, tables=spoilt())
    with pytest.raises(InputError, match="different objects"):
        report(path, tables={"ours": made_table(8), "theirs": made_table(9)})
    with pytest.raises(InputError, match="primary method has no table"):
        report(path, primary="mine")
    assert not list(tmp_path.iterdir())
    with pytest.raises(OutputError, match="no such folder"):
        report(tmp_path / "nowhere" / "r.html")


def counterfactuals() -> pd.DataFrame:
    plain = made_table(24)
    names = ("as it is", "dimmed 2.5 mag", "a square without data beside the object")
    scores = score_counterfactuals(dict.fromkeys(names, plain), FOUR, as_is="as it is")
    return scores.assign(description=["", "noise restored", "in one epoch"], expected="stays")


def test_the_page_is_as_wide_as_the_window_and_dark_or_light(tmp_path: Path) -> None:
    ours = made_table(40, epochs=4).assign(detected=True, unlike=False, n_ignored=0)
    ours = ours.assign(set=ours["predicted_class"].map(lambda name: (name,)), typicality=0.5)
    tables = {"TAO-Net": ours, **{f"trees of kind {i}": made_table(40, epochs=4) for i in (1, 2)}}
    text = report(
        tmp_path / "r.html", counterfactuals=counterfactuals(), tables=tables, primary="TAO-Net",
        uncalibrated=ours, level=0.9,
    )[1]  # fmt: skip
    for dark in (True, False):
        found = measure_page(text, tmp_path, dark=dark)
        assert [one["inner"] for one in found] == list(WIDTHS)
        for one in found:
            assert one["scroll"] <= one["inner"]
            assert one["cut"] == []
            assert one["paper"] == ("rgb(13, 17, 23)" if dark else "rgb(255, 255, 255)")
        assert found[-1]["scrolled"] == []


def test_what_is_said_besides_a_class_is_counted(tmp_path: Path) -> None:
    table = made_table(40, epochs=4).assign(detected=True, unlike=False, typicality=0.5)
    text = report(tmp_path / "r.html", tables={"ours": table.assign(n_ignored=2)})[1]
    section = text.split('id="besides"')[1].split("</section>")[0]
    assert section.count('<th scope="row">') == 5
    assert "<td>100 %" in section and "<td>80</td>" in section and "unlike" in section
    unfitted = report(
        tmp_path / "s.html", tables={"ours": table.assign(n_ignored=2, typicality=None)}
    )
    assert "no typicality was fitted" in unfitted[1]


def test_a_method_has_no_score_where_it_has_no_answer(tmp_path: Path) -> None:
    late = made_table(40, epochs=4, seed=1).query("n_epochs > 2")
    tables = {"ours": made_table(40, epochs=4), "all": made_table(40, epochs=4, seed=2)}
    scores, text = report(tmp_path / "r.html", tables={**tables, "late": late})
    assert [step["n_epochs"] for step in scores["late"]["by_epochs"]] == [3, 4]
    assert [step["n_epochs"] for step in scores["ours"]["by_epochs"]] == [1, 2, 3, 4]
    section = text.split("<h2>After fewer epochs</h2>")[1].split("</section>")[0]
    assert section.count("<td>–</td>") == 4
    assert "no answer yet" in section


def test_tables_have_captions_and_can_be_scrolled_by_keyboard(whole: tuple[dict, str]) -> None:
    boxes = re.findall(
        r'<div class="wide[^"]*" role="region" tabindex="0" aria-labelledby="([^"]+)"', whole[1]
    )
    assert len(boxes) == whole[1].count("<table") > 2
    assert all(f'id="{name}"' in whole[1] for name in boxes)
    assert len(set(boxes)) == len(boxes)
