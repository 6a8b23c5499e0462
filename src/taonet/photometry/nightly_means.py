"""Nightly means: the exposures of a night averaged into one point of smaller error."""

from dataclasses import replace

import numpy as np
from jaxtyping import Int

from taonet.sky.lightcurve import LightCurve
from taonet.sky.nights import begins_night


def nightly_means(curve: LightCurve) -> LightCurve:
    """Average the fluxes of each night and band, weighted by their errors.

    Parameters
    ----------
    curve : LightCurve
        Fluxes on one zero point.

    Returns
    -------
    LightCurve
        One epoch a night and band, at the mean time of what was measured (of all exposures where
        nothing was); the quality bits are those that all exposures share. In order of time.

    Examples
    --------
    >>> four = LightCurve(object_id="x", mjd=np.array([1.0, 1.01, 1.02, 5.0]),
    ...     flux=np.array([1.0, 2.0, 3.0, 9.0]), flux_err=np.ones(4),
    ...     zero_point_mag=np.full(4, 25.0), band=("r",) * 4)
    >>> nightly_means(four).flux
    array([2., 9.])
    """
    night = _nights(curve)
    n = int(night.max()) + 1 if len(night) else 0
    measured = np.isfinite(curve.flux) & np.isfinite(curve.flux_err) & (curve.flux_err > 0)
    weight = np.where(measured, curve.flux_err, np.inf) ** -2.0
    total = np.bincount(night, weight, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        flux = np.bincount(night, weight * np.nan_to_num(curve.flux), n) / total
        mean_mjd = np.bincount(night, weight * curve.mjd, n) / total
        error = 1 / np.sqrt(total)
    mean = np.bincount(night, curve.mjd, n) / np.bincount(night, minlength=n)
    first = np.unique(night, return_index=True)[1]
    mjd = np.where(total > 0, mean_mjd, mean)
    order = np.argsort(mjd, kind="stable")
    return replace(
        curve,
        mjd=mjd[order],
        flux=np.where(total > 0, flux, np.nan)[order],
        flux_err=np.where(total > 0, error, np.nan)[order],
        zero_point_mag=curve.zero_point_mag[first][order],
        band=tuple(curve.band[i] for i in first[order]),
        quality=None if curve.quality is None else _shared_quality(curve.quality, night, n)[order],
        template=None if curve.template is None else _templates(curve.template, night, n, order),
    )


def _templates(
    template: tuple[str, ...],
    night: Int[np.ndarray, " epoch"],
    n: int,
    order: Int[np.ndarray, " night"],
) -> tuple[str, ...]:
    """Return the template of each night: exposures without one were not measured."""
    names = [""] * n
    for number, name in zip(night.tolist(), template, strict=True):
        names[number] = name or names[number]
    return tuple(names[i] for i in order)


def _nights(curve: LightCurve) -> Int[np.ndarray, " epoch"]:
    """Number the nights, band by band, in order of their first exposure."""
    bands, band = np.unique(np.array(curve.band, dtype=str), return_inverse=True)
    number = np.zeros(len(curve.mjd), np.int64)
    for b in range(len(bands)):
        in_band = np.flatnonzero(band == b)
        number[in_band] = np.cumsum(begins_night(curve.mjd[in_band]))
    pairs = np.stack([number, band], axis=1)
    return np.asarray(np.unique(pairs, axis=0, return_inverse=True)[1].ravel())


def _shared_quality(
    quality: Int[np.ndarray, " epoch"], night: Int[np.ndarray, " epoch"], n: int
) -> Int[np.ndarray, " night"]:
    shared = np.full(n, -1, np.int64)
    np.bitwise_and.at(shared, night, quality.astype(np.int64))
    return shared.astype(np.int32)
