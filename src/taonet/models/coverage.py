"""What one sequence is like, in the terms of a model's domain."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from taonet.data.reading import Reading
from taonet.models.domain import Domain, Range
from taonet.sky.cutout import sky_and_noise
from taonet.sky.lightcurve import DETECTION_SIGMA
from taonet.sky.sequence import ImageSequence

DEPTH_EPOCHS = 8
"""Epochs of a sequence whose depth is measured."""

GAUSSIAN_AREA = 4 * np.pi / (8 * np.log(2))
"""Pixels that add noise to a point source under its PSF, in squares of the FWHM (King 1983)."""

MIDDLE = (0.01, 0.99)
"""Quantiles between which the ranges of a domain lie: single odd objects do not widen them."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What the epochs of a sequence are like that a model reads.

    Parameters
    ----------
    pixel_scale_arcsec : float
        NaN where unknown.
    bands : tuple of str
        Those that are named, in order of name.
    n_epochs : int
    mjd_first, mjd_last : float
        NaN without an epoch.
    zero_points : float
        Share of them whose zero point is stated; NaN without an epoch.
    depth_mag : float
        See `depth_of`.
    n_late : int
        Epochs at or after the time from which on nothing is read.
    """

    pixel_scale_arcsec: float
    bands: tuple[str, ...]
    n_epochs: int
    mjd_first: float
    mjd_last: float
    zero_points: float
    depth_mag: float
    n_late: int

    @property
    def span_days(self) -> float:
        """From the first epoch to the last."""
        return self.mjd_last - self.mjd_first


def coverage_of(sequence: ImageSequence, reading: Reading) -> Coverage:
    """Describe a sequence; of the frames only a few are looked at."""
    epochs = reading.epochs_of(sequence)
    mjd, has_epochs = sequence.mjd[epochs], bool(len(epochs))
    known = np.isfinite(sequence.zero_point_mag[epochs])
    late = 0 if reading.mjd_max is None else int((sequence.mjd >= reading.mjd_max).sum())
    return Coverage(
        pixel_scale_arcsec=sequence.pixel_scale_arcsec,
        bands=tuple(sorted({sequence.band[i] for i in epochs.tolist()} - {""})),
        n_epochs=len(epochs),
        mjd_first=float(mjd[0]) if has_epochs else np.nan,
        mjd_last=float(mjd[-1]) if has_epochs else np.nan,
        zero_points=float(known.mean()) if has_epochs else np.nan,
        depth_mag=depth_of(sequence, epochs),
        n_late=late,
    )


def depth_of(sequence: ImageSequence, epochs: Int[np.ndarray, " some"]) -> float:
    """Return the AB magnitude of a point source at five times the noise, the median of some epochs.

    NaN where no epoch states both its zero point and its seeing.
    """
    stated = np.isfinite(sequence.zero_point_mag) & np.isfinite(sequence.seeing_fwhm_px)
    known = epochs[stated[epochs]]
    if not len(known):
        return float("nan")
    some = known[np.linspace(0, len(known) - 1, min(len(known), DEPTH_EPOCHS)).astype(np.int64)]
    _, noise = sky_and_noise(sequence.take(some).pixels[:, 0])
    width = np.sqrt(GAUSSIAN_AREA) * sequence.seeing_fwhm_px[some]
    depth = sequence.zero_point_mag[some] - 2.5 * np.log10(DETECTION_SIGMA * noise * width)
    return float(np.median(depth[np.isfinite(depth)])) if np.isfinite(depth).any() else float("nan")


def common_domain(objects: Sequence[Coverage], *, reading: Reading, frame_px: int) -> Domain:
    """Return the domain of a model that learns from such objects."""
    n_epochs = np.array([one.n_epochs for one in objects], np.float64)
    seen = [one for one in objects if one.n_epochs]
    shares = np.array([one.zero_points for one in seen], np.float64)
    dates = np.array([(one.mjd_first, one.mjd_last) for one in seen], np.float64).reshape(-1, 2)
    return Domain(
        bands=reading.bands or tuple(sorted({band for one in seen for band in one.bands})),
        pixel_scale_arcsec=_common_scale(objects),
        depth_mag=_middle(np.array([one.depth_mag for one in seen], np.float64)),
        zero_points=round(float(shares.mean()), 3) if len(shares) else None,
        n_epochs=_middle(n_epochs[n_epochs > 0]),
        span_days=_middle(dates[:, 1] - dates[:, 0]),
        mjd=(float(dates[:, 0].min()), float(dates[:, 1].max())) if len(dates) else None,
        mjd_max=reading.mjd_max,
        frame_px=frame_px,
        channels=reading.channels,
    )


def _common_scale(objects: Sequence[Coverage]) -> float | None:
    """Return the median scale; None where an object states none."""
    scales = np.array([one.pixel_scale_arcsec for one in objects], np.float64)
    return float(np.median(scales)) if len(scales) and np.isfinite(scales).all() else None


def _middle(values: Float[np.ndarray, " n"]) -> Range | None:
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    low, high = np.quantile(known, MIDDLE, method="nearest").tolist()
    return round(low, 3), round(high, 3)
