"""Forced photometry of made fields, against the truth and against photutils."""

import numpy as np
import pytest
from astropy.modeling import Fittable2DModel, Parameter
from astropy.table import Table
from photutils.psf import PSFPhotometry

from photometry.made import field
from taonet.photometry.aperture import aperture_flux
from taonet.photometry.forced_photometry import correlated_noise_factor
from taonet.photometry.lightcurves import measure_bands
from taonet.photometry.prepared_frames import prepare_frames


@pytest.mark.parametrize("flux", [150.0, 1500.0, 15000.0])
def test_pulls_are_those_of_a_normal_distribution(flux):
    drawn = []
    for seed in range(6):
        sequence, truth = field(30, flux=flux, seed=seed)
        (part,) = measure_bands(sequence, causal=False)
        # one factor for the sequence: nothing states its zero points
        unit = np.median(truth["clear"] / part.calibration.scale)
        error = np.hypot(
            part.fluxes.flux_err / part.calibration.scale,
            flux * unit * part.calibration.scale_err,
        )
        drawn.append((part.fluxes.flux / part.calibration.scale - flux * unit) / error)
    pulls = np.concatenate(drawn)
    assert abs(pulls.mean()) < 0.2
    # the factor is fitted: it takes a part of what bright epochs scatter
    assert 0.75 < pulls.std() < 1.13


class SameProfile(Fittable2DModel):
    """Our profile as a model of photutils."""

    flux, x_0, y_0 = Parameter(default=1), Parameter(default=0), Parameter(default=0)

    def __init__(self, profile):
        self.profile = profile
        super().__init__()
        self.x_0.fixed = self.y_0.fixed = True

    def evaluate(self, x, y, flux, x_0, y_0):
        return flux * self.profile.pixel_shares(x - x_0, y - y_0)


@pytest.mark.parametrize("beta", [2.1, 3.5, 15.0])
def test_photutils_finds_the_same_flux(beta):
    sequence, _ = field(8, flux=4000.0, seed=9, beta=beta)
    (part,) = measure_bands(sequence, causal=False)
    profile, fluxes = part.calibration.profile, part.fluxes
    for k in range(8):
        x = 32 + part.calibration.shift_x[k] + fluxes.dx[k]
        y = 32 + part.calibration.shift_y[k] + fluxes.dy[k]
        image = sequence.frames[k, 0] - 1000.0
        photutils = PSFPhotometry(SameProfile(profile.take([k])), (11, 11), aperture_radius=4)
        theirs = photutils(image, init_params=Table({"x": [x], "y": [y]}))
        off = fluxes.flux[k] - theirs["flux_fit"][0]
        # theirs is told the sky, ours fits it
        assert abs(off) < fluxes.flux_err[k]


def test_a_best_fit_beats_an_aperture():
    sequence, _ = field(30, flux=800.0, seed=4)
    (part,) = measure_bands(sequence, causal=False)
    aperture, _ = aperture_flux(
        sequence.frames[:, 0].astype(float), radius_px=3.5, sky_inner_px=8, sky_outer_px=14
    )
    scale = part.calibration.scale
    scatter = [np.std(f / scale) / np.mean(f / scale) for f in (part.fluxes.flux, aperture)]
    assert scatter[0] < 0.85 * scatter[1]


def test_a_place_off_the_centre_is_found_by_the_bright_epochs():
    flux = np.where(np.arange(24) % 4 == 0, 20_000.0, 100.0)
    sequence, truth = field(24, flux=flux, seed=2, x=0.4, y=-0.35)
    (part,) = measure_bands(sequence, causal=False)
    x = part.calibration.shift_x + part.fluxes.dx
    np.testing.assert_allclose(x, truth["shift"][:, 0] + 0.4, atol=0.03)
    (causal,) = measure_bands(sequence)
    # the reference is the first epoch, and its pointing was off, too
    y = causal.calibration.shift_y + causal.fluxes.dy
    np.testing.assert_allclose(y, truth["shift"][:, 1] - 0.35, atol=0.05)


def test_cosmic_rays_on_the_object_are_left_out():
    sequence, _ = field(12, flux=3000.0, seed=8)
    frames = sequence.frames.copy()
    frames[5, 0, 30, 33] += 4000
    clean = measure_bands(sequence)[0].fluxes
    hit = measure_bands(type(sequence).from_frames("hit", frames, sequence.mjd))[0].fluxes
    assert abs(hit.flux[5] - clean.flux[5]) < 2.5 * clean.flux_err[5]


def test_noise_that_was_smoothed_is_known_to_be():
    rng = np.random.default_rng(1)
    white = rng.normal(0, 20, (6, 64, 64)) + 500
    rows = white + np.roll(white, 1, axis=1)
    smooth = (rows + np.roll(rows, 1, axis=2)) / 4
    fwhm = np.full(6, 2.5)
    for frames, low, high in ((white, 1.0, 1.0), (smooth, 1.6, 2.1)):
        larger = correlated_noise_factor(
            prepare_frames(frames.astype(np.float32)).correlation, fwhm
        )[-1]
        assert low <= larger <= high
