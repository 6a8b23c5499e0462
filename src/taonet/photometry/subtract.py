"""Image subtraction within a sequence: every epoch minus the template of its curve.

The proper subtraction of Zackay, Ofek & Gal-Yam (2016, ApJ 830, 27): neither image is bent to the
PSF of the other, and the noise of the difference is white. The residuals of constant sources show
how far PSFs, scale and shift are off (`taonet.photometry.matching`). An epoch that is in the
template is subtracted from the template without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Complex, Float
from scipy.fft import fftfreq, irfft2, rfft2, rfftfreq

from taonet.photometry.calibration import Calibration
from taonet.photometry.forced_photometry import (
    UNALIGNED_PX,
)
from taonet.photometry.matching import Kernel, constant_pixels, fit_kernel
from taonet.photometry.prepared_frames import PreparedFrames
from taonet.photometry.profile import Profile
from taonet.photometry.templates.template import Template

GRID = 32
"""Side of the grid that PSFs are drawn on: no light of a star gets further than 16 pixels."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Difference:
    """Science minus template in every epoch, on the scale of the epoch.

    Parameters
    ----------
    light : array (epoch, y, x)
        In ADU; NaN where there was no template yet.
    valid : array (epoch, y, x)
    noise : array (epoch,)
        Of a pixel; white.
    subtracted_light : array (epoch, y, x)
        In ADU, roughly: its photons are noise.
    psf : array (epoch, ky, kx)
        Transform of the PSF of the difference, on a grid of `GRID` pixels.
    subtraction_err : array (epoch,)
        Error of the flux at the centre because what was subtracted is not known exactly.
    remaining_weight : array (epoch,)
        Weight of the template without the epoch itself: 1 for epochs that are not in it.
    templates : tuple of Template
        One, or one for the epochs on the survey's scale and one for those on their own.
    """

    light: Float[np.ndarray, "epoch y x"]
    valid: Bool[np.ndarray, "epoch y x"]
    noise: Float[np.ndarray, " epoch"]
    subtracted_light: Float[np.ndarray, "epoch y x"]
    psf: Float[np.ndarray, "epoch ky kx"]
    subtraction_err: Float[np.ndarray, " epoch"]
    remaining_weight: Float[np.ndarray, " epoch"]
    templates: tuple[Template, ...]

    @property
    def template_names(self) -> tuple[str, ...]:
        """What the template of each epoch is called, ``""`` where it has none."""
        names = np.full(len(self.noise), "", object)
        for template in self.templates:
            names[template.stack.serves] = template.name
        return tuple(np.where(np.isfinite(self.noise), names, ""))


