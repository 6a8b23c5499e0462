"""The two routes agree: light measured in simulated images scatters as the database's does."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from taonet.simulation.catalogue import measure_magnitudes, stated_error
from taonet.simulation.light import Light
from taonet.simulation.objects import simulate_object
from taonet.simulation.optics import EpochInputs, frequency_grid, render_epochs
from taonet.simulation.presets.crts import CATALINA, CATALOGUE
from taonet.sky.cutout import sky_and_noise

OBJECTS = 12


def constant_star(mag, _transient, visits, _rng):
    return Light(mag=np.full(len(visits.mjd), mag), subtype="star")


def psf_magnitudes(sequence, truth):
    """Fit a round PSF of the stated seeing at the stated place: no jitter, no oval is known."""
    n, grid, nought = len(sequence), frequency_grid(64), np.zeros(len(sequence))
    inputs = EpochInputs(
        transparency=nought,
        flux=np.ones(n),
        x=np.full(n, truth["x"]),
        y=np.full(n, truth["y"]),
        shift_x=nought,
        shift_y=nought,
        seeing_fwhm_px=sequence.seeing_fwhm_px,
    )
    empty = np.zeros((grid.side, grid.side // 2 + 1), complex)
    profile = render_epochs(grid, empty, inputs).astype(float)
    box = np.s_[:, 27:38, 27:38]
    sky, _ = sky_and_noise(sequence.frames[:, 0])
    above = sequence.frames[:, 0].astype(float) - sky[:, None, None]
    weight = profile[box]
    flux = (weight * above[box]).sum(axis=(1, 2)) / (weight**2).sum(axis=(1, 2))
    return sequence.zero_point_mag - 2.5 * np.log10(np.maximum(flux, 1e-3))


def clipped_scatter(mag):
    for _ in range(4):
        mag = mag[np.abs(mag - np.median(mag)) < 4 * mag.std() + 1e-9]
    return mag.std()


@pytest.mark.parametrize("mag", [15.0, 16.5, 17.5, 18.5, 19.5])
def test_scatter_and_error_agree_within_fifteen_percent(mag):
    survey = replace(CATALINA, draw_light=partial(constant_star, mag))
    scatter, error = [], []
    for index in range(OBJECTS):
        sequence, truth = simulate_object(survey, "NON", seed=3, index=index)
        measured = np.round(psf_magnitudes(sequence, truth), 2)
        detected = measured[measured < CATALOGUE.faintest_mag]
        rng = np.random.default_rng(index)
        listed = measure_magnitudes(np.full(len(sequence), mag), sequence.mjd, CATALOGUE, rng)
        scatter.append((clipped_scatter(detected), clipped_scatter(listed.mag)))
        error.append((np.median(stated_error(detected, CATALOGUE)), np.median(listed.magerr)))
    for pair in (scatter, error):
        image, database = np.median(pair, axis=0)
        assert image == pytest.approx(database, rel=0.15)
