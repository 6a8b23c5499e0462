"""What the frame encoder is taught: fluxes with honest errors, and how a frame was seen."""

from dataclasses import dataclass
from typing import Final

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from taonet.models.frame_encoder import Encoding
from taonet.training.planted_stars import TaughtBatch
from taonet.types import NotNegative, Positive

CLEAR_HOST: Final = 3.5
"""Logarithm of the flux of a host whose size and distance can be told, in noise of a pixel."""


@dataclass(frozen=True, kw_only=True)
class EncoderObjective:
    """Weights of what the encoder is taught besides the flux.

    Parameters
    ----------
    freedom : float
        Of Student's t, which the errors of fluxes follow: outliers are not worth every effort.
    whole : float
        For the mean share of a planted star's light that is not found: it must come out whole.
    transparency, seeing, place, host : float
        For what the frame was seen through, for where the object lies, and for its host.
    """

    freedom: Positive = 4.0
    whole: NotNegative = 2.0
    transparency: NotNegative = 2.0
    seeing: NotNegative = 2.0
    place: NotNegative = 0.1
    host: NotNegative = 0.1


def encoder_loss(
    encoding: Encoding, batch: TaughtBatch, objective: EncoderObjective
) -> tuple[Tensor, dict[str, float]]:
    """Return the loss, and its parts by name."""
    residual = _residual(encoding, batch)
    seen_before = batch.conditions[:, 2] > 0
    parts = {
        "flux": _student_loss(residual, encoding.log_error, objective.freedom),
        "lost": _lost_share(residual, encoding.log_error, batch.planted),
        "transparency": _mean_distance(encoding.log_ratio, batch.log_ratio, seen_before),
        "seeing": _mean_distance(encoding.seeing, batch.seeing, batch.seeing.isfinite()),
        "place": _place_loss(encoding, batch),
        "host": _host_loss(encoding, batch),
    }
    loss = (
        parts["flux"]
        + objective.whole * parts["lost"].square()
        + objective.transparency * parts["transparency"]
        + objective.seeing * parts["seeing"]
        + objective.place * parts["place"]
        + objective.host * parts["host"]
    )
    return loss, {name: part.item() for name, part in parts.items()}


def _residual(encoding: Encoding, batch: TaughtBatch) -> Float[Tensor, " frame"]:
    """Return flux minus truth; of objects that lie in a host, minus its median.

    How much of a host's light is measured is not asked: only that it is always as much.
    """
    residual = encoding.flux - batch.flux
    medians = group_medians(residual.detach(), batch.of_sequence, len(batch.steady))
    level = torch.where(batch.steady, torch.zeros_like(medians), medians)
    return residual - level[batch.of_sequence]


def group_medians(
    values: Float[Tensor, " frame"], group: Int[Tensor, " frame"], groups: int
) -> Float[Tensor, " group"]:
    """Return the median of the values of each group, 0 of an empty one.

    Examples
    --------
    >>> group_medians(torch.tensor([1.0, 9.0, 2.0, 5.0]), torch.tensor([0, 0, 0, 1]), 2).tolist()
    [2.0, 5.0]
    """
    members = [values[group == one] for one in range(groups)]
    return torch.stack([one.median() if len(one) else values.new_zeros(()) for one in members])


def _student_loss(
    residual: Float[Tensor, " frame"], log_error: Float[Tensor, " frame"], freedom: float
) -> Tensor:
    z = residual / log_error.exp()
    return ((freedom + 1) / 2 * torch.log1p(z.square() / freedom) + log_error).mean()


def _lost_share(
    residual: Float[Tensor, " frame"],
    log_error: Float[Tensor, " frame"],
    planted: Float[Tensor, " frame"],
) -> Tensor:
    """Return by what share too much planted light is found; of faint stars, in errors."""
    unit = planted.abs() + log_error.exp().detach()
    shares = (residual / unit * planted.sign())[planted != 0]
    return shares.mean() if len(shares) else residual.new_zeros(())


def _mean_distance(
    stated: Float[Tensor, " frame"], truth: Float[Tensor, " frame"], known: Bool[Tensor, " frame"]
) -> Tensor:
    away = (stated - torch.nan_to_num(truth)).abs() * known
    return away.sum() / known.sum().clamp_min(1)


def _place_loss(encoding: Encoding, batch: TaughtBatch) -> Tensor:
    """Return the Gaussian loss of the place, of objects that stay where they are."""
    away = encoding.place - batch.place[batch.of_sequence]
    log_error = encoding.log_place_error
    loss = away.square().sum(1) / (2 * (2 * log_error).exp()) + 2 * log_error
    stays = ~batch.moving[batch.of_sequence]
    return (loss * stays).sum() / stays.sum().clamp_min(1)


def _host_loss(encoding: Encoding, batch: TaughtBatch) -> Tensor:
    """Return how far light, size and distance of hosts are off; of faint hosts only the light.

    What the first frame of a sequence shows of a host is not asked: there is no mean before it.
    """
    truth = batch.host[batch.of_sequence]
    away = (encoding.host - truth).abs()
    shows = (truth[:, 0] > CLEAR_HOST).float()
    loss = away[:, 0] / 3 + shows * away[:, 1:].sum(1)
    seen_before = (batch.conditions[:, 2] > 0).float()
    return (loss * seen_before).sum() / seen_before.sum().clamp_min(1)
