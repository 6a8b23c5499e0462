import numpy as np
import pytest

from taonet.features.segments import Segments
from taonet.features.walk import best_walks, walk_log_likelihood
from taonet.simulate.nuclei import damped_random_walk


def test_the_likelihood_is_that_of_the_whole_covariance():
    rng = np.random.default_rng(0)
    counts = np.array([7, 0, 12])
    t = np.concatenate([np.sort(rng.uniform(0, 100, n)) for n in counts])
    y, errors = rng.normal(0, 1, 19), rng.uniform(0.2, 0.6, 19)
    tau, sigma = np.array([[3.0, 40.0]] * 3), np.array([[0.5, 1.5]] * 3)
    found = walk_log_likelihood(Segments.of(counts), t, y, errors, tau, sigma)
    assert (found[1] == 0).all()
    for i, own in ((0, slice(0, 7)), (2, slice(7, 19))):
        for j in (0, 1):
            apart = np.abs(t[own, None] - t[own])
            covariance = sigma[i, j] ** 2 * np.exp(-apart / tau[i, j]) + np.diag(errors[own] ** 2)
            ones = np.ones(counts[i])
            solved = np.linalg.solve(covariance, np.stack([y[own], ones], axis=1))
            squares, cross, total = y[own] @ solved[:, 0], ones @ solved[:, 0], ones @ solved[:, 1]
            expected = np.linalg.slogdet(covariance)[1] + squares - cross**2 / total + np.log(total)
            np.testing.assert_allclose(found[i, j], -expected / 2)


@pytest.mark.parametrize(("tau_days", "sf_inf"), [(30.0, 0.4), (120.0, 0.2)])
def test_simulated_walks_are_recovered_in_the_median(tau_days, sf_inf):
    rng = np.random.default_rng(1)
    times = [np.sort(rng.uniform(0, 3000, 120)) for _ in range(60)]
    walks = [damped_random_walk(t, rng, tau_days=tau_days, sf_inf_mag=sf_inf) for t in times]
    t, y = np.concatenate(times), np.concatenate(walks)
    y = y + rng.normal(0, 0.03, len(y))
    found = best_walks(Segments.of(np.full(60, 120)), t, y, np.full(len(t), 0.03))
    assert abs(np.median(found.sigma) / (sf_inf / np.sqrt(2)) - 1) < 0.1
    assert np.isfinite(found.tau_days).all()
    assert abs(np.log(np.median(found.tau_days) / tau_days)) < 0.25


def test_noise_has_no_damping_time():
    rng = np.random.default_rng(2)
    t = np.tile(np.sort(rng.uniform(0, 1000, 50)), 100)
    found = best_walks(
        Segments.of(np.full(100, 50)), t, rng.normal(0, 0.1, len(t)), np.full(len(t), 0.1)
    )
    assert np.isnan(found.tau_days).mean() > 0.95
    assert ((found.sigma == 0) == np.isnan(found.tau_days)).all()


def test_too_few_points_have_no_walk():
    t = np.arange(4.0)
    found = best_walks(Segments.of(np.array([4, 0])), t, t, np.ones(4))
    assert np.isnan(found.sigma).all()
