"""Noise-free pixels: against a Moffat profile and a disc summed in real space."""

import numpy as np
import pytest

from taonet.simulation.optics import (
    EpochInputs,
    frequency_grid,
    point_sources,
    render_epochs,
    sersic_galaxy,
)
from taonet.sky.psf import moffat

SIZE = 64


def frames_of(fixed=None, *, n=1, seeing=2.5, size=SIZE, **given):
    grid = frequency_grid(size)
    nothing = np.zeros((grid.side, len(grid.kx)), complex)
    columns = {"transparency": 1.0, "flux": 0.0, "x": 0.0, "y": 0.0, "shift_x": 0.0, "shift_y": 0.0}
    columns |= {"seeing_fwhm_px": seeing, **given}
    inputs = EpochInputs(
        **{name: np.broadcast_to(np.float64(value), n).copy() for name, value in columns.items()}
    )
    return render_epochs(grid, nothing if fixed is None else fixed, inputs)


def moffat_by_summing(size, *, x, y, fwhm_px, times=15):
    """A Moffat profile summed over the area of each pixel: the plain way."""
    fine = moffat(
        size * times,
        fwhm_px=fwhm_px * times,
        x=(x + 0.5) * times - 0.5,
        y=(y + 0.5) * times - 0.5,
    )
    return fine.reshape(size, times, size, times).sum(axis=(1, 3))


@pytest.mark.parametrize("fwhm_px", [1.6, 2.0, 2.5, 3.2])
@pytest.mark.parametrize(("x", "y"), [(32.0, 32.0), (31.5, 32.5), (20.27, 40.81)])
def test_a_star_is_a_moffat_profile_summed_over_the_pixels(fwhm_px, x, y):
    found = frames_of(flux=1.0, x=x, y=y, seeing=fwhm_px)[0]
    expected = moffat_by_summing(SIZE, x=x, y=y, fwhm_px=fwhm_px)
    np.testing.assert_allclose(found, expected, atol=2e-3 * expected.max())


def test_a_point_source_keeps_its_flux_wherever_it_falls_between_pixels():
    n, rng = 50, np.random.default_rng(0)
    x, y = rng.uniform(31, 33, (2, n))
    frames = frames_of(n=n, flux=1000.0, x=x, y=y, seeing=rng.uniform(1.8, 3.2, n))
    np.testing.assert_allclose(frames.sum(axis=(1, 2)), 1000, rtol=5e-3)
    axis = np.arange(SIZE)
    np.testing.assert_allclose((frames.sum(axis=1) * axis).sum(axis=1) / 1000, x, atol=0.15)
    np.testing.assert_allclose((frames.sum(axis=2) * axis).sum(axis=1) / 1000, y, atol=0.15)


def test_constant_and_changing_sources_are_drawn_alike():
    star = point_sources(
        frequency_grid(SIZE), np.array([500.0]), np.array([30.3]), np.array([25.8])
    )
    fixed = frames_of(star, shift_x=0.4, shift_y=-0.2, transparency=0.5)
    moving = frames_of(flux=250.0, x=30.3, y=25.8, shift_x=0.4, shift_y=-0.2)
    np.testing.assert_allclose(fixed, moving, atol=1e-3)


def test_epochs_do_not_touch_each_other():
    rng = np.random.default_rng(1)
    columns = {name: rng.uniform(20, 40, 40) for name in ("flux", "x", "y")}
    seeing = rng.uniform(2, 3, 40)
    together = frames_of(n=40, seeing=seeing, **columns)
    for k in (0, 15, 16, 39):
        alone = frames_of(seeing=seeing[k], **{name: c[k] for name, c in columns.items()})
        np.testing.assert_allclose(together[k], alone[0], atol=1e-4)


def test_a_star_far_outside_leaves_no_light_in_the_frame():
    frame = frames_of(flux=1e6, x=-12.0, y=30.0)[0]
    assert frame[:, SIZE // 2 :].max() < 1.0
    assert frame[30, 0] > frame[30, 8] > 0


@pytest.mark.parametrize("index", [1.0, 4.0])
def test_a_galaxy_keeps_its_flux_its_place_and_half_its_light_within_its_radius(index):
    given = {"flux": 1000.0, "x": 64.3, "y": 63.8, "radius_px": 8.0, "sersic_index": index}
    galaxy = sersic_galaxy(frequency_grid(128), **given, axis_ratio=1.0, angle=0.0)
    frame = frames_of(galaxy, size=128, seeing=1.6)[0].astype(float)
    y, x = np.mgrid[:128, :128]
    distance = np.hypot(x - 64.3, y - 63.8)
    assert frame.sum() == pytest.approx(1000, rel=0.06 if index == 4 else 0.005)
    assert frame[distance < 8].sum() == pytest.approx(500, rel=0.04)
    assert (frame * x)[distance < 30].sum() / frame[distance < 30].sum() == pytest.approx(
        64.3, abs=0.1
    )


def test_a_galaxy_is_an_exponential_disc_convolved_in_real_space():
    times, size, scale = 5, 48, 2.0
    axis = (np.arange(size * times) + 0.5) / times - 0.5 - 24
    along = axis[None, :] * np.cos(0.5) + axis[:, None] * np.sin(0.5)
    across = (axis[:, None] * np.cos(0.5) - axis[None, :] * np.sin(0.5)) / 0.6
    disc = np.exp(-np.hypot(along, across) / scale)
    psf = moffat(size * times, fwhm_px=2.5 * times)
    both = np.fft.irfft2(np.fft.rfft2(disc / disc.sum()) * np.fft.rfft2(np.fft.ifftshift(psf)))
    expected = both.reshape(size, times, size, times).sum(axis=(1, 3))
    galaxy = sersic_galaxy(
        frequency_grid(size),
        flux=1.0,
        x=24.0,
        y=24.0,
        radius_px=1.678 * scale,
        sersic_index=1.0,
        axis_ratio=0.6,
        angle=0.5,
    )
    found = frames_of(galaxy, size=size)[0]
    np.testing.assert_allclose(found, expected, atol=0.01 * expected.max())
