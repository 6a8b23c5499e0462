"""What is known while a field is calibrated: nothing of an epoch before it was measured."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from taonet.photometry.field_state import FieldState, StatedValues
from taonet.photometry.growth import SIDE
from taonet.photometry.mismatch import Mismatch
from taonet.photometry.steepness import Steepness

N = 5


def state():
    columns: dict[str, Any] = {f.name: np.zeros(N) for f in fields(FieldState)}
    columns |= {
        "shift": np.zeros((N, 2)),
        "fwhm": np.arange(2.0, 2.0 + N),
        "stretch": 0.01j * np.arange(N),
        "unlike": np.zeros((N, SIDE, SIDE)),
        "n_stars": np.zeros(N, np.int64),
        "odd": np.zeros(N, bool),
        "anchored": np.zeros(N, bool),
        "steepness": Steepness.default(N),
        "mismatch": Mismatch.default(N),
        "causal": True,
    }
    return FieldState(**columns)


def test_the_usual_scale_is_that_of_known_epochs_where_one_is_stated():
    stated = StatedValues(scale=np.array([np.nan, 4.0, 2.0, 9.0]), fwhm_px=np.full(4, np.nan))
    assert stated.usual_scale(np.array([0, 1, 2])) == 3.0
    assert stated.usual_scale(np.array([0])) == 1.0


def test_wings_are_handed_on_from_the_last_known_epoch_and_the_first_has_none():
    one, known, new = state(), np.array([0, 1, 2]), np.array([3, 4])
    steepness = Steepness(mean=np.array([0.1, 0.2, 0.3]), precision=np.array([1.0, 2.0, 3.0]))
    mismatch = Mismatch(square=np.array([4.0, 5.0, 6.0]), weight=np.array([7.0, 8.0, 9.0]))
    one.store_wings(known, steepness, mismatch)
    wings, differences = one.earlier_wings(known, new)
    assert (wings.mean.tolist(), wings.precision.tolist()) == ([0.3, 0.3], [3.0, 3.0])
    assert (differences.square.tolist(), differences.weight.tolist()) == ([6.0, 6.0], [9.0, 9.0])
    # what measures itself has nothing earlier
    own, _ = one.earlier_wings(known, known)
    np.testing.assert_array_equal(own.mean, Steepness.default(3).mean)


def test_the_profile_of_an_epoch_is_what_was_stored_of_it():
    one = state()
    one.store_wings(np.array([3]), Steepness.from_beta(np.array([2.5])), Mismatch.default(1))
    profile = one.profile(np.array([3, 1]))
    np.testing.assert_array_equal(profile.fwhm_px, [5.0, 3.0])
    np.testing.assert_array_equal(profile.stretch, [0.03j, 0.01j])
    assert profile.beta[0] == pytest.approx(2.5)
