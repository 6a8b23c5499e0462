"""Example sequences: cutouts share one stretch, and stand above the predictions of the object."""

import dataclasses

import matplotlib as mpl
import numpy as np
import pytest

from evaluation.made import FOUR, made_sequence, made_table
from taonet.errors import InputError
from taonet.reports.example_figures import (
    MAX_CUTOUTS,
    sequence_figure,
    shown_epochs,
    stretch_cutouts,
)
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
