"""Cutouts of a sequence: a row a channel, a column an epoch, each with its date."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from reports.test_stretch import TRIPLET, made_triplets
from taonet.reports.cutout_figures import cutouts_figure, format_days
from taonet.reports.notebook_figure import NotebookFigure
from taonet.reports.stretch import stretch_channel
from taonet.sky.pictures import shown_epochs
from taonet.sky.sequence import ImageSequence


def grid_of(figure):
    """Return the panels as rows from the top and columns from the left."""
    panels = figure.axes
    places = [tuple(np.round([-a.get_position().y0, a.get_position().x0], 6)) for a in panels]
    panels = [panels[k] for k in sorted(range(len(panels)), key=places.__getitem__)]
    n_rows = len({low for low, _ in places})
    return np.array(panels, dtype=object).reshape(n_rows, -1)


def test_every_channel_has_a_row_and_every_epoch_a_date():
    sequence = dataclasses.replace(made_triplets(3), class_name="SN")
    figure = cutouts_figure(sequence)
    assert isinstance(figure, NotebookFigure)
    assert figure.get_suptitle() == "t  ·  SN"
    grid = grid_of(figure)
    assert grid.shape == (3, 3)
    for row, channel in zip(grid, TRIPLET, strict=True):
        assert row[0].get_ylabel() == channel
        images = stretch_channel(sequence, np.arange(3), channel).images
        for axes, image in zip(row, images, strict=True):
            np.testing.assert_array_equal(axes.images[0].get_array(), image)
            assert axes.images[0].origin == "lower"
    dates = [axes.get_title() for axes in grid[0]]
    assert dates[:2] == ["MJD 59000.00\ng, day 0", "MJD 59001.00\nr, day 1"]
    assert cutouts_figure(sequence, title="mine").get_suptitle() == "mine"


@pytest.mark.parametrize("px", [3, 20, 21])
def test_ticks_point_at_the_central_pixel_and_hide_nothing_near_it(px):
    figure = cutouts_figure(made_triplets(1, px))
    axes = figure.axes[0]
    lines = np.concatenate([line.get_xydata() for line in axes.lines]) - px // 2
    assert (np.abs(lines).max(axis=1) >= 2.5).all()
    assert (lines.min(axis=1) == 0).all()
    assert axes.get_xlim() == axes.get_ylim() == (-0.5, px - 0.5)


def test_many_epochs_are_eight_and_one_is_enough():
    many = made_triplets(60, 9)
    figure = cutouts_figure(many)
    grid = grid_of(figure)
    assert grid.shape == (3, 8)
    assert "8 of 60 epochs" in [text.get_text() for text in figure.texts]
    assert grid[0, -1].get_title() == f"MJD {many.mjd[-1]:.2f}\nr, day 59"
    one = cutouts_figure(many.take(np.array([4])))
    assert grid_of(one).shape == (3, 1)
    assert not [text for text in one.texts if "epochs" in text.get_text()]
    one.draw_without_rendering()


def test_frames_without_data_can_be_drawn():
    frames = np.full((3, 1, 9, 9), np.nan)
    figure = cutouts_figure(ImageSequence.from_frames("$nothing$", frames, np.arange(3.0)))
    figure.draw_without_rendering()
    assert len(figure.axes) == 1
    shown: Any = figure.axes[0].images[0].get_array()
    assert np.isnan(np.ma.filled(shown, np.nan)).all()
    frames[1:] = 100 + np.random.default_rng(0).normal(size=(2, 1, 9, 9))
    partly = ImageSequence.from_frames("p", frames, np.arange(3.0))
    assert len(cutouts_figure(partly).axes) == len(shown_epochs(partly)) == 2


def test_a_long_name_stays_within_the_figure():
    sequence = dataclasses.replace(made_triplets(1), object_id="x" * 300)
    figure = cutouts_figure(sequence)
    assert 20 < len(figure.get_suptitle()) < 45
    figure.draw_without_rendering()
    (title,) = figure.findobj(lambda one: getattr(one, "get_text", str)() == figure.get_suptitle())
    right = title.get_window_extent().x1
    assert right <= figure.bbox.width


def test_days_of_one_night_are_told_apart():
    assert format_days(np.array([0.0, 0.0004])) == ["0.000", "0.000"]
    assert format_days(np.array([0.0, 0.0, 0.01])) == ["0.00", "0.00", "0.01"]
