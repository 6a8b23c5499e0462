"""From the frames of a sequence to its light curve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

from taonet.photometry.aperture import aperture_flux
from taonet.photometry.calibrate import (
    WIDTH_TO_FLUX,
    Calibration,
    calibrate,
)
from taonet.photometry.exposure import Exposed, expose
from taonet.photometry.forced import (
    BAD_FIT,
    Forced,
    centre_stamps,
    forced_photometry,
    smoothed_noise,
)
from taonet.photometry.neighbours import without_neighbours
from taonet.photometry.stamps import StarFit, fit_stars
from taonet.photometry.subtract import Difference, difference_photometry, subtract
from taonet.photometry.template import (
    OF_SURVEY,
    Images,
    MjdRange,
    Template,
    TemplateImage,
    first_deep_enough,
    is_not_bright,
    template_of,
)
from taonet.photometry.template_image import calibrate_with_image
from taonet.sky.cutout import Quality
from taonet.sky.flux import ZERO_POINT_MAG
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence

Mode = Literal["science", "difference"]

SUBTRACTED = 0.02
"""Share of what a survey subtracts that its differences still hold, one sigma: errors of
registration, photometric scale and PSF (ZTF: Masci et al. 2019, PASP 131, 018003, have 8 to 25
millimagnitudes)."""

LEVEL = 0.03
"""Of the noise of a pixel: the sky of a difference is flat, its level told by the whole cutout."""

ALIKE = 0.1
"""Relative scatter of the width of a survey's difference about that of its science image."""

UNSEEN = 0.35
"""The same where no field star tells the width; every star counts as much again."""

PSF_ROUNDS = 8
"""A stated width may be far off."""

BLIND_RADIUS_PX = 3.0
"""Radius of the circle that is summed where nothing tells the PSF."""

