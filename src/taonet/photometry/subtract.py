"""Image subtraction within a sequence: every epoch minus what its best epochs saw before.

The proper subtraction of Zackay, Ofek & Gal-Yam (2016, ApJ 830, 27): neither image is bent to the
PSF of the other, and the noise of the difference is white. The template is the stack that the
calibration of the epoch rests on, without the epoch itself.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Complex, Float, Int
from scipy.fft import fftfreq, irfft2, rfft2, rfftfreq

from taonet.photometry.calibrate import Calibration
from taonet.photometry.exposure import Exposed
from taonet.photometry.forced import Forced, centre_stamps, fit_centre, fitted_flux
from taonet.photometry.reference import Reference

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
    steady : array (epoch, y, x)
        What was subtracted, roughly: its photons are noise.
    psf : array (epoch, ky, kx)
        Transform of the PSF of the difference, on a grid of `GRID` pixels.
    """

    light: Float[np.ndarray, "epoch y x"]
    valid: Bool[np.ndarray, "epoch y x"]
    noise: Float[np.ndarray, " epoch"]
    steady: Float[np.ndarray, "epoch y x"]
    psf: Float[np.ndarray, "epoch ky kx"]


def subtract(exposed: Exposed, calibration: Calibration) -> Difference:
    """Subtract from each epoch the template that its calibration knows.

    Parameters
    ----------
    exposed : Exposed
    calibration : Calibration
        Causal or not: the templates are as causal as it is.
    """
    n, *shape = exposed.light.shape
    found = Difference(
        light=np.full((n, *shape), np.nan, np.float32),
        valid=np.zeros((n, *shape), bool),
        noise=np.full(n, np.nan),
        steady=np.zeros((n, *shape), np.float32),
        psf=np.zeros((n, GRID, GRID // 2 + 1)),
    )
    for reference in calibration.references:
        for epoch in reference.serves.tolist():
            _subtract_one(found, exposed, calibration, reference, epoch)
    return found


def _subtract_one(
    found: Difference, exposed: Exposed, calibration: Calibration, reference: Reference, epoch: int
) -> None:
    template = _template(exposed, calibration, reference, epoch)
    if template is None:
        return
    image, noise_r, share = template
    shape = image.shape
    scale, noise_n = calibration.scale[epoch], exposed.noise[epoch]
    phase = _phase(shape, calibration.shift_x[epoch], calibration.shift_y[epoch])
    kernel_n, kernel_r = _kernels(calibration, reference.epochs, share, epoch, shape)
    science = rfft2(exposed.light[epoch])
    total = np.sqrt((noise_n * kernel_r) ** 2 + (noise_r * scale * kernel_n) ** 2)
    white = np.hypot(noise_n, noise_r * scale)
    shifted = rfft2(image) * phase
    difference = (kernel_r * science - scale * kernel_n * shifted) * white / total
    found.light[epoch] = irfft2(difference, s=shape)
    seen = reference.seen > LEAST_SEEN
    found.valid[epoch] = exposed.valid[epoch] & seen
    found.noise[epoch] = white
    found.steady[epoch] = np.maximum(scale * irfft2(shifted, s=shape), 0)
    on_grid = _kernels(calibration, reference.epochs, share, epoch, (GRID, GRID))
    total = np.sqrt((noise_n * on_grid[1]) ** 2 + (noise_r * scale * on_grid[0]) ** 2)
    found.psf[epoch] = on_grid[0] * on_grid[1] * white / total


MISMATCH = 0.005
"""Share of a constant star that is left in the difference because no PSF is known exactly."""

LEAST_SEEN = 0.5
"""Share of the template's epochs that must have seen a pixel."""


def _template(
    exposed: Exposed, calibration: Calibration, reference: Reference, epoch: int
) -> tuple[Float[np.ndarray, "y x"], float, Float[np.ndarray, " member"]] | None:
    """Return the stack without an epoch, its noise, and the shares; None if nothing is left.

    An epoch in its own template would take away a part of its own light.
    """
    own = np.flatnonzero(reference.epochs == epoch)
    if not len(own):
        return reference.image, reference.noise, reference.share
    rest = 1 - float(reference.share[own[0]])
    if rest < 1e-6:
        return None
    shape = reference.image.shape
    back = np.conj(_phase(shape, calibration.shift_x[epoch], calibration.shift_y[epoch]))
    mine = irfft2(rfft2(exposed.light[epoch]) * back, s=shape) / calibration.scale[epoch]
    share = np.where(reference.epochs == epoch, 0.0, reference.share) / rest
    image = (reference.image - (1 - rest) * mine) / rest
    return image, reference.noise / np.sqrt(rest), share


def _phase(shape: tuple[int, ...], dx: float, dy: float) -> Complex[np.ndarray, "ky kx"]:
    """Return the factor that moves an image, as a transform, by (dx, dy) pixels."""
    rows = np.exp(-2j * np.pi * dy * fftfreq(shape[0]))
    columns = np.exp(-2j * np.pi * dx * rfftfreq(shape[1]))
    return np.asarray(rows[:, None] * columns[None, :])


def _kernels(
    calibration: Calibration,
    members: Int[np.ndarray, " member"],
    share: Float[np.ndarray, " member"],
    epoch: int,
    shape: tuple[int, ...],
) -> tuple[Float[np.ndarray, "ky kx"], Float[np.ndarray, "ky kx"]]:
    """Return the transforms of the PSFs of an epoch and of the template."""
    kx = 2 * np.pi * rfftfreq(shape[1])[None, :]
    ky = 2 * np.pi * fftfreq(shape[0])[:, None]
    there = np.flatnonzero(share)
    each = calibration.profile.take((members[there], None, None)).transform(kx[None], ky[None])
    template = np.tensordot(share[there], each, axes=1)
    return calibration.profile.take((epoch, None, None)).transform(kx, ky), np.asarray(template)


def held_by_template(
    calibration: Calibration, values: Float[np.ndarray, " epoch"]
) -> Float[np.ndarray, " epoch"]:
    """Return the mean of a quantity over the epochs in each epoch's template.

    Of the object's flux it is what a difference is counted from. NaN where there is no template.

    Parameters
    ----------
    values : array (epoch,)
        Of every epoch of the band.
    """
    held = np.full(len(values), np.nan)
    for reference in calibration.references:
        for epoch in reference.serves.tolist():
            share = np.where(reference.epochs == epoch, 0.0, reference.share)
            if share.sum() > 0:
                held[epoch] = share @ values[reference.epochs] / share.sum()
    return held


def difference_photometry(
    difference: Difference,
    calibration: Calibration,
    *,
    photon_noise: Float[np.ndarray, " epoch"],
    causal: bool = True,
) -> Forced:
    """Measure the flux at the centre of every difference, in ADU of its epoch.

    Parameters
    ----------
    photon_noise : array (epoch,)
        See `taonet.photometry.exposure.Exposed`.
    """
    stamps = centre_stamps(
        np.nan_to_num(difference.light),
        difference.valid,
        calibration,
        noise=np.nan_to_num(difference.noise, nan=1.0),
        photon_noise=photon_noise,
    )
    held = centre_stamps(
        difference.steady,
        difference.valid,
        calibration,
        noise=np.nan_to_num(difference.noise, nan=1.0),
        photon_noise=photon_noise,
    )
    steady = held.light[:, 0].astype(np.float64)
    n = int(np.sqrt(stamps.light.shape[-1]))
    # the stamp's middle pixel as seen from where the source is expected
    middle_x, middle_y = stamps.dx[:, 0, stamps.dx.shape[-1] // 2], stamps.dy[:, 0, -1] - n // 2

    def shapes(
        x: Float[np.ndarray, " epoch"], y: Float[np.ndarray, " epoch"]
    ) -> tuple[Float[np.ndarray, "epoch pixel"], Float[np.ndarray, "two epoch pixel"]]:
        psf, *slopes = _drawn(difference.psf, x - middle_x, y - middle_y, n)
        return psf, np.stack(slopes)

    # what is left of a bright object by a wrong scale is no change of it
    nowhere = np.zeros(len(steady))
    template_flux = fitted_flux(held, shapes(nowhere, nowhere)[0])
    doubt = np.abs(template_flux) * np.hypot(_scale_doubt(calibration), MISMATCH)
    return fit_centre(stamps, shapes, calibration, steady=steady, doubt=doubt, causal=causal)


def _scale_doubt(calibration: Calibration) -> Float[np.ndarray, " epoch"]:
    """Return the relative error of the scale between each epoch and its template."""
    template = np.zeros(len(calibration.scale))
    for reference in calibration.references:
        own = reference.share * calibration.scale_err[reference.epochs]
        template[reference.serves] = np.sqrt((own**2).sum())
    return np.asarray(np.hypot(calibration.scale_err, template))


def _drawn(
    psf: Float[np.ndarray, "epoch ky kx"],
    x: Float[np.ndarray, " epoch"],
    y: Float[np.ndarray, " epoch"],
    n: int,
) -> tuple[Float[np.ndarray, "epoch pixel"], ...]:
    """Draw PSFs at places near the middle of n × n pixels, and their slopes with the place."""
    kx, ky = 2 * np.pi * rfftfreq(GRID), 2 * np.pi * fftfreq(GRID)
    centre = n // 2
    rows = np.exp(-1j * np.outer(y + centre, ky))[:, :, None]
    columns = np.exp(-1j * np.outer(x + centre, kx))[:, None, :]
    at = psf * rows * columns
    turned = (at, at * -1j * kx[None, None, :], at * -1j * ky[None, :, None])
    images = (irfft2(t, s=(GRID, GRID))[:, :n, :n] for t in turned)
    return tuple(image.reshape(len(psf), -1) for image in images)