def subtract(
    frames: PreparedFrames, calibration: Calibration, templates: Sequence[Template]
) -> Difference:
    """Subtract from each epoch the template that serves it.

    Parameters
    ----------
    frames : PreparedFrames
    calibration : Calibration
    templates : sequence of Template
        Epochs that none of them serves have no difference.
    """
    n, *shape = frames.light.shape
    difference = Difference(
        light=np.full((n, *shape), np.nan, np.float32),
        valid=np.zeros((n, *shape), bool),
        noise=np.full(n, np.nan),
        subtracted_light=np.zeros((n, *shape), np.float32),
        psf=np.zeros((n, GRID, GRID // 2 + 1)),
        subtraction_err=np.zeros(n),
        remaining_weight=np.ones(n),
        templates=tuple(templates),
    )
    for template in templates:
        transforms = _TemplateTransforms.from_template(template)
        for epoch in template.stack.serves.tolist():
            remaining = difference.remaining_weight[epoch] = 1 - template.own_share(epoch)
            if remaining > LEAST_REMAINING_WEIGHT:
                deep = (
                    transforms
                    if remaining == 1
                    else _remove_epoch(transforms, template, calibration, epoch)
                )
                _subtract_one(difference, frames, calibration, deep, epoch)
    return difference


LEAST_SEEN = 0.5
"""Share of the template's epochs that must have seen a pixel."""

LEAST_REMAINING_WEIGHT = 1e-6
"""Weight of a template without an epoch; less is nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _TemplateTransforms:
    """A template ready to be subtracted: its transforms, and that of its PSF.

    Both PSFs are transforms, ``psf`` on the pixels of the frames, ``small_psf`` on a `GRID`.
    """

    image: Complex[np.ndarray, "ky kx"]
    shape: tuple[int, ...]
    seen: Bool[np.ndarray, "y x"]
    noise: float
    psf: Float[np.ndarray, "ky kx"]
    small_psf: Float[np.ndarray, "gy gx"]
    scale_err: float
    photon_noise: float

    @classmethod
    def from_template(cls, template: Template) -> "_TemplateTransforms":
        stack = template.stack
        shape = stack.image.shape
        return cls(
            image=rfft2(stack.image),
            shape=shape,
            seen=stack.seen > LEAST_SEEN,
            noise=stack.noise,
            psf=_mean_psf(template.profile, stack.share, shape),
            small_psf=_mean_psf(template.profile, stack.share, (GRID, GRID)),
            scale_err=float(np.sqrt(((stack.share * template.scale_err) ** 2).sum())),
            photon_noise=template.photon_noise,
        )


def _remove_epoch(
    transforms: _TemplateTransforms, template: Template, calibration: Calibration, epoch: int
) -> _TemplateTransforms:
    """Take an epoch out of a template: it would take away a part of its own light."""
    stack = template.stack
    shape, remaining = stack.image.shape, 1 - template.own_share(epoch)
    back = np.conj(_phase(shape, *_shift(calibration, epoch)))
    own = int(np.flatnonzero(stack.epochs == epoch)[0])
    mine = rfft2(template.light[own]) * back / calibration.scale[epoch]
    share = np.where(stack.epochs == epoch, 0.0, stack.share) / remaining
    return replace(
        transforms,
        image=(transforms.image - (1 - remaining) * mine) / remaining,
        noise=transforms.noise / float(np.sqrt(remaining)),
        psf=_mean_psf(template.profile, share, shape),
        small_psf=_mean_psf(template.profile, share, (GRID, GRID)),
        photon_noise=transforms.photon_noise / remaining,
    )


def _subtract_one(
    difference: Difference,
    frames: PreparedFrames,
    calibration: Calibration,
    deep: _TemplateTransforms,
    epoch: int,
) -> None:
    shape, own = deep.shape, calibration.profile.take((epoch, None, None))
    scale, noise_n = calibration.scale[epoch], frames.noise[epoch]
    noise_r = deep.noise * scale
    white = np.hypot(noise_n, noise_r)
    psf = own.transform(*_frequencies(shape))
    total = np.sqrt((noise_n * deep.psf) ** 2 + (noise_r * psf) ** 2)
    shifted = scale * deep.image * _phase(shape, *_shift(calibration, epoch))
    subtracted = irfft2(psf * shifted * white / total, s=shape)
    light = irfft2(deep.psf * rfft2(frames.light[epoch]) * white / total, s=shape) - subtracted
    difference.valid[epoch] = frames.valid[epoch] & deep.seen
    difference.noise[epoch] = white
    difference.subtracted_light[epoch] = np.maximum(irfft2(shifted, s=shape), 0)
    small = own.transform(*_frequencies((GRID, GRID)))
    total = np.sqrt((noise_n * deep.small_psf) ** 2 + (noise_r * small) ** 2)
    difference.psf[epoch] = small * deep.small_psf * white / total
    kernel = _kernel(difference, light, subtracted, calibration, deep, epoch, frames.photon_noise)
    difference.light[epoch] = light - kernel.apply(subtracted)
    error = _centre_flux_error(difference.psf[epoch], kernel, subtracted)
    difference.subtraction_err[epoch] = error


def _kernel(
    difference: Difference,
    light: Float[np.ndarray, "y x"],
    subtracted: Float[np.ndarray, "y x"],
    calibration: Calibration,
    deep: _TemplateTransforms,
    epoch: int,
    photon_noise: Float[np.ndarray, " epoch"],
) -> Kernel:
    """Fit what is left of the other sources of the field."""
    shift_x, shift_y = _shift(calibration, epoch)
    height, width = light.shape
    photons = photon_noise[epoch] + calibration.scale[epoch] * deep.photon_noise
    return fit_kernel(
        light,
        subtracted,
        usable=constant_pixels(
            difference.subtracted_light[epoch],
            difference.valid[epoch],
            noise=float(difference.noise[epoch]),
            fwhm_px=float(calibration.profile.fwhm_px[epoch]),
            x=width // 2 + shift_x,
            y=height // 2 + shift_y,
        ),
        variance=difference.noise[epoch] ** 2 + photons * difference.subtracted_light[epoch],
        scale_err=float(np.hypot(calibration.scale_err[epoch], deep.scale_err)),
        shift_err_px=float(np.nan_to_num(calibration.shift_err_px[epoch], nan=UNALIGNED_PX)),
    )


def _centre_flux_error(
    psf: Float[np.ndarray, "ky kx"], kernel: Kernel, subtracted: Float[np.ndarray, "y x"]
) -> float:
    """Return the error of a fitted flux at the centre that the kernel's makes."""
    centre, n = (size // 2 for size in subtracted.shape), min(9, *subtracted.shape)
    star = render_psf(psf[None], np.zeros(1), np.zeros(1), n)[0].reshape(n, n)
    y, x = centre
    return kernel.sum_error(subtracted, star / (star**2).sum(), x, y)


def _shift(calibration: Calibration, epoch: int) -> tuple[float, float]:
    return float(calibration.shift_x[epoch]), float(calibration.shift_y[epoch])


def _mean_psf(
    profile: Profile, share: Float[np.ndarray, " member"], shape: tuple[int, ...]
) -> Float[np.ndarray, "ky kx"]:
    """Return the transform of the PSF of a stack."""
    members = np.flatnonzero(share)
    kx, ky = _frequencies(shape)
    each = profile.take((members, None, None)).transform(kx[None], ky[None])
    return np.asarray(np.tensordot(share[members], each, axes=1))


def _frequencies(
    shape: tuple[int, ...],
) -> tuple[Float[np.ndarray, "1 kx"], Float[np.ndarray, "ky 1"]]:
    """Return radians a pixel along x and y."""
    return 2 * np.pi * rfftfreq(shape[1])[None, :], 2 * np.pi * fftfreq(shape[0])[:, None]


def _phase(shape: tuple[int, ...], dx: float, dy: float) -> Complex[np.ndarray, "ky kx"]:
    """Return the factor that moves an image, as a transform, by (dx, dy) pixels."""
    rows = np.exp(-2j * np.pi * dy * fftfreq(shape[0]))
    columns = np.exp(-2j * np.pi * dx * rfftfreq(shape[1]))
    return np.asarray(rows[:, None] * columns[None, :])


def template_mean(
    templates: Sequence[Template], values: Float[np.ndarray, " epoch"]
) -> Float[np.ndarray, " epoch"]:
    """Return the mean of a quantity over the epochs in each epoch's template.

    Of the object's flux it is the zero level of differences. NaN where there is no template.

    Parameters
    ----------
    values : array (epoch,)
        Of every epoch of the band.
    """
    means = np.full(len(values), np.nan)
    for template in templates:
        served = template.stack.serves[template.remaining_weight > LEAST_REMAINING_WEIGHT]
        means[served] = template.stack.share @ values[template.stack.epochs]
    return means


def render_psf(
    psf: Float[np.ndarray, "epoch ky kx"],
    x: Float[np.ndarray, " epoch"],
    y: Float[np.ndarray, " epoch"],
    n: int,
) -> tuple[Float[np.ndarray, "epoch pixel"], ...]:
    """Draw PSFs at places near the middle of n × n pixels, and their slopes with the place.

    Parameters
    ----------
    psf : array (epoch, ky, kx)
        See `Difference`.
    x, y : array (epoch,)
        As seen from the middle pixel.
    """
    kx, ky = 2 * np.pi * rfftfreq(GRID), 2 * np.pi * fftfreq(GRID)
    centre = n // 2
    rows = np.exp(-1j * np.outer(y + centre, ky))[:, :, None]
    columns = np.exp(-1j * np.outer(x + centre, kx))[:, None, :]
    at = psf * rows * columns
    turned = (at, at * -1j * kx[None, None, :], at * -1j * ky[None, :, None])
    images = (irfft2(t, s=(GRID, GRID))[:, :n, :n] for t in turned)
    return tuple(image.reshape(len(psf), -1) for image in images)
