"""The profile of a star against an independent drawing of it, in Fourier space."""

import numpy as np
import pytest

from taonet.photometry.profile import Profile
from taonet.simulation.optics import EpochInputs, frequency_grid, render_epochs

STRETCH = 0.06 + 0.05j
X, Y = 32.3, 31.8


def drawn(fwhm, stretch=STRETCH):
    grid, nothing = frequency_grid(64), np.zeros(1)
    inputs = EpochInputs(
        transparency=np.ones(1), flux=np.ones(1), x=np.array([X]), y=np.array([Y]),
        shift_x=nothing, shift_y=nothing,
        seeing_fwhm_px=np.array([fwhm]), stretch=np.array([stretch]),
    )  # fmt: skip
    empty = np.zeros((grid.side, len(grid.kx)), complex)
    return render_epochs(grid, empty, inputs)[0].astype(float)


def profile(fwhm=2.5, stretch=STRETCH, beta=3.5, blur_px2=0.0):
    return Profile(
        fwhm_px=np.array([fwhm]),
        stretch=np.array([stretch], complex),
        beta=np.array([beta]),
        blur_px2=np.array([blur_px2]),
    )


AXIS = np.arange(64.0)
DX, DY = AXIS[None, :] - X, AXIS[:, None] - Y


@pytest.mark.parametrize(("fwhm", "close"), [(2.0, 3e-3), (2.5, 1.5e-3), (4.0, 5e-4)])
def test_pixels_hold_the_light_that_falls_on_them(fwhm, close):
    ours, theirs = profile(fwhm).pixel_shares(DX, DY), drawn(fwhm)
    assert np.abs(ours - theirs).max() < close * theirs.max()
    # what matters for a flux: a fit of the one to the other
    assert (ours * theirs).sum() / (ours**2).sum() == pytest.approx(1, abs=7e-4)


def test_slopes_are_those_of_small_steps():
    h, p = 1e-4, profile(3.0)
    here = p.pixel_shares(DX, DY)
    stepped = [
        p.pixel_shares(DX - h, DY),
        p.pixel_shares(DX, DY - h),
        profile(3.0 * np.exp(h)).pixel_shares(DX, DY),
        profile(3.0, STRETCH + h).pixel_shares(DX, DY),
        profile(3.0, STRETCH + 1j * h).pixel_shares(DX, DY),
        profile(3.0, beta=1 / (1 / 3.5 + h)).pixel_shares(DX, DY),
    ]
    for slope, other in zip(p.slopes(DX, DY, first=6), stepped, strict=True):
        true = (other - here) / h
        assert (slope * true).sum() / np.linalg.norm(slope) / np.linalg.norm(true) > 0.98


def test_the_transform_is_that_of_the_pixels():
    kx = 2 * np.pi * np.fft.rfftfreq(64)[None, :]
    ky = 2 * np.pi * np.fft.fftfreq(64)[:, None]
    found = np.fft.rfft2(drawn(3.0)) * np.exp(1j * (kx * X + ky * Y))
    near = np.hypot(kx, ky) < 2
    np.testing.assert_allclose(found[near], profile(3.0).transform(kx, ky)[near], atol=2e-3)


def test_a_quarter_turn_swaps_the_axes():
    np.testing.assert_allclose(
        profile().pixel_shares(DX, DY), profile(2.5, -STRETCH).pixel_shares(-DY, DX), rtol=1e-12
    )
