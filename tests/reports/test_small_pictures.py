"""Small pictures: the middle of cutouts at one stretch, and areas that sum to one."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from evaluation.made import FOUR, made_sequence, made_table
from taonet.reports.small_pictures import (
    CUTOUTS,
    GAP_PX,
    HEIGHT,
    SIDE_PX,
    STEPS,
    cutout_strip,
    probability_areas,
)


def pixels(strip):
    content = base64.b64decode(strip.png.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.mark.parametrize("px", [15, 64])
def test_a_strip_is_the_middle_of_a_few_cutouts(px):
    strip = cutout_strip(made_sequence("a", epochs=9, px=px))
    side = min(px, SIDE_PX)
    assert (strip.width, strip.height) == (CUTOUTS * (side + GAP_PX) - GAP_PX, side)
    image = pixels(strip)
    assert image.shape == (strip.height, strip.width)
    assert len(np.unique(image)) <= 32
    # it brightens, and the object stays in the middle of each
    middles = [side // 2 + i * (side + GAP_PX) for i in range(CUTOUTS)]
    rows = image.shape[0] - 1 - side // 2
    light = image[rows, middles].astype(int)
    assert light[-1] == 255 and light[0] < 200
    assert len(strip.days) == CUTOUTS
    assert (strip.days[0], strip.days[-1]) == ("0", "8")


def test_nothing_is_shown_from_after_the_last_answer():
    strip = cutout_strip(made_sequence("a", epochs=9), 57072.0)
    assert strip.days == ("0", "1", "2")


def levels(path, steps):
    """Follow the outline of an area and return its height at each step."""
    moves = re.findall(r"([MHVZ])(-?\d+)?(?: (\d+))?", path)
    found, x, y = np.full(steps, np.nan), 0, HEIGHT
    for kind, first, _ in moves[1:]:
        if kind == "V":
            y = int(first)
        elif kind == "H":
            found[x : int(first)] = HEIGHT - y
            x = int(first)
    return found


def test_areas_are_the_sums_of_probabilities():
    rows = made_table(1, epochs=20)
    svg = probability_areas(rows, FOUR)
    paths = re.findall(r' d="([^"]+)"', svg)
    sums = rows[[f"p_{name}" for name in FOUR.classes]].to_numpy().cumsum(axis=1) * HEIGHT
    assert len(paths) == len(FOUR.classes)
    for path, expected in zip(reversed(paths), sums.T, strict=True):
        np.testing.assert_allclose(levels(path, 20), expected, atol=0.51)
    assert 'aria-label="Probabilities after 1 to 20 epochs"' in svg


def test_long_sequences_are_drawn_at_few_epochs_and_unknown_answers_not_at_all():
    rows = made_table(1, epochs=400)
    svg = probability_areas(rows, FOUR)
    assert f'viewBox="0 0 {STEPS} {HEIGHT}"' in svg
    assert len(svg) < 4000
    assert probability_areas(rows.assign(p_SN=np.nan), FOUR) == ""
