"""The seeing of frames whose stars are known."""

import numpy as np
import pytest

from photometry.made import STARS, field
from taonet.photometry.seeing import central_fwhm, stellar_fwhm
from taonet.sky.psf import moffat


def frame(fwhm, *, stars=STARS, size=64, fine=5, noise=8.0, seed=0):
    """A frame of Moffat stars averaged over pixels, with a sky and noise."""
    image = np.random.default_rng(seed).normal(1000, noise, (size, size))
    for x, y, flux in stars:
        at = {"x": (x + 0.5) * fine - 0.5, "y": (y + 0.5) * fine - 0.5}
        drawn = moffat(size * fine, fwhm_px=fwhm * fine, **at)
        image += flux * drawn.reshape(size, fine, size, fine).sum(axis=(1, 3))
    return image


@pytest.mark.parametrize("fwhm", [1.6, 2.5, 4.0])
def test_the_width_is_that_of_the_stars(fwhm):
    assert stellar_fwhm(frame(fwhm)[None])[0] == pytest.approx(fwhm, rel=0.04)


def test_neither_unit_nor_sky_nor_orientation_counts():
    image = frame(2.5)
    same = [image, 7 * image - 300, image.T, np.rot90(image)[:, :]]
    # a turn moves the middle of a frame of an even number of pixels, where the object is
    np.testing.assert_allclose(
        stellar_fwhm(np.stack(same)), stellar_fwhm(image[None])[0], rtol=1e-6
    )


def test_the_object_is_left_out_and_without_stars_nothing_is_known():
    galaxy = [(32.0, 32.0, 3e5)]
    blurred = frame(6.0, stars=galaxy, noise=0.0) - 1000
    assert stellar_fwhm((frame(2.5) + blurred)[None])[0] == pytest.approx(2.5, rel=0.06)
    nothing = [frame(6.0, stars=galaxy), frame(2.5, stars=[]), np.full((64, 64), np.nan)]
    assert np.isnan(stellar_fwhm(np.stack(nothing))).all()
    assert np.isnan(stellar_fwhm(np.ones((2, 9, 9)))).all()


def test_saturated_stars_are_left_out():
    image = frame(2.5)
    cut = np.minimum(image, 3000.0)
    whole, flat = stellar_fwhm(np.stack([image, cut]))
    assert flat > 1.05 * whole
    # two of the four reach the ceiling
    assert stellar_fwhm(cut[None], saturation=3000.0)[0] == pytest.approx(2.5, rel=0.04)
    assert np.isnan(stellar_fwhm(image[None], saturation=2000.0)[0])


def test_oval_stars_of_a_made_field_have_their_seeing_too():
    sequence, truth = field(8, seed=4)
    found = stellar_fwhm(sequence.frames[:, 0].astype(float))
    np.testing.assert_allclose(found, truth["seeing"], rtol=0.05)


def test_the_object_at_the_centre_is_as_wide_as_it_was_drawn():
    widths = np.array([2.0, 3.0, 5.0])
    frames = np.stack([100 + 50_000 * moffat(21, fwhm_px=fwhm) for fwhm in widths])
    frames += np.random.default_rng(1).normal(0, 5, frames.shape)
    np.testing.assert_allclose(central_fwhm(frames), widths, rtol=0.06)
    assert np.isnan(central_fwhm(frames - 50_000 * moffat(21, fwhm_px=3.0))[1])
    assert np.isnan(central_fwhm(frames[:, :9, :9])).all()
