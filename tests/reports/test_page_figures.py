"""The figures of the page: each in its section, where there is something to draw."""

from dataclasses import replace

import pytest
from markupsafe import Markup

from evaluation.made import FOUR, made_sequence, made_table
from taonet.evaluation.answers_over_time import score_over_time
from taonet.evaluation.scored_rows import final_rows
from taonet.evaluation.scores import score
from taonet.reports import page_figures
from taonet.reports.page_figures import FIGURES, FigureData, draw_examples, draw_figures

TABLES = {
    "ours": made_table(32, epochs=4),
    "trees": final_rows(made_table(32, seed=1)),
    "length": final_rows(made_table(32, skill=0.1)),
}


@pytest.fixture(scope="module")
def data():
    return FigureData(
        scores={name: score(table, FOUR, n_bootstrap=5, seed=0) for name, table in TABLES.items()},
        tables=TABLES,
        taxonomy=FOUR,
        answers=score_over_time(TABLES["ours"], FOUR),
        level=0.9,
        seed=0,
    )


def test_captions_name_what_the_scores_say(data):
    words = data.caption_words()
    assert words["ece"] == str(data.ours.overall("ece"))
    assert words["methods"] == "3"
    assert words["level"] == " (dashed: the chosen rate of 90%)"
    assert words["dashed"] == " Dashed: trees, after all epochs."
    assert replace(data, level=None).caption_words()["level"] == ""


def test_the_best_other_method_is_dashed_only_if_it_does_not_grow(data):
    assert (data.primary, data.growing, data.dashed_method) == ("ours", ["ours"], "trees")
    growing = replace(data, tables={**TABLES, "trees": made_table(32, epochs=4, seed=1)})
    assert growing.dashed_method is None
    assert growing.growing == ["ours", "trees"]


@pytest.fixture
def only_named(monkeypatch):
    """Let figures be drawn, and their alternative text stand for them: writing them out is slow."""
    monkeypatch.setattr(page_figures, "figure_to_svg", lambda _figure, alt: Markup(alt))


@pytest.mark.usefixtures("only_named")
def test_every_figure_stands_in_its_section_with_its_caption(data):
    drawn = draw_figures(data)
    # neither detections nor sets are known
    expected = [one for one in FIGURES if one.alt[:8] not in ("Macro F1", "Coverage")]
    found = [(section, figure) for section, own in drawn.items() for figure in own]
    assert len(found) == len(expected) == len(FIGURES) - 2
    words = data.caption_words()
    captions = {figure.caption: (section, figure.svg) for section, figure in found}
    for entry in expected:
        alt = entry.alt.format(**words)
        assert captions[entry.caption.format(**words)] == (entry.section, alt)


@pytest.mark.usefixtures("only_named")
def test_one_answer_an_object_leaves_the_figures_of_a_single_method():
    table = {"alone": TABLES["trees"]}
    scores = {"alone": score(table["alone"], FOUR, n_bootstrap=5, seed=0)}
    alone = FigureData(scores=scores, tables=table, taxonomy=FOUR, answers=None, level=None, seed=0)
    drawn = draw_figures(alone)
    assert {section: len(own) for section, own in drawn.items()} == {
        "early": 0, "trust": 0, "scores": 4,
    }  # fmt: skip


def test_examples_are_drawn_with_their_last_answer_and_strangers_left_out():
    ones = [made_sequence("object 0000", epochs=4), made_sequence("stranger")]
    table = TABLES["ours"].assign(detected=True, snr=7.5, n_ignored=0)
    (drawing,) = draw_examples(ones, table, FOUR)
    row = TABLES["ours"].query("object_id == 'object 0000' and n_epochs == 4").iloc[0]
    best = max(FOUR.classes, key=lambda name: row[f"p_{name}"])
    assert f"last: {best}, probability {row[f'p_{best}']:.2f}." in drawing.svg
    assert drawing.caption == "Detected (signal-to-noise 7.5)."
    assert draw_examples(ones, TABLES["ours"].drop(columns="mjd_last"), FOUR) == []
