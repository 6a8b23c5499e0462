"""From the frames of a sequence to its light curve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Bool, Int

from taonet.photometry.aperture import aperture_flux
from taonet.photometry.calibration import Calibration
from taonet.photometry.difference_flux import difference_photometry
from taonet.photometry.field_calibration import calibrate_epochs
from taonet.photometry.forced_photometry import (
    BAD_FIT,
    ForcedFluxes,
    correlated_noise_factor,
    cut_centre_windows,
    forced_photometry,
)
from taonet.photometry.neighbours import subtract_neighbours
from taonet.photometry.object_light import mask_unknown_noise, render_object
from taonet.photometry.prepared_frames import PreparedFrames, prepare_frames
from taonet.photometry.subtract import Difference, subtract
from taonet.photometry.survey_difference import measure_survey_difference
from taonet.photometry.templates.choice import choose_templates
from taonet.photometry.templates.image import calibrate_with_image
from taonet.photometry.templates.template import (
    OF_SURVEY,
    Images,
    MjdRange,
    Template,
    TemplateImage,
)
from taonet.sky.cutout import Quality
from taonet.sky.flux import ZERO_POINT_MAG
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence

Image = Literal["science", "difference"]
"""Which image is measured: see `light_curve`."""

BLIND_RADIUS_PX = 3.0
"""Radius of the aperture where the PSF is not known."""

SMALL_PX = 32
"""In smaller cutouts a bright object leaves no empty sky."""


@dataclass(frozen=True, kw_only=True, eq=False)
class BandMeasurement:
    """All that was measured of the epochs of one band.

    Parameters
    ----------
    epochs : array (epoch,)
        Their indices in the sequence.
    frames : PreparedFrames
    calibration : Calibration
    fluxes : ForcedFluxes
    difference : Difference or None
        Where a template was subtracted here.
    template : tuple of str
        What the template of each epoch is called, ``""`` where it has none; empty in science mode.
    """

    epochs: Int[np.ndarray, " epoch"]
    frames: PreparedFrames
    calibration: Calibration
    fluxes: ForcedFluxes
    difference: Difference | None = None
    template: tuple[str, ...] = ()


def light_curve(
    sequence: ImageSequence,
    *,
    mode: Image = "science",
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
        any, else instrumental. Errors include that of the calibration from one epoch to the next;
        the errors that all epochs share, of the zero point and of the wings of the PSF, are in the
        result of `measure_bands`. NaN for blank epochs, and for differences without a template.

    Notes
    -----
    The zero level of a difference is what its template holds of the object, one for all epochs of
    a band. Its noise is in each error and common to all: averaging epochs does not take it away.
    """
    return curve_of(sequence, measure_bands(sequence, mode=mode, causal=causal, template=template))


def curve_of(sequence: ImageSequence, parts: Sequence[BandMeasurement]) -> LightCurve:
    """Return the light curve of a sequence that was measured."""
    flux, error = np.full(len(sequence), np.nan), np.full(len(sequence), np.nan)
    quality = sequence.quality.copy()
    template = np.full(len(sequence), "", object)
    for part in parts:
        if part.template:
            template[part.epochs] = part.template
        scale, own = part.calibration.scale, part.fluxes.flux / part.calibration.scale
        flux[part.epochs] = own
        error[part.epochs] = np.hypot(
            part.fluxes.flux_err / scale, own * part.calibration.scale_err
        )
        quality[part.epochs] |= part.calibration.quality | _quality(part)
        if np.isfinite(sequence.zero_point_mag).any():
            # beside epochs on the survey's scale, those on a scale of their own are flagged
            loose = part.frames.usable & ~part.calibration.anchored
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


def measure_bands(
    sequence: ImageSequence,
    *,
    mode: Image = "science",
    causal: bool = True,
    template: MjdRange | Images | None = None,
) -> list[BandMeasurement]:
    """Measure a sequence band by band; see `light_curve`."""
    how = _MeasureOptions(mode=mode, causal=causal, template=template)
    bands = np.array(sequence.band, dtype=object)
    return [
        _measure_band(sequence.take(np.flatnonzero(bands == band)), index, how)
        for band in sorted(set(sequence.band))
        if len(index := np.flatnonzero(bands == band))
    ]


def measure_science_again(
    sequence: ImageSequence, parts: Sequence[BandMeasurement]
) -> list[BandMeasurement]:
    """Measure other science images of the same epochs, with the calibration that they had.

    Parameters
    ----------
    sequence : ImageSequence
        Of cutouts of 32 pixels or more: smaller ones are calibrated with the object's own light.
    parts : sequence of BandMeasurement
        From `measure_bands` with ``mode="science"``.
    """
    return [_measure_again(sequence.take(part.epochs), part) for part in parts]


def _measure_again(sequence: ImageSequence, part: BandMeasurement) -> BandMeasurement:
    frames = prepare_frames(sequence.pixels[:, 0], smoothed=not _is_small(sequence))
    fluxes = mask_unknown_noise(_measure_science(frames, part.calibration, causal=True), frames)
    return replace(part, frames=frames, fluxes=fluxes)


@dataclass(frozen=True, kw_only=True, eq=False)
class _MeasureOptions:
    mode: Image
    causal: bool
    template: MjdRange | Images | None


