"""Cutouts as pictures: the PNG is one that another library reads back, y pointing up."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from taonet.sky.pictures import grey_png, sequence_html, shown_epochs, stretch_cutouts
from taonet.sky.sequence import ImageSequence

rng = np.random.default_rng(4)


def sequence_of(n, name="x", **known):
    frames = rng.normal(100, 5, (n, 1, 9, 7)).astype(np.float32)
    frames[:, 0, 4, 3] += 200 * np.arange(n)
    return ImageSequence.from_frames(name, frames, 55000.0 + np.arange(n) ** 2, **known)


def test_another_library_reads_the_png_back_upside_up():
    image = rng.random((5, 3))
    image[0, 0], image[4, 2] = 0.0, 1.0
    read = np.asarray(Image.open(io.BytesIO(grey_png(image))))
    assert read.shape == (5, 3)
    np.testing.assert_allclose(read[::-1] / 255, image, atol=1 / 255)
    assert read[4, 0] == 0  # the first row is at the bottom


def test_no_data_is_grey_and_the_rest_within_range():
    read = Image.open(io.BytesIO(grey_png(np.array([[np.nan, 7.0, -7.0]]))))
    assert np.asarray(read).tolist() == [[128, 255, 0]]


def test_a_notebook_shows_cutouts_of_growing_brightness():
    html = sequence_html(sequence_of(30, ra=10.0, dec=-5.0, class_name="SN"))
    pictures = [base64.b64decode(m) for m in re.findall(r"base64,([^']+)'", html)]
    images = [np.asarray(Image.open(io.BytesIO(content))) for content in pictures]
    assert len(images) == 8
    centres = [int(image[4, 3]) for image in images]
    assert centres == sorted(centres)
    assert "10.00000 -5.00000" in html
    assert "SN" in html


@pytest.mark.parametrize("frames", [np.full((2, 1, 9, 9), np.nan), np.zeros((2, 1, 9, 9), int)])
def test_blank_frames_are_shown_as_well(frames):
    html = sequence_html(ImageSequence.from_frames("x", frames, np.array([1.0, 2.0])))
    assert html.count("<img") == 1


def test_names_are_no_markup():
    assert "<script>" not in sequence_html(sequence_of(2, name="<script>x</script>"))


def test_epochs_are_spread_over_time_and_usable():
    sequence = sequence_of(40)
    shown = shown_epochs(sequence)
    assert len(shown) == 8
    assert shown[0] == 0
    assert shown[-1] == 39
    assert shown_epochs(sequence, 55000.0 + 9).tolist() == [0, 1, 2, 3]
    assert np.diff(sequence.mjd[shown]).std() < 0.3 * np.diff(sequence.mjd[shown]).mean()


def test_one_stretch_serves_all_epochs():
    sequence = sequence_of(5)
    stretched = stretch_cutouts(sequence, np.arange(5))
    assert stretched.min() >= 0
    assert stretched.max() <= 1
    assert np.all(np.diff(stretched[:, 4, 3]) >= 0)
