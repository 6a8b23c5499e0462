"""Figures of light curves with their limits, and of epochs before and after subtraction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from taonet.errors import InputError
from taonet.io.lightcurves.tables import Curve, UpperLimits
from taonet.photometry.lightcurves import BandMeasurement
from taonet.photometry.prepared_frames import PreparedFrames
from taonet.photometry.subtract import Difference
from taonet.reports.notebook_figure import NotebookFigure
from taonet.reports.palette import (
    BOTH_WAYS,
    FAINT,
    INK,
    NIGHT,
    escape_math,
    figure_style,
    mute_axes,
    set_mjd_axis,
)
from taonet.sky.bands import plain_band, sort_bands
from taonet.sky.cutout import Quality
from taonet.sky.flux import ZERO_POINT_MAG, magnitude, magnitude_error
from taonet.sky.lightcurve import DETECTION_SIGMA, LightCurve

BAND_COLOURS = {
    "u": "#3B6FB6",
    "g": "#1A8A5A",
    "c": "#2AA6B8",
    "r": "#C8402F",
    "o": "#E69F00",
    "i": "#8A4B9E",
    "z": "#5B4636",
}
_DARK = ("#0B3C8C", "#999933", "#CC79A7", "#882255", "#6E6E6E", "#332288", "#661100")
MORE_COLOURS = (*_DARK, *(to_hex(colormaps["tab20"](i)) for i in range(20)))
"""Of other bands."""

LEGEND_ROWS = 12
POINT_SIGMA = 3.0
"""Fainter epochs are drawn as limits: a magnitude of noise has no meaning."""

MOST_EPOCHS = 6


@figure_style
def light_curve_figure(curve: LightCurve | Curve, *, title: str = "") -> NotebookFigure:
    """Draw magnitudes against time by band, and limits where nothing was detected.

    Where fluxes are known, epochs below three sigma are drawn as five-sigma limits; curves that
    were given in magnitudes have all their points, and the limits of their table.

    Parameters
    ----------
    curve : LightCurve or Curve
        As it was measured here, or as a table of another program has it.
    title : str
        The object's name and class by default.

    Raises
    ------
    InputError
        If there is neither a point nor a limit.
    """
    points = points_and_limits(curve)
    if not len(points.mjd) + len(points.limits.mjd):
        raise InputError("no epoch was measured", where=f"light curve {curve.object_id}")
    figure = NotebookFigure(figsize=(9, 4.2), layout="constrained")
    axes = mute_axes(figure.add_subplot(), grid="y")
    for band, colour in band_colours([*points.band, *points.limits.band]).items():
        _draw_band(axes, points, band, colour)
    axes.invert_yaxis()
    set_mjd_axis(axes)
    axes.set_ylabel("magnitude" if _is_calibrated(curve) else "instrumental magnitude")
    default_title = f"{curve.object_id}  {curve.class_name or ''}".strip()
    axes.set_title(escape_math(title or default_title))
    n_named = len(axes.get_legend_handles_labels()[1])
    if n_named:
        columns = int(np.ceil(n_named / LEGEND_ROWS))
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), ncols=columns, handletextpad=0.2)
    return figure


def _is_calibrated(curve: LightCurve | Curve) -> bool:
    """Return whether magnitudes are AB, as far as is known: by most of the epochs' flags."""
    if not isinstance(curve, LightCurve) or curve.quality is None:
        return True
    return bool(np.mean(curve.quality & Quality.UNCALIBRATED != 0) <= 0.5)


def band_colours(bands: Iterable[str]) -> dict[str, str]:
    """Return a colour of its own for each band, in order of wavelength; unnamed ones are in ink.

    Examples
    --------
    >>> band_colours(["ztfr", "g", "w", ""])
    {'g': '#1A8A5A', 'w': '#0B3C8C', 'ztfr': '#C8402F', '': '#20262E'}
    """
    colours: dict[str, str] = {}
    spare = cycle(MORE_COLOURS)
    for band in sort_bands(bands):
        usual = BAND_COLOURS.get(plain_band(band)) if band else INK
        is_free = usual is not None and usual not in colours.values()
        colours[band] = usual if usual is not None and is_free else next(spare)
    return colours


def points_and_limits(curve: LightCurve | Curve) -> Curve:
    """Return a curve of the points to draw as such; epochs of faint fluxes are among its limits."""
    if isinstance(curve, LightCurve):
        return _split_points(curve, curve.flux, curve.flux_err, curve.zero_point_mag)
    named = replace(curve, band=curve.band or ("",) * len(curve.mjd))
    if curve.flux is None or curve.flux_err is None:
        return named
    zero_point_mag = np.full(len(curve.mjd), ZERO_POINT_MAG)
    faint = _split_points(named, curve.flux, curve.flux_err, zero_point_mag)
    limits = UpperLimits(
        mjd=np.append(faint.limits.mjd, curve.limits.mjd),
        mag=np.append(faint.limits.mag, curve.limits.mag),
        band=(*faint.limits.band, *curve.limits.band),
    )
    return replace(faint, limits=limits)


