"""The object as it was measured: drawn where it was found, with the flux that was found."""

from dataclasses import replace

import numpy as np
import pytest

from photometry.made import field
from taonet.photometry.lightcurves import measure_bands
from taonet.photometry.object_light import mask_unknown_noise, render_object


@pytest.fixture(scope="module")
def part():
    sequence, _ = field(6, flux=20_000.0, seed=3, size=49, x=0.4, y=-0.3)
    (part,) = measure_bands(sequence, causal=False)
    return part


def test_light_is_that_of_the_object_at_its_place(part):
    light = render_object(part.fluxes, part.calibration, (49, 49))
    # wings of a Moffat profile reach beyond the frame
    assert light.sum(axis=(1, 2)) == pytest.approx(part.fluxes.flux, rel=0.02)
    y, x = np.mgrid[:49, :49] - 24
    total = light.sum(axis=(1, 2))
    across = (light * x).sum(axis=(1, 2)) / total
    assert across == pytest.approx(part.calibration.shift_x + part.fluxes.dx, abs=0.05)
    down = (light * y).sum(axis=(1, 2)) / total
    assert down == pytest.approx(part.calibration.shift_y + part.fluxes.dy, abs=0.05)
    # little but noise is left of a bright star
    left = part.frames.light - light
    assert np.abs(left[:, 12:37, 12:37]).max() < 0.1 * light.max()


def test_light_grows_with_the_flux_and_what_was_not_measured_has_none(part):
    twice = replace(part.fluxes, flux=np.r_[np.nan, 2 * part.fluxes.flux[1:]])
    one, other = (render_object(f, part.calibration, (49, 49)) for f in (part.fluxes, twice))
    np.testing.assert_allclose(other[1:], 2 * one[1:], rtol=1e-6)
    assert not other[0].any()


def test_a_flux_without_noise_is_no_measurement(part):
    noise = part.frames.noise.copy()
    noise[2] = np.nan
    found = mask_unknown_noise(part.fluxes, replace(part.frames, noise=noise))
    for name in ("flux", "flux_err"):
        values, before = getattr(found, name), getattr(part.fluxes, name)
        assert np.isnan(values[2])
        np.testing.assert_array_equal(np.delete(values, 2), np.delete(before, 2))
