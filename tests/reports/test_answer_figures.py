"""The answers about one object: what is drawn is what its rows say."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle, StepPatch

from evaluation.made import FOUR, made_table
from taonet.errors import InputError
from taonet.reports.answer_figures import answers_figure
from taonet.reports.notebook_figure import NotebookFigure
from taonet.reports.palette import CLASS_COLOURS
from taonet.sky.taxonomy import Taxonomy

TABLE = made_table(6, epochs=5)
ROWS = TABLE[TABLE["object_id"] == "object 0002"]
P = ROWS[["p_SN", "p_RRL", "p_EB", "p_NON"]].to_numpy()


def texts_of(figure):
    (axes,) = figure.axes
    return {text.get_text() for text in axes.texts}


def test_answers_hold_from_their_epoch_to_the_next():
    figure = answers_figure(ROWS.sample(frac=1, random_state=1), FOUR)
    assert isinstance(figure, NotebookFigure)
    (axes,) = figure.axes
    steps = [patch for patch in axes.patches if isinstance(patch, StepPatch)]
    base = np.zeros(5)
    for k, (step, name) in enumerate(zip(steps, FOUR.classes, strict=True)):
        values, edges, baseline = step.get_data()
        np.testing.assert_allclose(values - baseline, P[:, k])
        np.testing.assert_allclose(baseline, base, atol=1e-12)
        np.testing.assert_array_equal(edges[:-1], ROWS["mjd_last"])
        assert to_hex(step.get_facecolor()).upper() == CLASS_COLOURS[name]
        base = values
    np.testing.assert_allclose(base, 1)
    assert axes.get_title("left") == "object 0002  ·  true class EB"
    best = FOUR.classes[P[-1].argmax()]
    assert f"after 5 epochs: {best} {P[-1].max():.2f}" in texts_of(figure)
    assert f"{best} {P[-1].max():.2f}" in texts_of(figure)


def test_classes_that_were_probable_once_are_named_and_names_do_not_overlap():
    names = ("AGN", "BZ", "CV", "NON", "OTHER", "SN")
    p = np.full((3, 6), [0.2, 0.2, 0.2, 0.2, 0.2, 0.0])
    p[-1] = [0, 0, 0, 0, 0, 1]
    rows = pd.DataFrame({"object_id": "a", "n_epochs": [1, 2, 3], "mjd_last": [1.0, 1.0, 5.0]})
    rows = rows.assign(**{f"p_{name}": p[:, k] for k, name in enumerate(names)})
    figure = answers_figure(rows)
    labels = [t for t in figure.axes[0].texts if t.get_text()[:-5] in names]
    assert [t.get_text() for t in labels] == [f"{n} {p[-1, k]:.2f}" for k, n in enumerate(names)]
    figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in labels]
    assert all(low.y1 <= high.y0 + 2 for low, high in pairwise(boxes))


def test_set_and_first_detection_are_shown():
    rows = ROWS.assign(mjd_detected=[np.nan, np.nan, 57072.0, 57072.0, 57072.0])
    rows["set"] = pd.Series([("SN", "EB")] * 5, index=rows.index)
    figure = answers_figure(rows, FOUR, title="mine")
    assert any("set: SN, EB" in text for text in texts_of(figure))
    assert "first detection" in texts_of(figure)
    assert [57072.0, 57072.0] in [
        np.asarray(line.get_xdata()).tolist() for line in figure.axes[0].lines
    ]
    assert figure.axes[0].get_title("left") == "mine"
    rows["set"] = pd.Series([()] * 5, index=rows.index)
    assert any("typical of no class" in text for text in texts_of(answers_figure(rows, FOUR)))
    assert "first detection" not in texts_of(answers_figure(ROWS.assign(mjd_detected=np.nan)))


def test_one_answer_is_bars():
    (axes,) = answers_figure(ROWS.tail(1)).axes
    widths = [bar.get_width() for bar in axes.patches if isinstance(bar, Rectangle)]
    assert widths == P[-1].tolist()
    assert [label.get_text() for label in axes.get_yticklabels()] == list(FOUR.classes)
    assert axes.yaxis_inverted()
    assert [to_hex(bar.get_facecolor()).upper() for bar in axes.patches] == [
        CLASS_COLOURS[name] for name in FOUR.classes
    ]


def test_an_object_without_an_answer_says_so():
    none = ROWS.assign(**{f"p_{name}": np.nan for name in FOUR.classes})
    for rows in (none, none.tail(1)):
        figure = answers_figure(rows)
        figure.draw_without_rendering()
        assert "after 5 epochs: no answer" in texts_of(figure)


def test_without_times_the_number_of_epochs_serves():
    (axes,) = answers_figure(ROWS.drop(columns="mjd_last")).axes
    assert axes.get_xlabel() == "epochs seen"
    assert axes.get_xlim() == (0.5, 5.5)
    assert answers_figure(ROWS).axes[0].get_xlabel() == "MJD"


WRONG = {
    "no rows": (ROWS.iloc[:0], "no predictions to draw"),
    "many": (TABLE, r"got 6 objects: object 0000, object 0001, object 0002 …\).*object_id="),
    "two methods": (pd.concat([ROWS, ROWS]), "two answers for one number of epochs"),
    "no table": (pd.DataFrame({"object_id": ["a"]}), "not a prediction table"),
    "no epochs": (ROWS.drop(columns="n_epochs"), r"columns are missing \(got n_epochs"),
    "text": (ROWS.assign(set='["SN"]'), "sets are text"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_drawn_is_said_in_one_line(name):
    rows, words = WRONG[name]
    with pytest.raises(InputError, match=words) as error:
        answers_figure(rows)
    assert "\n" not in str(error.value)


def test_classes_that_the_table_has_not_are_named():
    other = Taxonomy(name="other", classes=("SN", "KN"))
    with pytest.raises(InputError, match="columns are missing"):
        answers_figure(ROWS, other)
