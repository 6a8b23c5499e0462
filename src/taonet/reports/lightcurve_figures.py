"""Figures of light curves with their limits, and of epochs before and after subtraction."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from taonet.errors import InputError
from taonet.photometry.lightcurves import BandMeasurement
from taonet.photometry.prepared_frames import PreparedFrames
from taonet.photometry.subtract import Difference
from taonet.reports.palette import ACCENT, FAINT, INK, SECOND, escape_math, figure_style, mute_axes
from taonet.sky.lightcurve import LightCurve

BAND_COLOURS = {"g": "#1A8A5A", "r": "#C8402F", "i": "#8A4B9E", "z": "#5B4636", "u": "#3B6FB6"}
POINT_SIGMA = 3.0
"""Fainter epochs are drawn as limits: a magnitude of noise has no meaning."""

MOST_EPOCHS = 6
_GREY = LinearSegmentedColormap.from_list("night", ["#0B0F16", "#5B6675", "#FFFFFF"])
_BOTH_WAYS = LinearSegmentedColormap.from_list("change", [ACCENT, "#FFFFFF", SECOND])


@figure_style
def light_curve_figure(curve: LightCurve, *, title: str = "") -> Figure:
    """Draw magnitudes against time, with five-sigma limits where nothing was detected.

    Parameters
    ----------
    curve : LightCurve
        Epochs below three sigma count as not detected.
    title : str
        The object's name and class by default.

    Raises
    ------
    InputError
        If no epoch was measured.
    """
    if not np.isfinite(curve.flux_err).any():
        raise InputError("no epoch was measured", where=f"light curve {curve.object_id}")
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    axes = mute_axes(figure.add_subplot(), grid="y")
    for band in sorted(set(curve.band)):
        _draw_band(axes, curve, band)
    axes.invert_yaxis()
    axes.set_xlabel("MJD")
    axes.set_ylabel("magnitude")
    default_title = f"{curve.object_id}  {curve.class_name or ''}".strip()
    axes.set_title(escape_math(title or default_title))
    if axes.get_legend_handles_labels()[1]:
        axes.legend(loc="upper right", ncols=4)
    return figure


def _draw_band(axes: Axes, curve: LightCurve, band: str) -> None:
    in_band = np.array([name == band for name in curve.band])
    colour = BAND_COLOURS.get(band, INK)
    with np.errstate(invalid="ignore"):
        seen = in_band & (curve.flux > POINT_SIGMA * curve.flux_err)
        unseen = in_band & ~seen & np.isfinite(curve.limiting_mag)
    style: dict[str, Any] = {"color": colour, "linestyle": "none"}
    axes.plot(curve.mjd[unseen], curve.limiting_mag[unseen], "v", ms=4, alpha=0.3, **style)
    axes.errorbar(
        curve.mjd[seen],
        curve.mag[seen],
        curve.magerr[seen],
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
    figure = Figure(figsize=(1.55 * len(epochs) + 1.1, 5.2), layout="constrained")
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
    column[2].imshow(change, cmap=_BOTH_WAYS, vmin=-8, vmax=8, origin="lower")
    for axes in column:
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(True)
            spine.set_color(FAINT)


def _show(axes: Axes, snr: Float[np.ndarray, "y x"]) -> None:
    axes.imshow(np.arcsinh(snr), cmap=_GREY, vmin=-1.5, vmax=6, origin="lower")
