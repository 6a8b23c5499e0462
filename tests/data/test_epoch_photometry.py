"""What photometry tells the network of each epoch."""

import numpy as np
import pytest

from taonet.data.epoch_photometry import CONDITIONS, EpochPhotometry, measure_epochs
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


def test_it_comes_back_from_an_array(sequence):
    found = measure_epochs(sequence)
    again = EpochPhotometry.from_array(found.to_array())
    np.testing.assert_allclose(again.flux, found.flux, rtol=1e-6)
    assert again.noise.shape == found.noise.shape
    assert again.conditions(np.zeros(20, np.int64)).shape == (20, CONDITIONS)


def test_a_flux_that_was_not_measured_counts_for_nothing(sequence):
    found = measure_epochs(sequence)
    found.flux[3] = np.nan
    flux, error, *_ = found.light(np.zeros(20, np.int64)).T
    assert flux[3] == 0
    assert error[3] >= 1e3
