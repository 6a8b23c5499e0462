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
from taonet.errors import InputError, OutputError
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
    assert "SN (supernova), RRL (RR Lyrae star)" in text
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