SMALL_PX = 32
"""In smaller cutouts a bright object leaves no empty sky."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """All that was measured of the epochs of one band.

    Parameters
    ----------
    epochs : array (epoch,)
        Their indices in the sequence.
    exposed : Exposed
    calibration : Calibration
    forced : Forced
    difference : Difference or None
        Where a template was subtracted here.
    template : tuple of str
        What the template of each epoch is called, ``""`` where it has none; empty in science mode.
    """

    epochs: Int[np.ndarray, " epoch"]
    exposed: Exposed
    calibration: Calibration
    forced: Forced
    difference: Difference | None = None
    template: tuple[str, ...] = ()


def light_curve(
    sequence: ImageSequence,
    *,
    mode: Mode = "science",
    causal: bool = True,
    template: MjdRange | Images | None = None,
) -> LightCurve:
    """Measure the object at the centre in every epoch, detected or not.

    Parameters
    ----------
    sequence : ImageSequence
    mode : {"science", "difference"}
        Whether the science image is measured, with host and all, or what has changed since the
        template: the sequence's difference channel where it has one, else the proper difference
        to a stack of its own epochs.
    causal : bool
        Whether an epoch's flux may depend on epochs up to it only; else on all, for archival
        curves.
    template : MjdRange or mapping of str to TemplateImage, optional
        Of differences, also where the sequence has its own: the times whose epochs are stacked,
        band by band, or an image for each band, on the pixels of the cutouts. By default the first
        epochs that are deep enough, and the later ones are measured; for archival curves the
        deepest in which the object is not clearly brighter than usual.

    Returns
    -------
    LightCurve
        Flux in units of magnitude 25, on the scale of the stated zero points as far as there are
        any, else instrumental. Errors include those of the calibration. NaN for blank epochs, and
        for differences without a template.

    Notes
    -----
    The zero level of a difference is what its template holds of the object, one for all epochs of
    a band. Its noise is in each error and common to all: averaging epochs does not take it away.
    """
    return curve_of(sequence, measure(sequence, mode=mode, causal=causal, template=template))


def curve_of(sequence: ImageSequence, parts: Sequence[Measured]) -> LightCurve:
    """Return the light curve of a sequence that was measured."""
    flux, error = np.full(len(sequence), np.nan), np.full(len(sequence), np.nan)
    quality = sequence.quality.copy()
    template = np.full(len(sequence), "", object)
    for part in parts:
        if part.template:
            template[part.epochs] = part.template
        scale, own = part.calibration.scale, part.forced.flux / part.calibration.scale
        flux[part.epochs] = own
        error[part.epochs] = np.hypot(
            part.forced.flux_err / scale, own * part.calibration.scale_err
        )
        quality[part.epochs] |= part.calibration.quality | _quality(part)
        if np.isfinite(sequence.zero_point_mag).any():
            # beside epochs on the survey's scale, those on their own deserve a word
            loose = part.exposed.usable & ~part.calibration.anchored
            quality[part.epochs[loose]] |= int(Quality.UNCALIBRATED)
    measured = sequence.usable & np.isfinite(error)
    return LightCurve(
        object_id=sequence.object_id,
        mjd=sequence.mjd,
        flux=np.where(measured, flux, np.nan),
        flux_err=np.where(measured, error, np.nan),
        zero_point_mag=np.full(len(sequence), ZERO_POINT_MAG),
        band=sequence.band,
        class_name=sequence.class_name,
        quality=quality,
        template=tuple(template) if any(part.template for part in parts) else None,
    )


def measure(
    sequence: ImageSequence,
    *,
    mode: Mode = "science",
    causal: bool = True,
    template: MjdRange | Images | None = None,
) -> list[Measured]:
    """Measure a sequence band by band; see `light_curve`."""
    how = _How(mode=mode, causal=causal, template=template)
    bands = np.array(sequence.band, dtype=object)
    return [
        _measure_band(sequence.take(np.flatnonzero(bands == band)), index, how)
        for band in sorted(set(sequence.band))
        if len(index := np.flatnonzero(bands == band))
    ]


@dataclass(frozen=True, kw_only=True, eq=False)
class _How:
    mode: Mode
    causal: bool
    template: MjdRange | Images | None


def _measure_band(
    sequence: ImageSequence, epochs: Int[np.ndarray, " epoch"], how: _How
) -> Measured:
    if how.mode == "difference":
        if "difference" in sequence.channels and how.template is None:
            return _measure_given_difference(sequence, epochs, causal=how.causal)
        return _measure_own_difference(sequence, epochs, how)
    exposed, calibration, _ = _calibrated(sequence, causal=how.causal)
    # by the first epoch: what comes later must not change it
    blind = _is_small(sequence) and not np.isfinite(sequence.seeing_fwhm_px[0])
    forced = (
        _in_aperture(sequence) if blind else _on_science(exposed, calibration, causal=how.causal)
    )
    forced = _where_noise_is_known(forced, exposed)
    return Measured(epochs=epochs, exposed=exposed, calibration=calibration, forced=forced)


def _measure_own_difference(
    sequence: ImageSequence, epochs: Int[np.ndarray, " epoch"], how: _How
) -> Measured:
    image, causal = None, how.causal
    if isinstance(how.template, Mapping):
        image = how.template.get(sequence.band[0])
    exposed, calibration, template = _calibrated(sequence, causal=causal, image=image)
    if isinstance(how.template, Mapping):
        templates = [] if template is None else [template]
    else:
        templates = _templates(sequence.mjd, exposed, calibration, how.template, causal=causal)
    difference = subtract(exposed, calibration, templates)
    forced = difference_photometry(
        difference, calibration, photon_noise=exposed.photon_noise, causal=causal
    )
    return Measured(
        epochs=epochs,
        exposed=exposed,
        calibration=calibration,
        forced=forced,
        difference=difference,
        template=difference.template_names,
    )


def _templates(
    mjd: Float[np.ndarray, " epoch"],
    exposed: Exposed,
    calibration: Calibration,
    chosen: MjdRange | None,
    *,
    causal: bool,
) -> list[Template]:
    """Choose the template, or one for epochs on the survey's scale and one for those on their own.

    Without a common scale nothing can be counted from one template.
    """
    found = (
        _template_among(alike, mjd, exposed, calibration, chosen, causal=causal)
        for alike in (calibration.anchored, ~calibration.anchored)
        if alike.any()
    )
    return [template for template in found if template is not None]


def _template_among(
    alike: Bool[np.ndarray, " epoch"],
    mjd: Float[np.ndarray, " epoch"],
    exposed: Exposed,
    calibration: Calibration,
    chosen: MjdRange | None,
    *,
    causal: bool,
) -> Template | None:
    rough = forced_photometry(
        exposed.light,
        exposed.valid,
        calibration,
        noise=np.nan_to_num(exposed.noise, nan=1.0),
        photon_noise=exposed.photon_noise,
        causal=causal,
    )
    object_light = _drawn(rough, calibration, exposed.light.shape[1:])
    flux = np.where(alike, rough.flux / calibration.scale, np.nan)
    flux_err = np.hypot(rough.flux_err / calibration.scale, flux * calibration.scale_err)
    if chosen is None and causal:
        return first_deep_enough(
            exposed,
            calibration,
            mjd,
            among=alike,
            flux=flux,
            flux_err=flux_err,
            object_light=object_light,
        )
    return template_of(
        exposed,
        calibration,
        mjd,
        chosen=is_not_bright(flux, flux_err) if chosen is None else alike & chosen.holds(mjd),
        serves=np.flatnonzero(alike & exposed.usable),
        object_light=object_light,
        only_deepest=chosen is None,
    )


def _measure_given_difference(
    sequence: ImageSequence, epochs: Int[np.ndarray, " epoch"], *, causal: bool
) -> Measured:
    exposed, calibration, _ = _calibrated(sequence, causal=causal)
    calibration, forced = _on_given_difference(sequence, exposed, calibration, causal=causal)
    return Measured(
        epochs=epochs,
        exposed=exposed,
        calibration=calibration,
        forced=forced,
        template=(OF_SURVEY,) * len(epochs),
    )


def _calibrated(
    sequence: ImageSequence, *, causal: bool, image: TemplateImage | None = None
) -> tuple[Exposed, Calibration, Template | None]:
    """Calibrate the epochs of a band; with an image, it becomes their template."""
    exposed = expose(sequence.pixels[:, 0])
    stated = {
        "seeing_fwhm_px": sequence.seeing_fwhm_px,
        "zero_point_mag": sequence.zero_point_mag,
    }
    if _is_small(sequence):
        calibration = calibrate(exposed, **stated, causal=causal)
        forced = _on_science(exposed, calibration, causal=causal)
        light = _drawn(forced, calibration, exposed.light.shape[1:])
        exposed = expose(sequence.pixels[:, 0], known_light=light)
    if image is None:
        return exposed, calibrate(exposed, **stated, causal=causal), None
    return exposed, *calibrate_with_image(exposed, image, **stated, causal=causal)


def _on_science(exposed: Exposed, calibration: Calibration, *, causal: bool) -> Forced:
    larger = smoothed_noise(exposed.correlation, calibration.profile.fwhm_px)
    return forced_photometry(
        without_neighbours(exposed, calibration),
        exposed.valid,
        calibration,
        noise=np.nan_to_num(exposed.noise * larger, nan=1.0),
        photon_noise=exposed.photon_noise,
        causal=causal,
    )


def _where_noise_is_known(forced: Forced, exposed: Exposed) -> Forced:
    """Return no flux where the sky tells no noise: a number without an error is no measurement."""
    known = exposed.usable
    flux, flux_err = (np.where(known, v, np.nan) for v in (forced.flux, forced.flux_err))
    return replace(forced, flux=flux, flux_err=flux_err)


def _is_small(sequence: ImageSequence) -> bool:
    return int(min(sequence.frames.shape[-2:])) < SMALL_PX


def _in_aperture(sequence: ImageSequence) -> Forced:
    """Sum a circle where neither field stars nor the survey tell the PSF: it needs none."""
    size = min(sequence.frames.shape[-2:])
    flux, flux_err = aperture_flux(
        sequence.pixels[:, 0],
        radius_px=min(BLIND_RADIUS_PX, size / 4),
        sky_inner_px=min(3 * BLIND_RADIUS_PX, 0.33 * size),
        sky_outer_px=min(6 * BLIND_RADIUS_PX, 0.5 * size),
    )
    nowhere = np.zeros(len(flux))
    return Forced(
        flux=flux, flux_err=flux_err, dx=nowhere, dy=nowhere, chi2=np.full(len(flux), np.nan)
    )


def _on_given_difference(
    sequence: ImageSequence, exposed: Exposed, calibration: Calibration, *, causal: bool
) -> tuple[Calibration, Forced]:
    """Measure the difference that the survey made; the sky under it is the science image's."""
    channel = sequence.channels.index("difference")
    given = expose(sequence.pixels[:, channel], darkest=np.inf)
    photon_noise = _photon_noise(exposed, given)
    whole = _on_science(exposed, calibration, causal=causal)
    fit = _own_psf(given, calibration, photon_noise)
    calibration = replace(calibration, profile=fit.profile)
    larger = smoothed_noise(given.correlation, calibration.profile.fwhm_px)
    forced = partial(
        forced_photometry,
        given.light,
        given.valid,
        calibration,
        noise=np.nan_to_num(given.noise * larger, nan=1.0),
        photon_noise=photon_noise,
        level_err=LEVEL,
        start=np.stack([fit.shift_x, fit.shift_y]),
        causal=causal,
    )
    # what was subtracted left a share of itself behind
    flux = np.nan_to_num(forced().flux)
    left = SUBTRACTED * np.nan_to_num(np.abs(whole.flux - flux))
    measured = forced(doubt=np.hypot(left, WIDTH_TO_FLUX * fit.width_err * flux))
    return calibration, _where_noise_is_known(measured, given)


