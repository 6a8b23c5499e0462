"""Batches of frames for the frame encoder, with stars planted into them.

A planted star is light whose amount is known exactly, on real or simulated noise: it keeps the
encoder from taking every flux for the usual one, as the truth alone would teach it.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from taonet.data.encoder_inputs import FRAME_PX
from taonet.training.taught_frames import TaughtFrames, TaughtSequence
from taonet.types import Natural, Share

STAMP_PX: Final = 25
"""Side of the square in which a planted star gives light."""

STEEPNESS: Final = 3.5
"""Of the wings of a Moffat profile (`taonet.sky.psf.moffat`)."""

USUAL_FWHM_PX: Final = 2.5

PER_PIXEL: Final = 2
"""Points along each side of a pixel at which a profile is sampled."""

PARTS: Final = (-2.0, 0.5)
"""Decimal logarithm of the part of a star's light in a frame of what the mean before has."""

UNEVEN: Final = 0.4
"""Scatter of a background's level, and of its change from the centre to an edge, in noise."""

GAINS: Final = (1.5, 8.0)
"""Range of electrons a count, for the photon noise of a planted star."""

SMALL_FIELDS: Final = (21, 48)
"""Range of the side of the cutouts of other surveys, in pixels."""


@dataclass(frozen=True, kw_only=True)
class Planting:
    """How stars are planted.

    Parameters
    ----------
    changing : float
        Share of the frames with a star that the mean before does not have.
    steady : float
        Share of the sequences with a star that mean and frames have.
    varying : float
        Share of those stars that give another part of their light in each frame: what was bright
        may be gone.
    uneven : float
        Share of the sequences with a background that is no sky: a slope of light.
    faintest, brightest : float
        Decimal logarithm of the flux of a planted star in units of the noise of a pixel.
    fading : float
        Share of the changing ones that take light away.
    small : float
        Share of the sequences of which only a small field around the object is shown.
    sequences, frames : int
        In a batch, and of each sequence.
    """

    changing: Share = 0.5
    steady: Share = 0.4
    varying: Share = 0.5
    uneven: Share = 0.3
    faintest: float = 0.3
    brightest: float = 3.3
    fading: Share = 0.2
    small: Share = 0.1
    sequences: Natural = 24
    frames: Natural = 20


class TaughtBatch(NamedTuple):
    """Frames of several sequences, and what the encoder should say of them.

    ``frames``, ``means``, ``conditions`` as `taonet.data.encoder_inputs.EncoderInputs` has them;
    ``flux``, ``log_ratio``, ``seeing`` (NaN where not known), ``planted`` (frame,): the part of the
    flux that was planted into the frame alone; ``of_sequence`` (frame,); ``place`` (sequence, 2),
    ``host`` (sequence, 3), ``steady`` and ``moving`` (sequence,).
    """

    frames: Float[Tensor, "frame y x"]
    means: Float[Tensor, "frame y x"]
    conditions: Float[Tensor, "frame three"]
    flux: Float[Tensor, " frame"]
    log_ratio: Float[Tensor, " frame"]
    seeing: Float[Tensor, " frame"]
    planted: Float[Tensor, " frame"]
    of_sequence: Int[Tensor, " frame"]
    place: Float[Tensor, "sequence two"]
    steady: Bool[Tensor, " sequence"]
    moving: Bool[Tensor, " sequence"]
    host: Float[Tensor, "sequence three"]


class _ShownFrames(NamedTuple):
    """The frames of one sequence in a batch; names as in `TaughtBatch`."""

    frames: Float[np.ndarray, "frame y x"]
    means: Float[np.ndarray, "frame y x"]
    conditions: Float[np.ndarray, "frame three"]
    flux: Float[np.ndarray, " frame"]
    log_ratio: Float[np.ndarray, " frame"]
    seeing: Float[np.ndarray, " frame"]
    planted: Float[np.ndarray, " frame"]


def draw_taught_batch(
    taught: TaughtFrames,
    planting: Planting,
    rng: np.random.Generator,
) -> TaughtBatch:
    """Draw a batch: some sequences, some frames of each, stars planted into some."""
    count = min(planting.sequences, len(taught.sequences))
    chosen = rng.choice(len(taught.sequences), count, replace=False).tolist()
    known = [taught.sequences[i] for i in chosen]
    shown = [_show(taught, one, planting, rng) for one in known]
    of_sequence = np.repeat(np.arange(count), [len(one.flux) for one in shown])
    frames = {
        name: torch.from_numpy(
            np.concatenate([getattr(one, name) for one in shown]).astype(np.float32)
        )
        for name in _ShownFrames._fields
    }
    return TaughtBatch(
        **frames,
        of_sequence=torch.from_numpy(of_sequence),
        place=torch.tensor([[one.x, one.y] for one in known]),
        steady=torch.tensor([one.steady for one in known]),
        moving=torch.tensor([one.moving for one in known]),
        host=torch.tensor([one.host for one in known]),
    )


