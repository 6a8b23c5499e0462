"""What photometry tells the network of each epoch, as a record."""

import numpy as np
import pytest

from taonet.data.epoch_measurement import measure_epochs
from taonet.data.epoch_photometry import CONDITIONS, EpochPhotometry
from taonet.simulation.objects import simulate_object
from taonet.simulation.presets.by_name import survey_preset


@pytest.fixture(scope="module")
def sequence():
    return simulate_object(survey_preset("crts"), "CV", seed=2, index=3)[0].take(np.arange(20))


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
