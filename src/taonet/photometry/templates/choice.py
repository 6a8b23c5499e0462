"""Which epochs make the template of a curve.

Causally the first that are enough, since no later one can lower the noise of the zero level; for
archival curves the deepest. Neither contains an outburst of the object, as far as it is detected.
"""

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import uniform_filter1d

from taonet.photometry.calibration import Calibration
from taonet.photometry.forced_photometry import cut_centre_windows, forced_photometry
from taonet.photometry.object_light import render_object
from taonet.photometry.prepared_frames import PreparedFrames
from taonet.photometry.templates.template import MjdRange, Template, shows_object, template_of

ENOUGH = 6
"""Epochs that make a template deep enough: its noise makes errors 8 % larger than none would."""

MOST_CANDIDATES = 12
"""A causal template is chosen among at most so many first epochs."""

LEAST_QUIET = 4
"""If those hold fewer than `ENOUGH` quiet epochs, so many will do; if fewer still, the first epochs
do, quiet or not."""

BRIGHTER_SIGMA = 4.0
"""Epochs in which the object is so much brighter than usual are left out of templates."""

CONSECUTIVE_EPOCHS = 5
"""So many consecutive epochs are also judged by their mean."""

QUARTILE_TO_TENTH = 0.607
"""Distance of the lower quartile of a Gaussian from its lowest tenth, in sigma."""


def choose_templates(
    mjd: Float[np.ndarray, " epoch"],
    frames: PreparedFrames,
    calibration: Calibration,
    chosen: MjdRange | None,
    *,
    causal: bool,
) -> list[Template]:
    """Choose the template, or one for epochs on the survey's scale and one for those on their own.

    Epochs without a common scale cannot share a template.

    Parameters
    ----------
    mjd : array (epoch,)
    chosen : MjdRange, optional
        The times whose epochs are stacked; by default the first epochs that are enough.
    causal : bool
        Otherwise the default is the deepest epochs in which the object is not bright.
    """
    templates = (
        _choose_template(alike, mjd, frames, calibration, chosen, causal=causal)
        for alike in (calibration.anchored, ~calibration.anchored)
        if alike.any()
    )
    return [template for template in templates if template is not None]


def _choose_template(
    alike: Bool[np.ndarray, " epoch"],
    mjd: Float[np.ndarray, " epoch"],
    frames: PreparedFrames,
    calibration: Calibration,
    chosen: MjdRange | None,
    *,
    causal: bool,
) -> Template | None:
    windows = cut_centre_windows(
        frames.light,
        frames.valid,
        calibration,
        noise=np.nan_to_num(frames.noise, nan=1.0),
        photon_noise=frames.photon_noise,
    )
    rough = forced_photometry(windows, calibration, causal=causal)
    object_light = render_object(rough, calibration, frames.light.shape[1:])
    flux = np.where(alike, rough.flux / calibration.scale, np.nan)
    flux_err = np.hypot(rough.flux_err / calibration.scale, flux * calibration.scale_err)
    if chosen is None and causal:
        return earliest_template(
            frames,
            calibration,
            mjd,
            among=alike,
            flux=flux,
            flux_err=flux_err,
            object_light=object_light,
        )
    return template_of(
        frames,
        calibration,
        mjd,
        chosen=is_not_bright(flux, flux_err) if chosen is None else alike & chosen.holds(mjd),
        serves=np.flatnonzero(alike & frames.usable),
        object_light=object_light,
        only_deepest=chosen is None,
    )


def earliest_template(
    frames: PreparedFrames,
    calibration: Calibration,
    mjd: Float[np.ndarray, " epoch"],
    *,
    among: Bool[np.ndarray, " epoch"],
    flux: Float[np.ndarray, " epoch"],
    flux_err: Float[np.ndarray, " epoch"],
    object_light: Float[np.ndarray, "epoch y x"],
) -> Template | None:
    """Stack the first of some epochs that are enough; they serve those that come after them.

    Parameters
    ----------
    among : array (epoch,)
    flux, flux_err : array (epoch,)
        Of the object, roughly: epochs in which it is clearly brighter are left out as long as there
        are others.
    object_light : array (epoch, y, x)
        See `template_of`.
    """
    known = np.flatnonzero(among & shows_object(frames, calibration))
    for n in range(ENOUGH, min(len(known), MOST_CANDIDATES) + 1):
        first = known[:n]
        quiet = first[is_not_bright(flux[first], flux_err[first])][:ENOUGH]
        if len(quiet) == ENOUGH or n == MOST_CANDIDATES:
            members = quiet if len(quiet) >= LEAST_QUIET else first[:ENOUGH]
            later = np.arange(len(mjd)) > first[-1]
            return template_of(
                frames,
                calibration,
                mjd,
                chosen=np.isin(np.arange(len(mjd)), members),
                serves=np.flatnonzero(among & later & frames.usable),
                object_light=object_light,
            )
    return None


def is_not_bright(
    flux: Float[np.ndarray, " epoch"], flux_err: Float[np.ndarray, " epoch"]
) -> Bool[np.ndarray, " epoch"]:
    """Return in which epochs the object is not clearly brighter than it usually is.

    Neither by itself nor together with its neighbours in time, which show slow changes better.
    """
    measured = np.flatnonzero(np.isfinite(flux) & np.isfinite(flux_err) & (flux_err > 0))
    faint = np.zeros(len(flux), bool)
    if len(measured):
        own, weight = flux[measured], flux_err[measured] ** -2.0
        total = uniform_filter1d(weight, CONSECUTIVE_EPOCHS, mode="nearest")
        mean = uniform_filter1d(own * weight, CONSECUTIVE_EPOCHS, mode="nearest") / total
        faint[measured] = _is_near_low(own, weight**-0.5) & _is_near_low(
            mean, (total * CONSECUTIVE_EPOCHS) ** -0.5
        )
    return faint


def _is_near_low(
    flux: Float[np.ndarray, " epoch"], flux_err: Float[np.ndarray, " epoch"]
) -> Bool[np.ndarray, " epoch"]:
    # usual is the lower quartile: an outburst may take up to three quarters of the epochs
    low, usual = np.quantile(flux, [0.1, 0.25])
    scatter = np.maximum(flux_err, (usual - low) / QUARTILE_TO_TENTH)
    return np.asarray(flux < usual + BRIGHTER_SIGMA * scatter)