def _show(
    taught: TaughtFrames, known: TaughtSequence, planting: Planting, rng: np.random.Generator
) -> _ShownFrames:
    n = known.last - known.first
    which = np.sort(rng.choice(n, min(planting.frames, n), replace=False))
    noise, unit, before, flux, transparency, seeing = (
        np.array(values)[which]
        for values in (
            known.noise,
            known.unit,
            known.before,
            known.flux,
            known.transparency,
            known.seeing,
        )
    )
    ratio, earlier = transparency / before, np.array(known.earlier)[which]
    shown = _ShownFrames(
        frames=taught.frames[known.first + which].astype(np.float32),
        means=taught.means[known.first + which].astype(np.float32),
        conditions=np.stack([np.log1p(earlier), np.log(noise), earlier > 0], axis=1),
        flux=flux,
        log_ratio=np.log(ratio),
        seeing=np.log(seeing / USUAL_FWHM_PX),
        planted=np.zeros(len(which)),
    )
    _tilt_background(shown, planting, rng)
    if np.isfinite(seeing).all():
        shown = _plant_steady(shown, known, planting, rng)
        shown = _plant_changing(shown, known, unit, planting, rng)
    return _cover_field(shown, known.side, planting, rng)


def _plant_steady(
    shown: _ShownFrames, known: TaughtSequence, planting: Planting, rng: np.random.Generator
) -> _ShownFrames:
    """Plant a star into frames and means, as bright in all frames or not."""
    flux = 10 ** rng.uniform(planting.faintest, planting.brightest)
    part = 10 ** rng.uniform(*PARTS, len(shown.flux)) if rng.random() < planting.varying else 1.0
    if rng.random() >= planting.steady:
        return shown
    fwhm = USUAL_FWHM_PX * np.exp(shown.seeing)
    amount = flux * part * np.exp(shown.log_ratio)
    _add(shown.frames, amount[:, None, None] * _stars(fwhm, known))
    usual = _stars(np.array([np.median(fwhm)]), known)
    _add(shown.means, flux * usual * (shown.conditions[:, 2] > 0)[:, None, None])
    return shown._replace(flux=shown.flux + flux * part)


def _tilt_background(shown: _ShownFrames, planting: Planting, rng: np.random.Generator) -> None:
    """Add a slope of light to frames and means of some sequences; it is no part of the flux."""
    level, slope_x, slope_y = rng.laplace(0, UNEVEN, 3)
    if rng.random() >= planting.uneven:
        return
    axis = np.linspace(-1, 1, FRAME_PX)
    slope = level + slope_x * axis[None, :] + slope_y * axis[:, None]
    shown.frames[:] += slope * np.exp(shown.log_ratio)[:, None, None]
    shown.means[:] += slope * (shown.conditions[:, 2] > 0)[:, None, None]


def _plant_changing(
    shown: _ShownFrames,
    known: TaughtSequence,
    unit: Float[np.ndarray, " frame"],
    planting: Planting,
    rng: np.random.Generator,
) -> _ShownFrames:
    """Plant stars, with their photon noise, into some of the frames alone."""
    n = len(shown.flux)
    flux = 10 ** rng.uniform(planting.faintest, planting.brightest, n)
    flux = flux * np.where(rng.random(n) < planting.fading, -1, 1)
    flux = np.where(rng.random(n) < planting.changing, flux, 0.0)
    stars = _stars(USUAL_FWHM_PX * np.exp(shown.seeing), known)
    light = (flux * np.exp(shown.log_ratio))[:, None, None] * stars
    electrons = np.exp(rng.uniform(*np.log(GAINS))) * unit[:, None, None]
    photon_noise = np.sqrt(np.maximum(light, 0) / electrons)
    _add(shown.frames, light + photon_noise * rng.standard_normal(light.shape))
    return shown._replace(flux=shown.flux + flux, planted=flux)


def _cover_field(
    shown: _ShownFrames, side: int, planting: Planting, rng: np.random.Generator
) -> _ShownFrames:
    """Cover what lies beyond the cutouts, and more of some sequences, as other surveys do."""
    smaller = int(rng.integers(*SMALL_FIELDS))
    side = min(side, smaller) if rng.random() < planting.small else side
    if side >= FRAME_PX:
        return shown
    covered = np.ones((FRAME_PX, FRAME_PX), bool)
    first = FRAME_PX // 2 - side // 2
    covered[first : first + side, first : first + side] = False
    for images in (shown.frames, shown.means):
        images[:, covered] = 0
    return shown


def _stars(
    fwhm: Float[np.ndarray, " star"], known: TaughtSequence
) -> Float[np.ndarray, "star y x"]:
    """Return stars of unit flux at the object's place, averaged over each pixel."""
    alpha = fwhm / (2 * np.sqrt(2 ** (1 / STEEPNESS) - 1))
    axis = (np.arange(STAMP_PX * PER_PIXEL) + 0.5) / PER_PIXEL - 0.5 - STAMP_PX // 2
    radius2 = (axis[:, None] - known.y) ** 2 + (axis[None, :] - known.x) ** 2
    norm = (STEEPNESS - 1) / (np.pi * alpha**2)
    profile = (1 + radius2 / (alpha**2)[:, None, None]) ** -STEEPNESS * norm[:, None, None]
    shape = (len(fwhm), STAMP_PX, PER_PIXEL, STAMP_PX, PER_PIXEL)
    return np.asarray(profile.reshape(shape).mean(axis=(2, 4)))


def _add(
    images: Float[np.ndarray, "frame y x"], stamps: Float[np.ndarray, "frame stamp stamp"]
) -> None:
    first = FRAME_PX // 2 - STAMP_PX // 2
    images[:, first : first + STAMP_PX, first : first + STAMP_PX] += stamps
