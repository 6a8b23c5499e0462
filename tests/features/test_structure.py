"""The structure function against every pair counted by hand."""

import numpy as np

from taonet.features.segments import Segments
from taonet.features.structure import LAGS_DAYS, structure_function


def test_the_structure_function_counts_every_pair_once():
    rng = np.random.default_rng(1)
    counts = np.array([50, 0, 30])
    t = np.concatenate([np.sort(rng.uniform(0, 200, n)) for n in counts])
    y, errors = rng.normal(0, 1, 80), rng.uniform(0.1, 0.3, 80)
    found = structure_function(Segments.from_counts(counts), t, y, errors)
    for i, own in ((0, slice(0, 50)), (2, slice(50, 80))):
        first, second = np.triu_indices(counts[i], 1)
        days = (t[own][second] - t[own][first]).round(12)
        square = (y[own][second] - y[own][first]) ** 2
        square -= errors[own][second] ** 2 + errors[own][first] ** 2
        for lag, (least, most) in enumerate(LAGS_DAYS.values()):
            mean = square[(days >= least) & (days < most)].mean()
            np.testing.assert_allclose(found[lag, i], np.sign(mean) * np.sqrt(abs(mean)))
    assert np.isnan(found[:, 1]).all()


def test_noise_has_none_in_the_mean_and_two_pairs_are_too_few():
    rng = np.random.default_rng(3)
    n_objects, n = 400, 20
    t = np.tile(np.arange(n, dtype=float), n_objects)
    errors = rng.uniform(0.5, 1.5, len(t))
    found = structure_function(
        Segments.from_counts(np.full(n_objects, n)), t, rng.normal(0, errors), errors
    )
    square = np.sign(found) * found**2
    of_days = square[[*LAGS_DAYS].index("4d")]
    assert abs(of_days.mean()) < 4 * of_days.std() / np.sqrt(n_objects)
    few = structure_function(
        Segments.from_counts(np.array([3])), np.arange(3.0), np.arange(3.0), np.full(3, 0.1)
    )
    assert np.isnan(few).all()
    more = structure_function(
        Segments.from_counts(np.array([4])), np.arange(4.0), np.arange(4.0), np.full(4, 0.1)
    )
    # three pairs a day apart, each of one squared less twice a hundredth
    np.testing.assert_allclose(more[0, 0], np.sqrt(1 - 0.02))
