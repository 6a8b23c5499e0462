"""Light curves made up for tests."""

import numpy as np

from taonet.features.curves import Curves


def nights_of(rng, *, n_nights, span_days, per_night=1):
    """Times of one object: nights drawn at random, exposures ten minutes apart."""
    nights = np.sort(rng.choice(int(span_days), n_nights, replace=False))
    begin = 55000.3 + nights + rng.uniform(0, 0.05, n_nights)
    return (begin[:, None] + 0.007 * np.arange(per_night)).ravel()


def curves_of(mjds, light, *, error, seed=0):
    """Curves of one flux function of time, with noise."""
    rng = np.random.default_rng(seed)
    mjd = np.concatenate(mjds)
    flux = np.concatenate([light(t) for t in mjds]) + rng.normal(0, error, len(mjd))
    counts = np.array([len(t) for t in mjds])
    return Curves.from_fluxes(mjd, flux, np.full(len(mjd), float(error)), counts=counts)


def constant_curves(n_curves, *, n_nights, span_days, per_night=1, error=5.0, seed=0):
    """Constant light of flux 100."""
    rng = np.random.default_rng(seed)
    mjds = [
        nights_of(rng, n_nights=n_nights, span_days=span_days, per_night=per_night)
        for _ in range(n_curves)
    ]
    return curves_of(mjds, lambda t: np.full(len(t), 100.0), error=error, seed=seed + 1)
