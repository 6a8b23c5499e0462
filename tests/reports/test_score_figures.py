"""Figures draw what the numbers say, and leave matplotlib as it was."""

import dataclasses

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from evaluation.made import FOUR, made_sequence, made_table
from taonet.errors import InputError
from taonet.evaluation.metrics import score, scores_by_epochs
from taonet.reports.gallery import MAX_CUTOUTS, sequence_figure, shown_epochs, stretch_cutouts
from taonet.reports.palette import class_colours
from taonet.reports.score_figures import (
    comparison_figure,
    confusion_figure,
    epochs_figure,
    per_class_figure,
    precision_recall_figure,
    reliability_figure,
)
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import CRTS, HITS, Taxonomy

TABLE = made_table(60, epochs=6)
SCORES = score(TABLE, FOUR, n_bootstrap=30, seed=0)


def texts(figure: Figure) -> str:
    figure.draw_without_rendering()
    found = [t.get_text() for t in figure.findobj(mpl.text.Text)]
    return "\n".join(found)


def test_class_by_class_shows_both_scores_of_each_class() -> None:
    figure = per_class_figure(SCORES)
    assert "SN  (15)" in texts(figure)
    shown = [x for line in figure.axes[0].lines for x in np.atleast_1d(line.get_xdata())]
    for numbers in SCORES.per_class.values():
        assert {numbers["f1"].value, numbers["max_f1"].value} <= set(shown)


def test_methods_stand_in_order_with_ours_in_colour() -> None:
    worse = score(made_table(60, skill=0.1), FOUR, n_bootstrap=30, seed=0)
    figure = comparison_figure({"a $control": worse, "ours": SCORES}, primary="ours")
    labels = figure.axes[0].get_yticklabels()
    assert [t.get_text() for t in labels] == ["ours", r"a \$control"]
    assert labels[0].get_color() != labels[1].get_color()
    assert "a \\$control" in texts(figure)


def test_a_confusion_matrix_shows_shares_and_counts() -> None:
    shown = texts(confusion_figure(SCORES)).split("\n")
    hits, support = int(SCORES.confusion[0, 0]), SCORES.support["SN"]
    assert str(hits) in shown
    assert f"{hits / support:.0%}" in shown


def test_a_curve_is_drawn_for_each_class_present() -> None:
    shown = texts(precision_recall_figure(made_table(30, classes=3), FOUR))
    assert "RRL: " in shown
    assert "NON: " not in shown


def test_reliability_counts_every_object_once() -> None:
    figure = reliability_figure(TABLE, FOUR)
    assert sum(bar.get_height() for bar in figure.axes[1].patches) == 60


def test_scores_by_epochs_are_drawn_for_several_methods() -> None:
    found = scores_by_epochs(TABLE, FOUR, [1, 3, 6], n_bootstrap=20)
    levels = {"forest": SCORES.macro_recall}
    figure = epochs_figure({"ours": found, "theirs": found}, primary="ours", levels=levels)
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), found["macro_recall"])
    assert {"ours", "theirs", "forest"} <= set(texts(figure).split("\n"))


@pytest.mark.parametrize("taxonomy", [CRTS, HITS, Taxonomy(name="x", classes=("SN", "A", "B"))])
def test_every_class_has_a_colour_of_its_own(taxonomy: Taxonomy) -> None:
    colours = class_colours(taxonomy)
    assert len(set(colours.values())) == len(taxonomy.classes)
    assert colours["SN"] == class_colours(FOUR)["SN"]


@pytest.mark.parametrize("last", [1, 6])
def test_a_sequence_is_drawn_with_the_answers_about_it(last: int) -> None:
    rows = TABLE[(TABLE["object_id"] == "object 0000") & (TABLE["n_epochs"] <= last)]
    figure = sequence_figure(made_sequence("$odd$ <id>"), rows, FOUR)
    images = [axes for axes in figure.axes if axes.images]
    assert len(images) == last
    best = rows[[f"p_{name}" for name in FOUR.classes]].iloc[-1].max()
    assert f"{best:.2f}" in texts(figure)
    with pytest.raises(InputError, match="no predictions to show"):
        sequence_figure(made_sequence("none"), rows.iloc[:0], FOUR)


def test_cutouts_of_a_sequence_share_one_stretch() -> None:
    sequence = made_sequence("sn", epochs=20)
    shown = shown_epochs(sequence, 1e9)
    assert len(shown) == MAX_CUTOUTS
    assert shown[0] == 0
    assert shown[-1] == 19
    images = stretch_cutouts(sequence, shown)
    centre = images[:, 7, 7]
    assert (np.diff(centre) >= 0).all()  # it brightens, and is seen to
    assert centre[0] < 0.5 < centre[4]
    moonlit = sequence.frames + np.float32(300) * (np.arange(20)[:, None, None, None] % 2)
    np.testing.assert_allclose(
        stretch_cutouts(dataclasses.replace(sequence, frames=moonlit), shown), images, atol=1e-3
    )


def test_blank_frames_and_missing_pixels_can_be_shown() -> None:
    frames = np.full((3, 1, 9, 9), np.nan, dtype=np.float32)
    blank = ImageSequence.from_frames("blank", frames, np.arange(3.0))
    assert stretch_cutouts(blank, shown_epochs(blank, 9.0)).shape == (1, 9, 9)
    frames = made_sequence("x").frames.copy()
    frames[0, 0, :3] = np.nan
    frames[1] = 0
    gappy = ImageSequence.from_frames("gappy", frames, 57070.0 + np.arange(6))
    assert shown_epochs(gappy, 57073.0).tolist() == [0, 2, 3]
    figure = sequence_figure(gappy, TABLE.iloc[:6], FOUR)
    figure.draw_without_rendering()


def test_settings_of_matplotlib_are_left_alone() -> None:
    before = dict(mpl.rcParams)
    per_class_figure(SCORES)
    assert dict(mpl.rcParams) == before
