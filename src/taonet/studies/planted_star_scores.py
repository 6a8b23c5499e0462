"""How well the light of planted stars was measured, by signal-to-noise ratio."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from taonet.data.epoch_measurement import measure_epochs
from taonet.evaluation.bootstrap_weights import Sample
from taonet.evaluation.intervals import Interval, interval
from taonet.evaluation.resampling import number_groups
from taonet.photometry.aperture import aperture_flux
from taonet.sky.sequence import ImageSequence
from taonet.studies.planted_stars import Planting

FluxMeasurement: TypeAlias = Callable[
    [ImageSequence], tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]
]
"""Returns flux and its error of the centre of each epoch, in a unit of the sequence; NaN: none."""

BINS: Final = (3.0, 5.0, 10.0, 30.0, 100.0, 300.0)
"""Edges of the ranges of signal-to-noise ratio."""

BRIGHT_SNR: Final = 30.0
"""Epochs from here on decide about the unit of a sequence."""

FEWEST_BRIGHT: Final = 3

NUMBERS: Final = ("scatter", "bias_percent", "slope", "pull", "pull_spread")
"""Columns with an interval."""

STEADY: Final = "steady"
"""Range of a star that does not change."""

APERTURE_PX: Final = 3.0

_RANGES: Final = [f"{low:g}-{high:g}" for low, high in pairwise(BINS)]


def measure_forced(
    sequence: ImageSequence,
) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
    """Return forced photometry as networks read it."""
    measured = measure_epochs(sequence)
    return measured.flux, measured.flux_err


def measure_aperture(
    sequence: ImageSequence,
) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
    """Return the sum within `APERTURE_PX` of the centre, less the sky around; no star is asked."""
    size = min(sequence.frames.shape[-2:])
    return aperture_flux(
        sequence.pixels[:, 0],
        radius_px=APERTURE_PX,
        sky_inner_px=min(2.5 * APERTURE_PX, 0.33 * size),
        sky_outer_px=min(5 * APERTURE_PX, 0.5 * size),
    )


def measure_planting(
    planting: Planting, methods: Mapping[str, FluxMeasurement], *, is_steady: bool
) -> pd.DataFrame:
    """Measure a planted star with each method.

    Returns
    -------
    DataFrame
        A row a method and epoch. ``deviation`` is measured less planted light in units of
        ``flux_err`` of the `Planting`, ``stated`` the error that the method states in the same,
        NaN where it gives none; the unit of each sequence is the median ratio of bright epochs.
    """
    tables = []
    for name, measure in methods.items():
        flux, error = measure(planting.sequence)
        unit = find_unit(planting, flux)
        deviation = (flux / unit - planting.flux) / planting.flux_err
        stated = error / abs(unit) / planting.flux_err
        is_known = np.isfinite(deviation) & np.isfinite(stated)
        tables.append(
            pd.DataFrame(
                {
                    "method": name,
                    "epoch": np.arange(len(flux)),
                    "snr": planting.snr,
                    "range": STEADY if is_steady else ranges_of(planting.snr),
                    "deviation": np.where(is_known, deviation, np.nan),
                    "stated": np.where(is_known, stated, np.nan),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def find_unit(planting: Planting, flux: Float[np.ndarray, " epoch"]) -> float:
    """Return the median ratio of measured to planted light of bright epochs, NaN without any.

    Bright are those of `BRIGHT_SNR` or more, or the brightest `FEWEST_BRIGHT`.
    """
    known = np.isfinite(flux)
    if known.sum() < FEWEST_BRIGHT:
        return float("nan")
    least = min(BRIGHT_SNR, np.sort(planting.snr[known])[-FEWEST_BRIGHT])
    bright = known & (planting.snr >= least)
    return float(np.median(flux[bright] / planting.flux[bright]))


def ranges_of(snr: Float[np.ndarray, " epoch"]) -> list[str]:
    """Return which range each signal-to-noise ratio belongs to; ends belong to the outer ones."""
    index = np.searchsorted(BINS, snr, side="right") - 1
    return [_RANGES[i] for i in np.clip(index, 0, len(_RANGES) - 1)]


def score_plantings(table: pd.DataFrame, *, n_bootstrap: int = 500, seed: int = 1) -> pd.DataFrame:
    """Return how well the light was measured, by camera, range and method.

    Parameters
    ----------
    table : DataFrame
        Of `measure_planting`, with ``camera`` and ``group``: rows of one group are drawn together.

    Returns
    -------
    DataFrame
        Numbers have 95 % intervals in ``…_low`` and ``…_high``, by a bootstrap over groups.

        ================  ==========================================================
        ``n``             epochs; of them ``measured``; of ``n_groups`` groups
        ``scatter``       1.4826 × the median distance of measured from planted light, in units
                          of the least error that photons and sky allow
        ``bias_percent``  by how much the median ratio of the two is off 1
        ``slope``         by how much measured light changes where planted light changes by 1,
                          within the range; less than 1: shrunk. NaN for a steady star
        ``pull``          median of deviation over stated error
        ``pull_spread``   1.4826 × the median distance of that from its median: 1 where errors
                          are honest
        ================  ==========================================================
    """
    rows = []
    keys = ["camera", "range", "method"]
    ranges = [*_RANGES, STEADY]
    for key, part in table.groupby(keys, sort=False):
        known = part[part["deviation"].notna()]
        head = {
            **dict(zip(keys, key, strict=True)),
            "n": len(part),
            "measured": len(known),
            "n_groups": part["group"].nunique(),
        }
        numbers = _score_part(known, n_bootstrap=n_bootstrap, seed=seed)
        rows.append(
            head | {k: v for name in NUMBERS for k, v in numbers[name].to_row(name).items()}
        )
    scores = pd.DataFrame(rows)
    place = scores["range"].map(ranges.index).to_numpy(np.int64)
    cameras = pd.factorize(scores["camera"])[0]
    return scores.iloc[np.lexsort([place, cameras])].reset_index(drop=True)


def weighted_median(
    values: Float[np.ndarray, "*resample row"], weights: Float[np.ndarray, "resample row"]
) -> Float[np.ndarray, " resample"]:
    """Return medians of values, the same for all resamples or their own, by weight.

    Examples
    --------
    >>> weighted_median(np.array([3.0, 1.0, 2.0]), np.array([[1.0, 1.0, 1.0], [9.0, 1.0, 1.0]]))
    array([2., 3.])
    """
    values = np.broadcast_to(values, weights.shape)
    order = np.argsort(values, axis=1)
    values, weights = (np.take_along_axis(a, order, axis=1) for a in (values, weights))
    reached = np.cumsum(weights, axis=1) >= 0.5 * weights.sum(axis=1, keepdims=True)
    return np.asarray(np.take_along_axis(values, reached.argmax(axis=1)[:, None], axis=1)[:, 0])


def _score_part(rows: pd.DataFrame, *, n_bootstrap: int, seed: int) -> dict[str, Interval]:
    if not len(rows):
        unknown = Interval(value=np.nan, low=np.nan, high=np.nan)
        return dict.fromkeys(NUMBERS, unknown)
    groups = number_groups(pd.factorize(rows["group"])[0])
    once = _numbers(rows, np.ones((1, len(rows))))
    drawn = [_numbers(rows, weights) for weights in _draw_weights(groups, n_bootstrap, seed)]
    resampled = {name: np.concatenate([one[name] for one in drawn]) for name in NUMBERS}
    return {name: interval(float(once[name][0]), resampled[name]) for name in NUMBERS}


def _draw_weights(
    groups: Int[np.ndarray, " row"], n_bootstrap: int, seed: int
) -> Iterator[Float[np.ndarray, "resample row"]]:
    """Yield the weight of each row, that of its group, which counts as one."""
    n = int(groups.max()) + 1
    one_each = Sample(truth=np.zeros(n, np.int64), groups=np.arange(n), n_classes=1)
    for weights in one_each.weights(n_bootstrap, seed=seed):
        yield weights[:, groups]


def _numbers(
    rows: pd.DataFrame, weights: Float[np.ndarray, "resample row"]
) -> dict[str, Float[np.ndarray, " resample"]]:
    snr, off = rows["snr"].to_numpy(float), rows["deviation"].to_numpy(float)
    pull = off / rows["stated"].to_numpy(float)
    middle = weighted_median(pull, weights)
    spread = weighted_median(np.abs(pull - middle[:, None]), weights)
    return {
        "scatter": 1.4826 * weighted_median(np.abs(off), weights),
        "bias_percent": 100 * weighted_median(off / snr, weights),
        "slope": _slope(snr, snr + off, weights, is_steady=bool((rows["range"] == STEADY).all())),
        "pull": middle,
        "pull_spread": 1.4826 * spread,
    }


def _slope(
    planted: Float[np.ndarray, " row"],
    measured: Float[np.ndarray, " row"],
    weights: Float[np.ndarray, "resample row"],
    *,
    is_steady: bool,
) -> Float[np.ndarray, " resample"]:
    """Return the slope between the lower and the upper third, by medians (Tukey's line)."""
    low, high = np.quantile(planted, [1 / 3, 2 / 3])
    lower, upper = planted <= low, planted >= high
    if is_steady or low >= high:
        return np.full(len(weights), np.nan)
    rise, run = (
        weighted_median(v[upper], weights[:, upper]) - weighted_median(v[lower], weights[:, lower])
        for v in (measured, planted)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(run > 0, rise / run, np.nan))
