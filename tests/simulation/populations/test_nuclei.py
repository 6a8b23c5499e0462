"""Active nuclei: the damped random walk against celerite2 and against its formula."""

import numpy as np
from celerite2 import GaussianProcess, terms
from scipy.stats import chi2, kstest

from taonet.simulation.populations.nuclei import damped_random_walk


def test_simulated_walks_are_drawn_from_the_process_of_celerite():
    rng = np.random.default_rng(8)
    chances = []
    for _ in range(400):
        mjd = 53500 + np.sort(rng.uniform(0, 3000, 60))
        tau, sf_inf = rng.uniform(5, 600), rng.uniform(0.05, 1.0)
        walk = damped_random_walk(mjd, rng, tau_days=tau, sf_inf_mag=sf_inf)
        process = GaussianProcess(terms.RealTerm(a=sf_inf**2 / 2, c=1 / tau), mean=0.0)
        process.compute(mjd)
        # of a draw of the process this is a χ² of as many degrees of freedom as epochs
        chances.append(chi2.sf(walk @ process.apply_inverse(walk), len(mjd)))
    assert kstest(chances, "uniform").pvalue > 1e-3
    # and each whitened step is a standard normal one
    lower = np.linalg.cholesky(process.kernel.get_value(mjd[:, None] - mjd))
    walks = [damped_random_walk(mjd, rng, tau_days=tau, sf_inf_mag=sf_inf) for _ in range(300)]
    white = np.linalg.solve(lower, np.array(walks).T)
    assert kstest(white.ravel(), "norm").pvalue > 1e-3
    assert np.abs(np.corrcoef(white) - np.eye(60)).max() < 6 / np.sqrt(300)


def test_the_damped_random_walk_has_its_structure_function():
    rng = np.random.default_rng(0)
    mjd = np.sort(rng.uniform(0, 2000, 40))
    walks = np.stack(
        [damped_random_walk(mjd, rng, tau_days=200.0, sf_inf_mag=0.4) for _ in range(4000)]
    )
    # equal scatter at every epoch: the walk starts in its stationary state
    np.testing.assert_allclose(walks.std(axis=0), 0.4 / np.sqrt(2), rtol=0.05)
    for i, j in ((0, 1), (10, 15), (5, 39)):
        found = np.sqrt(((walks[:, i] - walks[:, j]) ** 2).mean())
        formula = 0.4 * np.sqrt(1 - np.exp(-(mjd[j] - mjd[i]) / 200))
        np.testing.assert_allclose(found, formula, rtol=0.06)
