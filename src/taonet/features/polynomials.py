"""Polynomials through many light curves at once."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from taonet.features.segments import Segments


def polynomial_fits(
    segments: Segments,
    t: Float[np.ndarray, " point"],
    values: Float[np.ndarray, " point"],
    *,
    order: int,
) -> Float[np.ndarray, "order object power"]:
    """Fit polynomials of every order up to the given one to each object's points.

    Least squares by polynomials that are orthogonal on the object's own times (Forsythe 1957,
    J. SIAM 5, 74): each order adds one to those before it, and nothing is ill-conditioned.

    Parameters
    ----------
    segments : Segments
        Which points belong to which object.
    t : array (point,)
        Times, never decreasing within an object.
    values : array (point,)
    order : int
        The highest.

    Returns
    -------
    array (order + 1, object, order + 1)
        ``[k, i, j]`` is the coefficient of the *j*-th power of ``t − mean t`` in the polynomial of
        order *k*; NaN where an object has too few distinct times for so many coefficients.

    Examples
    --------
    >>> t = np.arange(5.0)
    >>> fits = polynomial_fits(Segments.from_counts(np.array([5])), t, 1 + (t - 2) ** 2, order=2)
    >>> fits[1:, 0].round(9)
    array([[3., 0., 0.],
           [1., 0., 1.]])
    """
    away = t - segments.repeat(segments.mean(t))
    scale = segments.highest(np.abs(away))
    scale = np.where(scale > 0, scale, 1.0)
    distinct, residual = _count_times(segments, t), values.copy()
    coefficients, fits = np.zeros((len(scale), order + 1)), []
    orthogonal = _orthogonal_polynomials(
        segments, away / segments.repeat(scale), n_powers=order + 1
    )
    for degree, (polynomial, powers, norm) in zip(range(order + 1), orthogonal, strict=False):
        determined = (distinct > degree) & (norm > _least_norm(segments))
        height = segments.total(residual * polynomial) / np.where(determined, norm, np.nan)
        coefficients = coefficients + height[:, None] * powers
        fits.append(coefficients / scale[:, None] ** np.arange(order + 1))
        residual -= segments.repeat(height) * polynomial
    return np.stack(fits)


def _orthogonal_polynomials(
    segments: Segments, x: Float[np.ndarray, " point"], *, n_powers: int
) -> Iterator[
    tuple[
        Float[np.ndarray, " point"],
        Float[np.ndarray, "object power"],
        Float[np.ndarray, " object"],
    ]
]:
    """Yield polynomials that are orthogonal on each object's points, degree by degree.

    Each with its value at every point, its coefficients, and its sum of squares.
    """
    before, now = np.zeros_like(x), np.ones_like(x)
    norm_before = np.ones(len(segments.counts))
    powers_before, powers = np.zeros((2, len(norm_before), n_powers))
    powers[:, 0] = 1.0
    while True:
        square = now * now
        norm = segments.total(square)
        yield now, powers, norm
        # an object with too few times has no further polynomial: NaN
        with np.errstate(divide="ignore", invalid="ignore"):
            shift, share = segments.total(x * square) / norm, norm / norm_before
        before, now = now, (x - segments.repeat(shift)) * now - segments.repeat(share) * before
        times_x = np.roll(powers, 1, axis=1)
        powers_before, powers = (
            powers,
            times_x - shift[:, None] * powers - share[:, None] * powers_before,
        )
        norm_before = norm


def _count_times(
    segments: Segments, t: Float[np.ndarray, " point"]
) -> Float[np.ndarray, " object"]:
    """Return the number of distinct times of each object."""
    new = np.ones(len(t), bool)
    new[1:] = (t[1:] != t[:-1]) | (segments.owner[1:] != segments.owner[:-1])
    return segments.total(new)


def _least_norm(segments: Segments) -> Float[np.ndarray, " object"]:
    # smaller ones are rounding errors
    return segments.counts * (np.finfo(float).eps * segments.counts) ** 2