def _split_points(
    curve: LightCurve | Curve,
    flux: Float[np.ndarray, " epoch"],
    flux_err: Float[np.ndarray, " epoch"],
    zero_point_mag: Float[np.ndarray, " epoch"],
) -> Curve:
    limiting_mag = magnitude(DETECTION_SIGMA * flux_err, zero_point_mag)
    with np.errstate(invalid="ignore"):
        is_point = flux > POINT_SIGMA * flux_err
    is_limit = ~is_point & np.isfinite(limiting_mag)
    band = np.array(curve.band, dtype=object)
    return Curve(
        object_id=curve.object_id,
        class_name=curve.class_name,
        mjd=curve.mjd[is_point],
        mag=magnitude(flux, zero_point_mag)[is_point],
        magerr=magnitude_error(flux, flux_err)[is_point],
        band=tuple(band[is_point]),
        limits=UpperLimits(
            mjd=curve.mjd[is_limit], mag=limiting_mag[is_limit], band=tuple(band[is_limit])
        ),
    )


def _draw_band(axes: Axes, points: Curve, band: str, colour: str) -> None:
    style: dict[str, Any] = {"color": colour, "linestyle": "none"}
    is_limit = np.array([name == band for name in points.limits.band], bool)
    is_point = np.array([name == band for name in points.band], bool)
    axes.plot(
        points.limits.mjd[is_limit], points.limits.mag[is_limit], "v", ms=4, alpha=0.3, **style
    )
    axes.errorbar(
        points.mjd[is_point],
        points.mag[is_point],
        points.magerr[is_point],
        marker="o",
        markersize=4,
        elinewidth=0.9,
        label=escape_math(band) if band else None,
        **style,
    )


@figure_style
def subtraction_figure(measured: BandMeasurement, *, title: str = "") -> Figure:
    """Draw some epochs before and after the subtraction: science, template, difference.

    Parameters
    ----------
    measured : Measured
        With a difference that was made here.

    Raises
    ------
    InputError
        If there is none.
    """
    if measured.difference is None:
        raise InputError("nothing was subtracted here", do="measure with mode='difference'")
    epochs = _pick_epochs(measured, measured.difference)
    figure = NotebookFigure(figsize=(1.55 * len(epochs) + 1.1, 5.2), layout="constrained")
    grid = np.atleast_2d(figure.subplots(3, len(epochs), squeeze=False))
    for column, epoch in zip(grid.T, epochs.tolist(), strict=True):
        _draw_epoch(list(column), measured.frames, measured.difference, epoch)
        snr = measured.fluxes.flux[epoch] / measured.fluxes.flux_err[epoch]
        column[0].set_title(f"epoch {epoch + 1}", fontsize=10, loc="center", fontweight="normal")
        column[2].set_xlabel(f"S/N {snr:.1f}", fontsize=10)
    for axes, name in zip(grid[:, 0], ("science", "template", "difference"), strict=True):
        axes.set_ylabel(name, fontsize=11)
    figure.suptitle(escape_math(title), x=0.012, ha="left", fontsize=12.5)
    return figure


def _pick_epochs(measured: BandMeasurement, difference: Difference) -> Int[np.ndarray, " shown"]:
    """Pick the epochs of greatest and least change, in order of time."""
    usable = np.flatnonzero(np.isfinite(difference.noise) & np.isfinite(measured.fluxes.flux))
    if not len(usable):
        raise InputError("no epoch has a template", do="more epochs are needed")
    snr = measured.fluxes.flux[usable] / measured.fluxes.flux_err[usable]
    order = np.argsort(-np.abs(snr), kind="stable")
    picks = np.concatenate([order[: MOST_EPOCHS - 2], order[-2:]])
    return np.sort(usable[np.unique(picks)])


def _draw_epoch(
    column: Sequence[Axes], frames: PreparedFrames, difference: Difference, epoch: int
) -> None:
    noise = difference.noise[epoch]
    _show(column[0], frames.light[epoch] / noise)
    _show(column[1], difference.subtracted_light[epoch] / noise)
    change = np.where(difference.valid[epoch], difference.light[epoch] / noise, np.nan)
    column[2].imshow(change, cmap=BOTH_WAYS, vmin=-8, vmax=8, origin="lower")
    for axes in column:
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(True)
            spine.set_color(FAINT)


def _show(axes: Axes, snr: Float[np.ndarray, "y x"]) -> None:
    axes.imshow(np.arcsinh(snr), cmap=NIGHT, vmin=-1.5, vmax=6, origin="lower")
