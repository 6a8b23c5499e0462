"""What trees read after some epochs is what they read of a sequence that ends there."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from photometry.made import field
from taonet.features.early import curve_for_trees, early_features, epoch_counts
from taonet.photometry.aperture import aperture_curve, default_radius_px
from taonet.photometry.lightcurves import light_curve, measure_bands


@pytest.fixture(scope="module")
def sequence():
    return field(7, size=21, seed=4)[0]


def features(sequence, epochs, *, use_times=True):
    return early_features([(sequence, measure_bands(sequence))], epochs, use_times=use_times)


def test_numbers_of_epochs_end_with_the_last():
    assert epoch_counts(7, (5, 3, 3, 10)).tolist() == [3, 5, 7]
    assert epoch_counts(3, (3, 5)).tolist() == [3]
    assert epoch_counts(4, ()).tolist() == [4]


def test_later_epochs_change_no_earlier_row(sequence):
    whole = features(sequence, (4, 6))
    assert whole["n_epochs"].tolist() == [4, 6, 7]
    early = features(sequence.up_to(sequence.mjd[5]), (4,))
    pd.testing.assert_frame_equal(whole.iloc[:2], early, rtol=1e-6)


def test_without_times_only_the_order_counts(sequence):
    late = replace(sequence, mjd=55000 + np.arange(7.0) ** 2)
    one, other = (features(s, (), use_times=False) for s in (sequence, late))
    pd.testing.assert_frame_equal(one, other)


def test_small_cutouts_are_summed_within_the_radius_of_the_first_epoch(sequence):
    found = curve_for_trees(sequence, measure_bands(sequence))
    radius_px = default_radius_px(sequence.up_to(sequence.mjd[0]))
    np.testing.assert_array_equal(found.flux, aperture_curve(sequence, radius_px=radius_px).flux)
    large, _ = field(4, size=48)
    found = curve_for_trees(large, measure_bands(large))
    np.testing.assert_array_equal(found.flux, light_curve(large).flux)


def test_no_object_gives_an_empty_table():
    empty = early_features([], (3,), use_times=True)
    assert len(empty) == 0
    assert {"object_id", "n_epochs"} < set(empty)
