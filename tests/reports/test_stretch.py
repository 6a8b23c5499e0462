"""Stretches: one for all epochs of a channel, whatever its unit; differences go both ways."""

import dataclasses

import numpy as np
import pytest

from evaluation.made import made_sequence
from taonet.reports.stretch import stretch_channel
from taonet.sky.pictures import (
    MAX_CUTOUTS,
    shown_epochs,
    stretch_cutouts,
    stretch_differences,
    usable_epochs,
)
from taonet.sky.sequence import ImageSequence

TRIPLET = ("science", "template", "difference")


def made_triplets(epochs: int = 6, px: int = 21, seed: int = 3) -> ImageSequence:
    """Return a star that brightens, the constant template, and noise with the change in it."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:px, :px] - px // 2
    star = np.exp(-(x**2 + y**2) / 4) * np.linspace(-300, 300, epochs)[:, None, None]
    frames = 100 + rng.normal(0, 5, (epochs, 3, px, px))
    frames[:, 0] += 400 + star
    frames[:, 2] += star - 100
    mjd = 59000.0 + np.arange(epochs)
    band = ["g", "r"] * epochs
    return ImageSequence.from_frames("t", frames, mjd, band=band[:epochs], channels=TRIPLET)


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


@pytest.mark.parametrize("channel", TRIPLET)
def test_the_unit_of_a_channel_does_not_matter(channel: str) -> None:
    sequence = made_triplets()
    epochs = usable_epochs(sequence)
    units = np.array([2, 30, 7])[:, None, None]
    other = dataclasses.replace(sequence, frames=sequence.frames * units)
    images = stretch_channel(sequence, epochs, channel).images
    np.testing.assert_allclose(stretch_channel(other, epochs, channel).images, images, atol=1e-9)
    another = TRIPLET[channel == "science"]
    assert not np.allclose(images, stretch_channel(sequence, epochs, another).images)


def test_differences_are_symmetric_about_no_change() -> None:
    sequence = made_triplets()
    epochs = usable_epochs(sequence)
    images = stretch_differences(sequence, epochs)
    assert images.min() == -1
    assert images.max() == 1
    assert images[0, 10, 10] < -0.9 < 0.9 < images[-1, 10, 10]
    assert abs(np.median(images)) < 0.02
    # odd about the sky level, which is a median of grouped pixels: nearly so
    upside_down = dataclasses.replace(sequence, frames=-sequence.frames)
    np.testing.assert_allclose(stretch_differences(upside_down, epochs), -images, atol=0.05)
    drawn = stretch_channel(sequence, epochs, "difference")
    no_change = (0 - drawn.low) / (1 - drawn.low)
    assert drawn.colours(no_change)[:3] == pytest.approx((1, 1, 1), abs=0.02)


def test_channels_without_any_data_can_be_stretched() -> None:
    sequence = made_triplets()
    frames = sequence.frames.copy()
    frames[:, 1:] = np.nan
    empty = dataclasses.replace(sequence, frames=frames)
    for channel in TRIPLET[1:]:
        assert np.isnan(stretch_channel(empty, usable_epochs(empty), channel).images).all()
    blank = ImageSequence.from_frames("b", np.zeros((2, 1, 9, 9)), np.arange(2.0))
    assert usable_epochs(blank).tolist() == [0]