def _photon_noise(exposed: Exposed, given: Exposed) -> Float[np.ndarray, " epoch"]:
    """Return one over the gain by the sky of the science image and the noise of the difference.

    Where a galaxy fills the cutout its light looks like noise; it is not in the difference.
    """
    sky = np.maximum(exposed.sky, 3 * exposed.noise)
    return np.asarray(np.minimum(exposed.photon_noise, np.nan_to_num(given.noise**2 / sky)))


def _own_psf(
    given: Exposed, calibration: Calibration, photon_noise: Float[np.ndarray, " epoch"]
) -> StarFit:
    """Fit place and PSF of what shines at the centre of each difference.

    Subtraction changes the PSF, few alerts hold a field star, and the width that comes with an
    alert may be that of the candidate: what has changed is a point, and tells its own width.
    """
    stamps = centre_stamps(
        given.light,
        given.valid,
        calibration,
        noise=np.nan_to_num(given.noise, nan=1.0),
        photon_noise=photon_noise,
    )
    stamps = replace(stamps, level_err=LEVEL)
    spread = np.hypot(ALIKE, UNSEEN / (1 + calibration.n_stars))
    fit = fit_stars(
        stamps, calibration.profile, rounds=PSF_ROUNDS, width_spread=spread, all_points=True
    )
    return fit


