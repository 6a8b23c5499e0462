"""Stars so near to the object that their light reaches into its fit."""

import numpy as np
from jaxtyping import Float

from taonet.photometry.calibration import Calibration
from taonet.photometry.prepared_frames import PreparedFrames
from taonet.photometry.profile import Profile
from taonet.photometry.reference import WELL_SEEN, Reference
from taonet.photometry.stars import find_peaks

APART_PX = 2
"""Nearer peaks are one source."""

NEAR_PX = 8.0
"""Light from further away does not reach the object."""

DRAWN_PX = 13
"""No fit of the object reaches further than so many pixels from the centre."""

MOST = 5
ROUNDS = 6

NEIGHBOUR_LEAST_SNR = 5.0
"""In the stack: unseen light around the object is taken for sky."""


def subtract_neighbours(
    frames: PreparedFrames, calibration: Calibration
) -> Float[np.ndarray, "epoch y x"]:
    """Return the light of every epoch without that of the object's near neighbours.

    They are found and measured, together with the object, in the stack of epochs that the
    calibration of each epoch rests on, and taken off with the epoch's own PSF, shift and scale:
    neighbours are taken to be constant.
    """
    light = frames.light
    for reference in calibration.references:
        sources = _neighbours(reference, calibration)
        if len(sources):
            light = light.copy() if light is frames.light else light
            _subtract_sources(light, sources, reference, calibration)
    return light


def _neighbours(reference: Reference, calibration: Calibration) -> Float[np.ndarray, "source 3"]:
    """Return x, y and calibrated flux of each neighbour; what lies at the centre is the object."""
    members = calibration.profile.take(reference.epochs)
    width = (members.fwhm_px * reference.share).sum(keepdims=True)
    usual = Profile(
        fwhm_px=width,
        stretch=np.zeros(1, complex),
        beta=members.beta[-1:],
        blur_px2=members.blur_px2[-1:],
    )
    peaks, _ = find_peaks(
        reference.image,
        reference.seen > WELL_SEEN,
        noise=reference.noise,
        fwhm_px=float(width[0]),
        apart_px=APART_PX,
        least_snr=NEIGHBOUR_LEAST_SNR,
    )
    centre = np.array(reference.image.shape) // 2
    distance = np.hypot(*(peaks - centre).T)
    near = peaks[(distance > APART_PX) & (distance < NEAR_PX)][:MOST]
    if not len(near):
        return np.zeros((0, 3))
    places = np.concatenate([centre[None], near])[:, ::-1].astype(np.float64)
    return _fit_sources(reference, usual, places)[1:]


def _fit_sources(
    reference: Reference, profile: Profile, places: Float[np.ndarray, "source two"]
) -> Float[np.ndarray, "source 3"]:
    """Fit places and fluxes of overlapping sources, the object first."""
    centre = np.array(reference.image.shape) // 2
    reach = int(NEAR_PX) + 1
    rows, columns = (slice(max(c - reach, 0), c + reach + 1) for c in centre)
    pixels, valid = reference.image[rows, columns], reference.seen[rows, columns] > WELL_SEEN
    y, x = np.mgrid[rows, columns][:, : pixels.shape[0], : pixels.shape[1]].astype(np.float64)
    scale = max(float(np.abs(pixels[valid]).max(initial=0)), 1e-12)
    peak = float(profile.pixel_shares(np.zeros(1), np.zeros(1))[0])
    pixel = np.rint(places).astype(int) - [columns.start, rows.start]
    bright = np.maximum(pixels[pixel[:, 1], pixel[:, 0]], reference.noise) / peak
    start = np.column_stack([places, bright / scale])
    at = x[valid], y[valid]
    light = pixels[valid] / scale
    sources = start.copy()
    for _ in range(ROUNDS):
        sources += _step(sources, start, at, light, profile)
    return np.asarray(sources * [1, 1, scale])


def _step(
    sources: Float[np.ndarray, "source 3"],
    start: Float[np.ndarray, "source 3"],
    at: tuple[Float[np.ndarray, " pixel"], Float[np.ndarray, " pixel"]],
    light: Float[np.ndarray, " pixel"],
    profile: Profile,
) -> Float[np.ndarray, "source 3"]:
    """Return a Gauss-Newton step; places are held near where they began."""
    away = at[0] - sources[:, :1], at[1] - sources[:, 1:2]
    shares = profile.pixel_shares(*away)
    slopes = profile.slopes(*away, first=2) * sources[:, 2, None]
    design = np.stack([*slopes, shares], axis=1).reshape(sources.size, -1)
    sky = np.ones((1, design.shape[1]))
    residual = light - sources[:, 2] @ shares
    rows = np.concatenate([design, sky])
    normal, right = rows @ rows.T, rows @ residual
    # a position that no epoch constrains stays
    pull = np.append(
        np.tile(np.diagonal(normal)[2:-1:3].min() * np.array([0.3, 0.3, 0]), len(sources)), 0
    )
    begun = np.append((start - sources) * [1, 1, 0], 0)
    step = np.linalg.lstsq(normal + np.diag(pull), right + pull * begun, rcond=1e-10)[0]
    return np.asarray(np.clip(step[:-1].reshape(-1, 3), [-0.5, -0.5, -np.inf], [0.5, 0.5, np.inf]))


def _subtract_sources(
    light: Float[np.ndarray, "epoch y x"],
    sources: Float[np.ndarray, "source 3"],
    reference: Reference,
    calibration: Calibration,
) -> None:
    """Take neighbours off the epochs that a reference serves, near the object only."""
    epochs = reference.serves
    each = calibration.profile.take((epochs, None, None))
    rows, columns = (
        np.arange(max(size // 2 - DRAWN_PX, 0), min(size // 2 + DRAWN_PX + 1, size))
        for size in light.shape[1:]
    )
    x = columns[None, None, :] - calibration.shift_x[epochs, None, None]
    y = rows[None, :, None] - calibration.shift_y[epochs, None, None]
    total = sum(flux * each.pixel_shares(x - at_x, y - at_y) for at_x, at_y, flux in sources)
    total = total * calibration.scale[epochs, None, None]
    light[np.ix_(epochs, rows, columns)] -= np.asarray(total, np.float32)
