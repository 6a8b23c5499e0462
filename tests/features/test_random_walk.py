import numpy as np
import pytest
from celerite2 import GaussianProcess, terms
from scipy.optimize import minimize

from taonet.features.random_walk import best_walks, walk_log_likelihood
from taonet.features.segments import Segments
from taonet.simulation.populations.nuclei import damped_random_walk


def test_the_likelihood_is_that_of_the_whole_covariance():
    rng = np.random.default_rng(0)
    counts = np.array([7, 0, 12])
    t = np.concatenate([np.sort(rng.uniform(0, 100, n)) for n in counts])
    y, errors = rng.normal(0, 1, 19), rng.uniform(0.2, 0.6, 19)
    tau, sigma = np.array([[3.0, 40.0]] * 3), np.array([[0.5, 1.5]] * 3)
    found = walk_log_likelihood(Segments.from_counts(counts), t, y, errors, tau, sigma)
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


def log_likelihood_of_celerite(t, y, errors, tau_days, sigma):
    """Return the log-likelihood of a walk about a mean that is integrated out, no constants."""
    process = GaussianProcess(terms.RealTerm(a=sigma**2, c=1 / tau_days), mean=0.0)
    process.compute(t, yerr=errors)
    solved = process.apply_inverse(np.ones_like(t))
    cross, total = y @ solved, solved.sum()
    known = process.log_likelihood(y) + len(t) / 2 * np.log(2 * np.pi)
    return known + (cross**2 / total - np.log(total)) / 2


def test_the_likelihood_is_that_of_celerite_on_long_curves():
    rng = np.random.default_rng(3)
    counts = np.array([900, 40, 300])
    times = [np.sort(rng.uniform(53500, 53500 + 8 * n, n)) for n in counts]
    t = np.concatenate(times)
    y, errors = 18 + rng.normal(0, 0.4, len(t)), rng.uniform(0.02, 0.3, len(t))
    tau, sigma = np.tile([1.0, 60.0, 3000.0], (3, 1)), np.tile([0.05, 0.3, 1.2], (3, 1))
    found = walk_log_likelihood(Segments.from_counts(counts), t, y, errors, tau, sigma)
    ends = np.cumsum(counts)
    for i, own in enumerate(map(slice, ends - counts, ends)):
        for j in range(3):
            expected = log_likelihood_of_celerite(
                t[own], y[own], errors[own], tau[i, j], sigma[i, j]
            )
            np.testing.assert_allclose(found[i, j], expected, rtol=1e-8)


def test_of_ten_best_walks_nine_are_as_likely_as_any():
    rng = np.random.default_rng(4)
    times = [np.sort(rng.uniform(0, 2500, 100)) for _ in range(30)]
    errors = np.full(100, 0.05)
    values = [
        damped_random_walk(t, rng, tau_days=80.0, sf_inf_mag=0.5) + rng.normal(0, 0.05, 100)
        for t in times
    ]
    found = best_walks(
        Segments.from_counts(np.full(30, 100)),
        np.concatenate(times),
        np.concatenate(values),
        np.tile(errors, 30),
    )
    missed = []
    for i, (t, y) in enumerate(zip(times, values, strict=True)):

        def unlikely(place, t=t, y=y):
            return -log_likelihood_of_celerite(t, y, errors, *np.exp(place))

        ours = np.log([found.tau_days[i], found.sigma[i]])
        best = minimize(unlikely, ours, method="Nelder-Mead", options={"maxiter": 120})
        missed.append(unlikely(ours) - best.fun)
    # the grid that is drawn closer and closer can end beside the ridge, up to 3 below it
    assert np.median(missed) < 0.02
    assert np.mean(np.array(missed) < 0.1) >= 0.9
    assert max(missed) < 4


@pytest.mark.parametrize(("tau_days", "sf_inf"), [(30.0, 0.4), (120.0, 0.2)])
def test_simulated_walks_are_recovered_in_the_median(tau_days, sf_inf):
    rng = np.random.default_rng(1)
    times = [np.sort(rng.uniform(0, 3000, 120)) for _ in range(60)]
    walks = [damped_random_walk(t, rng, tau_days=tau_days, sf_inf_mag=sf_inf) for t in times]
    t, y = np.concatenate(times), np.concatenate(walks)
    y = y + rng.normal(0, 0.03, len(y))
    found = best_walks(Segments.from_counts(np.full(60, 120)), t, y, np.full(len(t), 0.03))
    assert abs(np.median(found.sigma) / (sf_inf / np.sqrt(2)) - 1) < 0.1
    assert np.isfinite(found.tau_days).all()
    assert abs(np.log(np.median(found.tau_days) / tau_days)) < 0.25


def test_noise_has_no_damping_time():
    rng = np.random.default_rng(2)
    t = np.tile(np.sort(rng.uniform(0, 1000, 50)), 100)
    found = best_walks(
        Segments.from_counts(np.full(100, 50)), t, rng.normal(0, 0.1, len(t)), np.full(len(t), 0.1)
    )
    assert np.isnan(found.tau_days).mean() > 0.95
    assert ((found.sigma == 0) == np.isnan(found.tau_days)).all()


def test_too_few_points_have_no_walk():
    t = np.arange(4.0)
    found = best_walks(Segments.from_counts(np.array([4, 0])), t, t, np.ones(4))
    assert np.isnan(found.sigma).all()
