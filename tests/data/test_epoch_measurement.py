"""Measuring epochs as a network reads them: causally, and again with other pixels."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.data.epoch_measurement import measure_altered, measure_epochs
from taonet.simulation.objects import simulate_object
from taonet.simulation.presets.by_name import survey_preset


@pytest.fixture(scope="module")
def sequence():
    return simulate_object(survey_preset("crts"), "CV", seed=2, index=3)[0].take(np.arange(20))


def test_what_is_measured_early_does_not_know_the_future(sequence):
    whole, early = measure_epochs(sequence), measure_epochs(sequence.take(np.arange(8)))
    one_band = np.zeros(20, np.int64)
    np.testing.assert_allclose(
        whole.conditions(one_band)[:8], early.conditions(one_band[:8]), rtol=1e-4, atol=1e-4
    )
    np.testing.assert_allclose(
        whole.light(one_band)[:8], early.light(one_band[:8]), rtol=1e-3, atol=1e-3
    )


def add_to_last(sequence, light):
    """Return a sequence with more light at the centre of its last frame."""
    frames = sequence.frames.copy()
    middle = frames.shape[-1] // 2
    frames[-1, :, middle - 1 : middle + 2, middle - 1 : middle + 2] += light
    return replace(sequence, frames=frames)


def test_a_copy_that_was_not_altered_is_measured_as_before(sequence):
    few = sequence.take(np.arange(6))
    (again,) = measure_altered(few, [few])
    np.testing.assert_array_equal(again.to_array(), measure_epochs(few).to_array())


def test_altered_pixels_change_the_flux_and_leave_the_calibration(sequence):
    few = sequence.take(np.arange(6))
    plain, brighter = measure_altered(few, [few, add_to_last(few, 2000)])
    assert brighter.flux[-1] > plain.flux[-1] + 5 * plain.flux_err[-1]
    for name in ("scale", "fwhm_px", "shift_x", "shift_y", "n_stars"):
        np.testing.assert_array_equal(getattr(brighter, name), getattr(plain, name))


def test_small_cutouts_are_calibrated_anew(sequence):
    few = sequence.take(np.arange(6))
    small = replace(few, frames=few.frames[..., 22:43, 22:43])
    altered = add_to_last(small, 2000)
    (again,) = measure_altered(small, [altered])
    np.testing.assert_array_equal(again.to_array(), measure_epochs(altered).to_array())
