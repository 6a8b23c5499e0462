"""Example sequences: cutouts stand above the predictions of the object."""

import matplotlib as mpl
import numpy as np
import pytest

from evaluation.made import FOUR, made_sequence, made_table
from taonet.errors import InputError
from taonet.reports.example_figures import sequence_figure
from taonet.sky.sequence import ImageSequence

TABLE = made_table(60, epochs=6)


@pytest.mark.parametrize("last", [1, 6])
def test_a_sequence_is_drawn_with_the_answers_about_it(last: int) -> None:
    rows = TABLE[(TABLE["object_id"] == "object 0000") & (TABLE["n_epochs"] <= last)]
    figure = sequence_figure(made_sequence("$odd$ <id>"), rows, FOUR)
    images = [axes for axes in figure.axes if axes.images]
    assert len(images) == last
    best = rows[[f"p_{name}" for name in FOUR.classes]].iloc[-1].max()
    figure.draw_without_rendering()
    assert f"{best:.2f}" in "".join(t.get_text() for t in figure.findobj(mpl.text.Text))
    with pytest.raises(InputError, match="no predictions to show"):
        sequence_figure(made_sequence("none"), rows.iloc[:0], FOUR)


def test_blank_frames_are_left_out() -> None:
    frames = made_sequence("x").frames.copy()
    frames[0, 0, :3] = np.nan
    frames[1] = 0
    gappy = ImageSequence.from_frames("gappy", frames, 57070.0 + np.arange(6))
    figure = sequence_figure(gappy, TABLE.iloc[:6], FOUR)
    assert len([axes for axes in figure.axes if axes.images]) == 5
    figure.draw_without_rendering()
