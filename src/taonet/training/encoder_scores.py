"""How well a frame encoder measures, on frames that did not teach it."""

import itertools
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from jaxtyping import Bool, Float

from taonet.models.frame_encoder import FrameEncoder
from taonet.training.encoder_objective import group_medians
from taonet.training.planted_stars import Planting, TaughtBatch, draw_taught_batch
from taonet.training.taught_frames import TaughtFrames

EDGES: Final = (0.0, 5.0, 20.0, 60.0, 200.0, 1000.0, 1e5)
"""Fluxes in units of the noise of a pixel, between which objects are told apart."""

PLANTED: Final = (2.0, 10.0, 50.0, 300.0, 2000.0)
"""The same for planted stars."""

TO_SIGMA: Final = 1.4826
"""Median absolute deviation to standard deviation, for a Gaussian."""

LEAST_FLUX: Final = 1e-9
"""Shares of a flux are taken of no less: what cannot be seen has none."""


@dataclass(frozen=True, kw_only=True)
class FluxScore:
    """How the fluxes between two limits were measured.

    Parameters
    ----------
    least, most : float
        Limits of the true flux.
    frames : int
    error : float
        Robust scatter of the measured fluxes around the truth, in units of the noise.
    relative : float
        The same as a share of the flux.
    pull : float
        The same in units of the stated errors: 1 if these are honest.
    found : float
        Median share of the flux that was found.
    """

    least: float
    most: float
    frames: int
    error: float
    relative: float
    pull: float
    found: float


@dataclass(frozen=True, kw_only=True)
class EncoderScores:
    """Scores of an encoder: ``own`` light of objects by flux, ``planted`` stars by flux, as far as
    there are any, and the median errors of transparency and seeing (in logarithms) and of places
    (in pixels); NaN where the truth is not known.
    """

    own: tuple[FluxScore, ...]
    planted: tuple[FluxScore, ...]
    transparency: float
    seeing: float
    place: float


def split_taught_frames(taught: TaughtFrames, share: float) -> tuple[TaughtFrames, TaughtFrames]:
    """Return the frames to teach by, and those of an evenly spaced share of the sequences."""
    every = max(2, round(1 / share))
    held = [one for i, one in enumerate(taught.sequences) if i % every == 0]
    rest = [one for i, one in enumerate(taught.sequences) if i % every]
    return replace(taught, sequences=rest), replace(taught, sequences=held)


@torch.inference_mode()
def score_encoder(
    encoder: FrameEncoder, taught: TaughtFrames, *, planting: Planting, seed: int, batches: int = 20
) -> EncoderScores:
    """Score an encoder on frames with stars planted into them, of whole fields only."""
    planting = replace(planting, small=0.0)
    parts = []
    for k in range(batches):
        rng = np.random.default_rng([seed, k])
        parts.append(_deviations(encoder, draw_taught_batch(taught, planting, rng)))
    columns = np.concatenate(parts)
    flux, planted, deviation, error, usable = columns[:, :5].T
    own = (planted == 0) & (usable > 0)
    return EncoderScores(
        own=_scores(flux, deviation, error, own, EDGES),
        planted=_scores(
            np.abs(planted), deviation * np.sign(planted), error, planted != 0, PLANTED
        ),
        transparency=_median_of_known(columns[:, 5]),
        seeing=_median_of_known(columns[:, 6]),
        place=_median_of_known(columns[:, 7]),
    )


def _median_of_known(values: Float[np.ndarray, " frame"]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _deviations(encoder: FrameEncoder, batch: TaughtBatch) -> Float[np.ndarray, "frame eight"]:
    batch = TaughtBatch(*(values.to(encoder.device) for values in batch))
    encoding = encoder(batch.frames, batch.means, batch.conditions)
    residual = encoding.flux - batch.flux
    medians = group_medians(residual, batch.of_sequence, len(batch.steady))
    steady = batch.steady[batch.of_sequence]
    residual = residual - torch.where(
        steady, torch.zeros_like(residual), medians[batch.of_sequence]
    )
    place = (encoding.place - batch.place[batch.of_sequence]).norm(dim=1)
    stays = torch.where(batch.moving[batch.of_sequence], torch.nan, 1.0)
    columns = [
        batch.flux,
        batch.planted,
        residual,
        encoding.log_error.exp(),
        (steady & (batch.conditions[:, 2] > 0)).float(),
        (encoding.log_ratio - batch.log_ratio).abs(),
        (encoding.seeing - batch.seeing).abs(),
        place * stays,
    ]
    return torch.stack(columns, dim=1).cpu().double().numpy()


def _scores(
    flux: Float[np.ndarray, " frame"],
    deviation: Float[np.ndarray, " frame"],
    error: Float[np.ndarray, " frame"],
    wanted: Bool[np.ndarray, " frame"],
    edges: tuple[float, ...],
) -> tuple[FluxScore, ...]:
    """Return the scores between each two edges between which there are frames."""
    scores = []
    for least, most in itertools.pairwise(edges):
        some = wanted & (flux >= least) & (flux < most)
        if not some.any():
            continue
        size, share = np.abs(deviation[some]), np.maximum(flux[some], LEAST_FLUX)
        scores.append(
            FluxScore(
                least=least,
                most=most,
                frames=int(some.sum()),
                error=float(TO_SIGMA * np.median(size)),
                relative=float(TO_SIGMA * np.median(size / share)),
                pull=float(TO_SIGMA * np.median(size / error[some])),
                found=float(1 + np.median(deviation[some] / share)),
            )
        )
    return tuple(scores)