def _drawn(
    forced: Forced, calibration: Calibration, shape: tuple[int, ...]
) -> Float[np.ndarray, "epoch y x"]:
    """Draw the object as it was measured."""
    x = np.arange(shape[1]) - shape[1] // 2 - (calibration.shift_x + forced.dx)[:, None]
    y = np.arange(shape[0]) - shape[0] // 2 - (calibration.shift_y + forced.dy)[:, None]
    each = calibration.profile.take((slice(None), None, None))
    light = np.nan_to_num(forced.flux)[:, None, None] * each.on(x[:, None, :], y[:, :, None])
    return np.asarray(light, np.float32)


def _quality(part: Measured) -> Int[np.ndarray, " epoch"]:
    bad = np.nan_to_num(part.forced.chi2) > BAD_FIT
    return np.where(bad, int(Quality.BAD_FIT), 0) | np.where(
        _touches(part.exposed.saturated, part.calibration), int(Quality.SATURATED), 0
    )


def _touches(
    pixels: Bool[np.ndarray, "epoch y x"], calibration: Calibration
) -> Bool[np.ndarray, " epoch"]:
    """Return whether any of some pixels lie within a seeing of the centre."""
    if not pixels.any():
        return np.zeros(len(pixels), bool)
    y, x = (np.arange(size) - size // 2 for size in pixels.shape[1:])
    near = (
        np.hypot(
            x[None, None, :] - calibration.shift_x[:, None, None],
            y[None, :, None] - calibration.shift_y[:, None, None],
        )
        < calibration.profile.fwhm_px[:, None, None]
    )
    return np.asarray((pixels & near).any(axis=(1, 2)))