def _measure_band(
    sequence: ImageSequence, epochs: Int[np.ndarray, " epoch"], how: _MeasureOptions
) -> BandMeasurement:
    if how.mode == "difference":
        if "difference" in sequence.channels and how.template is None:
            return _measure_survey_difference(sequence, epochs, causal=how.causal)
        return _measure_own_difference(sequence, epochs, how)
    frames, calibration, _ = _calibrate_band(sequence, causal=how.causal)
    # by the first epoch: what comes later must not change it
    blind = _is_small(sequence) and not np.isfinite(sequence.seeing_fwhm_px[0])
    fluxes = (
        _measure_aperture(sequence)
        if blind
        else _measure_science(frames, calibration, causal=how.causal)
    )
    fluxes = mask_unknown_noise(fluxes, frames)
    return BandMeasurement(epochs=epochs, frames=frames, calibration=calibration, fluxes=fluxes)


def _measure_own_difference(
    sequence: ImageSequence, epochs: Int[np.ndarray, " epoch"], how: _MeasureOptions
) -> BandMeasurement:
    image, causal = None, how.causal
    if isinstance(how.template, Mapping):
        image = how.template.get(sequence.band[0])
    frames, calibration, template = _calibrate_band(sequence, causal=causal, image=image)
    if isinstance(how.template, Mapping):
        templates = [] if template is None else [template]
    else:
        templates = choose_templates(sequence.mjd, frames, calibration, how.template, causal=causal)
    difference = subtract(frames, calibration, templates)
    fluxes = difference_photometry(
        difference, calibration, photon_noise=frames.photon_noise, causal=causal
    )
    return BandMeasurement(
        epochs=epochs,
        frames=frames,
        calibration=calibration,
        fluxes=fluxes,
        difference=difference,
        template=difference.template_names,
    )


def _measure_survey_difference(
    sequence: ImageSequence, epochs: Int[np.ndarray, " epoch"], *, causal: bool
) -> BandMeasurement:
    frames, calibration, _ = _calibrate_band(sequence, causal=causal)
    science = _measure_science(frames, calibration, causal=causal)
    calibration, fluxes = measure_survey_difference(
        sequence, frames, calibration, science, causal=causal
    )
    return BandMeasurement(
        epochs=epochs,
        frames=frames,
        calibration=calibration,
        fluxes=fluxes,
        template=(OF_SURVEY,) * len(epochs),
    )


def _calibrate_band(
    sequence: ImageSequence, *, causal: bool, image: TemplateImage | None = None
) -> tuple[PreparedFrames, Calibration, Template | None]:
    """Calibrate the epochs of a band; with an image, it becomes their template."""
    small = _is_small(sequence)
    frames = prepare_frames(sequence.pixels[:, 0], smoothed=not small)
    stated = {
        "seeing_fwhm_px": sequence.seeing_fwhm_px,
        "zero_point_mag": sequence.zero_point_mag,
    }
    if small:
        calibration = calibrate_epochs(frames, **stated, causal=causal)
        fluxes = _measure_science(frames, calibration, causal=causal)
        light = render_object(fluxes, calibration, frames.light.shape[1:])
        frames = prepare_frames(sequence.pixels[:, 0], known_light=light)
    if image is None:
        return frames, calibrate_epochs(frames, **stated, causal=causal), None
    return frames, *calibrate_with_image(frames, image, **stated, causal=causal)


def _measure_science(
    frames: PreparedFrames, calibration: Calibration, *, causal: bool
) -> ForcedFluxes:
    larger = correlated_noise_factor(frames.correlation, calibration.profile.fwhm_px)
    windows = cut_centre_windows(
        subtract_neighbours(frames, calibration),
        frames.valid,
        calibration,
        noise=np.nan_to_num(frames.noise * larger, nan=1.0),
        photon_noise=frames.photon_noise,
    )
    return forced_photometry(windows, calibration, causal=causal)


def _is_small(sequence: ImageSequence) -> bool:
    return int(min(sequence.frames.shape[-2:])) < SMALL_PX


def _measure_aperture(sequence: ImageSequence) -> ForcedFluxes:
    """Sum an aperture, which needs no PSF, where neither field stars nor the survey give one."""
    size = min(sequence.frames.shape[-2:])
    flux, flux_err = aperture_flux(
        sequence.pixels[:, 0],
        radius_px=min(BLIND_RADIUS_PX, size / 4),
        sky_inner_px=min(3 * BLIND_RADIUS_PX, 0.33 * size),
        sky_outer_px=min(6 * BLIND_RADIUS_PX, 0.5 * size),
    )
    nowhere = np.zeros(len(flux))
    return ForcedFluxes(
        flux=flux, flux_err=flux_err, dx=nowhere, dy=nowhere, chi2=np.full(len(flux), np.nan)
    )


def _quality(part: BandMeasurement) -> Int[np.ndarray, " epoch"]:
    bad = np.nan_to_num(part.fluxes.chi2) > BAD_FIT
    return np.where(bad, int(Quality.BAD_FIT), 0) | np.where(
        _touches_centre(part.frames.saturated, part.calibration), int(Quality.SATURATED), 0
    )


def _touches_centre(
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
