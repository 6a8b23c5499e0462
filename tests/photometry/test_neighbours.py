"""Neighbours of the object are taken off, and the object itself is left alone."""

from dataclasses import replace

import numpy as np
import pytest

from photometry.made import field
from taonet.photometry.field_calibration import calibrate_epochs
from taonet.photometry.neighbours import subtract_neighbours
from taonet.photometry.prepared_frames import prepare_frames
from taonet.photometry.profile import Profile

N = 10
CENTRE = slice(32 - 12, 32 + 13)


@pytest.fixture(scope="module")
def made():
    """A field, the light of a neighbour of its object, and what both look like together."""
    sequence, truth = field(N, flux=4000.0, seed=2)
    profile = Profile(
        fwhm_px=truth["seeing"],
        stretch=truth["stretch"],
        beta=np.full(N, 3.5),
        blur_px2=np.zeros(N),
    ).take((slice(None), None, None))
    y, x = np.mgrid[:64, :64].astype(float)
    dx = x - 36.3 - truth["shift"][:, 0, None, None]
    dy = y - 28.4 - truth["shift"][:, 1, None, None]
    neighbour = 6000 * truth["clear"][:, None, None] * profile.pixel_shares(dx, dy)
    return sequence.frames[:, 0], neighbour


def prepared(frames):
    unknown = {name: np.full(N, np.nan) for name in ("seeing_fwhm_px", "zero_point_mag")}
    frames = prepare_frames(frames)
    return frames, calibrate_epochs(frames, **unknown, causal=False)


def test_what_is_taken_off_is_the_neighbour(made):
    alone, neighbour = made
    frames, calibration = prepared(alone + neighbour)
    taken = (frames.light - subtract_neighbours(frames, calibration))[:, CENTRE, CENTRE]
    off = taken - neighbour[:, CENTRE, CENTRE]
    assert np.abs(off).max() < 0.05 * neighbour.max()
    assert taken.sum(axis=(1, 2)) == pytest.approx(neighbour.sum(axis=(1, 2)), rel=0.06)


def test_without_a_neighbour_nothing_is_taken_off(made):
    frames, calibration = prepared(made[0])
    assert subtract_neighbours(frames, calibration) is frames.light


def test_frames_are_left_as_they_were(made):
    frames, calibration = prepared(made[0] + made[1])
    before = frames.light.copy()
    subtract_neighbours(frames, calibration)
    np.testing.assert_array_equal(frames.light, before)
    # no reference, no neighbour
    assert subtract_neighbours(frames, replace(calibration, references=())) is frames.light
