"""Nights are told by the gaps between epochs, not by dates."""

import numpy as np
import pytest

from taonet.sky.nights import NIGHT_GAP_DAYS, begins_night


@pytest.mark.parametrize("midnight", [0.0, 0.25, 0.5, 0.75])
def test_nights_are_the_same_wherever_midnight_utc_is(midnight):
    exposures = 55000 + midnight + np.array([0.0, 0.1, 0.3, 1.0, 1.35, 7.2])
    assert begins_night(exposures).tolist() == [True, False, False, True, False, True]


def test_a_gap_counts_if_it_is_longer_than_stated():
    assert begins_night(np.array([0.0, NIGHT_GAP_DAYS])).tolist() == [True, False]
    assert begins_night(np.array([0.0, 1.01 * NIGHT_GAP_DAYS])).tolist() == [True, True]


def test_no_epochs_have_no_nights():
    assert begins_night(np.zeros(0)).tolist() == []
