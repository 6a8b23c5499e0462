"""Fluxes in differences: relative to one zero level, whatever the template holds."""

import numpy as np
import pytest

from photometry.made import difference_of, field
from taonet.photometry.lightcurves import light_curve, measure_bands
from taonet.photometry.templates.template import MjdRange


def test_a_transient_on_a_host_is_measured_as_if_there_were_none():
    rise = np.r_[np.zeros(30), 4000 * np.exp(-np.arange(10) / 5)]
    sequence, _ = field(40, seed=6, flux=rise, host=20_000.0)
    # to these epochs the template is what was there before
    curve = light_curve(sequence, mode="difference", causal=True)
    scale = curve.flux[30:36] / rise[30:36]
    assert np.median(scale) / light_scale(sequence) == pytest.approx(1, abs=0.05)
    before = curve.flux[8:30] / curve.flux_err[8:30]
    assert abs(before.mean()) < 0.8
    assert 0.5 < before.std() < 1.5


def light_scale(sequence):
    (part,) = measure_bands(sequence, causal=True)
    # ADU of the first epoch are the unit: what a star of the field has there against its true flux
    return part.fluxes.flux[0] / part.calibration.scale[0] / 20_000


def test_no_part_of_an_epoch_is_in_its_own_template_and_all_count_from_one_level():
    flux = np.zeros(16)
    flux[9] = 9000.0
    sequence, _ = field(16, seed=7, flux=flux, host=15_000.0)
    unit = np.median(light_curve(sequence, causal=False).flux) / 15_000
    # by itself the template leaves the flash out
    archival = light_curve(sequence, mode="difference", causal=False)
    assert archival.flux[9] / unit / 9000 == pytest.approx(1, abs=0.1)
    assert abs(np.median(archival.flux[10:])) < 100
    # told to hold it, it holds a third: in the others it is missing, in its own epoch, too
    chosen = MjdRange(first=sequence.mjd[8], last=sequence.mjd[10])
    (part,) = measure_bands(sequence, mode="difference", causal=False, template=chosen)
    (template,) = difference_of(part).templates
    share = template.own_share(9)
    assert 0.2 < share < 0.6
    flux, error = (x / part.calibration.scale for x in (part.fluxes.flux, part.fluxes.flux_err))
    true = np.where(np.arange(16) == 9, 1 - share, -share) * 9000 * unit
    assert np.abs((flux - true) / error).max() < 3.5
    assert flux[9] / unit / 9000 == pytest.approx(1 - share, abs=0.1)
