"""Oversampling of light curves: copies whose magnitudes are drawn anew within their errors.

After MANTRA (arXiv 2006.13163): rare classes are filled up with copies of their training curves,
each magnitude replaced by a draw from N(mag, magerr). Features are measured on the copies, so this
comes before them. Only training objects may be copied.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Int

from taonet.io.lightcurves.tables import Curve
from taonet.sky.flux import ZERO_POINT_MAG, magnitude, magnitude_error


def redraw_curve(curve: Curve, rng: np.random.Generator) -> Curve:
    """Return a light curve as it might have been measured, were the measured one the truth.

    Times, errors and bands stay; upper limits too. What was measured in fluxes is drawn in fluxes.
    """
    if curve.flux is not None and curve.flux_err is not None:
        flux = rng.normal(curve.flux, curve.flux_err)
        magerr = magnitude_error(flux, curve.flux_err)
        return replace(curve, flux=flux, mag=magnitude(flux, ZERO_POINT_MAG), magerr=magerr)
    return replace(curve, mag=rng.normal(curve.mag, curve.magerr))


def copies_to_balance(label: Int[np.ndarray, " n"]) -> Int[np.ndarray, " copy"]:
    """Return which object to copy, once for every copy that evens out the classes.

    Every class reaches the size of the largest; its objects are copied in turn.

    Examples
    --------
    >>> copies_to_balance(np.array([0, 0, 0, 0, 0, 1, 1])).tolist()
    [5, 6, 5]
    """
    counts = np.bincount(label)
    copies = [
        np.resize(np.flatnonzero(label == name), counts.max() - counts[name])
        for name in np.unique(label)
    ]
    return np.concatenate(copies).astype(np.int64) if copies else np.zeros(0, np.int64)


def draw_copies(
    curves: Sequence[Curve], label: Int[np.ndarray, " n"], *, seed: int
) -> Iterator[tuple[int, Curve]]:
    """Yield (which object, redrawn curve) until the classes are even.

    Copy *k* of object *i* depends on the seed, *i* and *k* alone.
    """
    done: dict[int, int] = {}
    for i in copies_to_balance(label).tolist():
        done[i] = done.get(i, 0) + 1
        yield i, redraw_curve(curves[i], np.random.default_rng([seed, i, done[i]]))
