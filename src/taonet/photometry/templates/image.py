"""An image from elsewhere as the template: calibrated as if it were one more epoch of the curve.

The field stars give its shift, PSF and flux scale, as they do for every epoch; its unit may
be any. It stands behind the first epoch, whatever its own date: so it is known throughout the
curve, and later epochs change nothing of it.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import uniform_filter

from taonet.errors import InputError
from taonet.photometry.calibration import Calibration
from taonet.photometry.field_calibration import calibrate_epochs
from taonet.photometry.prepared_frames import PreparedFrames, prepare_frames
from taonet.photometry.reference import stack
from taonet.photometry.templates.template import Template, TemplateImage, shows_object

SMOOTH_PX = 7
"""Sums over so many pixels hardly know the seeing."""

BRIGHT = 10.0
"""Sums so many sigma above the sky show how the units of two images compare."""

LEAST_PIXELS = 9

MOST_OFF = 3.0
"""Stars that are so many times brighter or fainter than the image as a whole are not the same."""

NO_EPOCH = -1
"""Stands for an image among the epochs of a stack."""


def calibrate_with_image(
    frames: PreparedFrames,
    image: TemplateImage,
    *,
    seeing_fwhm_px: Float[np.ndarray, " epoch"],
    zero_point_mag: Float[np.ndarray, " epoch"],
    causal: bool = True,
) -> tuple[Calibration, Template | None]:
    """Calibrate the epochs of a band and an image of the same field against each other.

    Parameters
    ----------
    frames : PreparedFrames
    image : TemplateImage
    seeing_fwhm_px, zero_point_mag, causal
        See `taonet.photometry.field_calibration.calibrate_epochs`.

    Returns
    -------
    calibration : Calibration
        Of the epochs.
    template : Template or None
        None where the image, or every epoch, shows nothing of the object or its field.

    Raises
    ------
    InputError
        If the image has not the shape of the cutouts.
    """
    sizes = [shape[::-1] for shape in (image.pixels.shape, frames.light.shape[1:])]
    if sizes[0] != sizes[1]:
        got = " beside ".join(f"{width} × {height}" for width, height in sizes)
        do = "give an image with a WCS, and cutouts with ra and dec"
        raise InputError(
            "the template has not the size of the cutouts", where=image.name, got=got, do=do
        )
    stated = {"seeing_fwhm_px": seeing_fwhm_px, "zero_point_mag": zero_point_mag}
    usable = np.flatnonzero(frames.usable)
    one = prepare_frames(image.pixels[None])
    if not len(usable) or not one.usable.all():
        return calibrate_epochs(frames, **stated, causal=causal), None
    at = int(usable[0]) + 1
    all_frames = _insert_epoch(frames, _match_flux_unit(one, frames, int(usable[0])), at)
    stated = {name: np.insert(values, at, np.nan) for name, values in stated.items()}
    calibration = calibrate_epochs(all_frames, **stated, causal=causal)
    own = _remove_epoch(calibration, at)
    if not shows_object(all_frames, calibration)[at] or not _shows_stars(calibration, at):
        return own, None
    return own, _template(all_frames, calibration, at, image.name)


def _shows_stars(calibration: Calibration, at: int) -> bool:
    """Return whether an image shows the stars of the field where they are, if there are any."""
    if not calibration.n_stars.any():
        return True
    off = np.abs(np.log(calibration.scale[at] / calibration.scale[at - 1]))
    return bool(calibration.n_stars[at] > 0 and off < np.log(MOST_OFF))


def _template(all_frames: PreparedFrames, calibration: Calibration, at: int, name: str) -> Template:
    # fluxes on a scale of their own are not to be compared with calibrated ones
    alike = calibration.anchored == calibration.anchored[at]
    served = np.delete(all_frames.usable & alike, at)
    shift = np.stack([calibration.shift_x, calibration.shift_y], axis=1)
    image_stack = stack(
        all_frames, np.array([at]), np.flatnonzero(served), scale=calibration.scale, shift=shift
    )
    return Template(
        name=name,
        stack=replace(image_stack, epochs=np.array([NO_EPOCH])),
        light=all_frames.light[[at]],
        profile=calibration.profile.take([at]),
        scale_err=calibration.scale_err[[at]],
        photon_noise=float(all_frames.photon_noise[at] / calibration.scale[at]),
    )


def _match_flux_unit(one: PreparedFrames, frames: PreparedFrames, first: int) -> PreparedFrames:
    """Bring an image roughly to the unit of an epoch, and guess the noise of its photons.

    A stack is as deep for photons of stars as for those of the sky.
    """
    unit = _flux_ratio(one, frames, first)
    noise = one.noise / unit
    return replace(
        one,
        light=(one.light / unit).astype(np.float32),
        sky=one.sky / unit,
        noise=noise,
        photon_noise=frames.photon_noise[first] * (noise / frames.noise[first]) ** 2,
    )


def _flux_ratio(one: PreparedFrames, frames: PreparedFrames, first: int) -> float:
    """Return the flux ratio of an image and an epoch in bright pixels; 1 if there are too few."""
    image_light, epoch_light = (
        uniform_filter(light, SMOOTH_PX) for light in (one.light[0], frames.light[first])
    )
    valid = uniform_filter((one.valid[0] & frames.valid[first]).astype(float), SMOOTH_PX) > 0.99
    bright = (
        valid
        & _stands_out(epoch_light, frames.noise[first])
        & _stands_out(image_light, one.noise[0])
    )
    if bright.sum() < LEAST_PIXELS:
        return 1.0
    return float(np.median(image_light[bright] / epoch_light[bright]))


def _stands_out(smooth: Float[np.ndarray, "y x"], noise: float) -> Bool[np.ndarray, "y x"]:
    return np.asarray(smooth > BRIGHT * noise / SMOOTH_PX)


def _insert_epoch(frames: PreparedFrames, one: PreparedFrames, at: int) -> PreparedFrames:
    # epochs are the last axis of the correlation and the first of all else
    names = [name for name in frames.__dataclass_fields__ if name != "correlation"]
    rows = {name: _insert_values(getattr(frames, name), getattr(one, name), at) for name in names}
    correlation = np.insert(frames.correlation, at, one.correlation[:, 0], axis=1)
    return PreparedFrames(**rows, correlation=correlation)


def _insert_values(values: np.ndarray, own: np.ndarray, at: int) -> np.ndarray:
    return np.concatenate([values[:at], own.astype(values.dtype), values[at:]])


def _remove_epoch(calibration: Calibration, at: int) -> Calibration:
    keep = np.delete(np.arange(len(calibration.scale)), at)
    columns = {
        name: values[keep]
        for name in calibration.__dataclass_fields__
        if isinstance(values := getattr(calibration, name), np.ndarray)
    }
    return replace(
        calibration,
        **columns,
        profile=calibration.profile.take(keep),
        steepness=calibration.steepness.take(keep),
        mismatch=calibration.mismatch.take(keep),
        references=(),
    )
