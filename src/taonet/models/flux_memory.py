"""What the network remembers of an object's measured fluxes: weighted sums and extremes.

The part of `taonet.models.light_memory` that needs no times; nothing here is learnt.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

STEADY = 0.02
"""Relative scatter of the fluxes of a constant star, at best; what is left of the calibration."""

LEAST_ERROR = 0.1
"""Of a flux, in units of the noise of a pixel; padded epochs state no error at all."""

NOTHING = 1e-9
"""Weight of no measurement."""


class FluxMemory(nn.Module):
    """What the measured fluxes of an object, with their errors, amount to so far.

    Weighted means of all epochs and of tonight, chi-square against a constant, changes against the
    errors, extremes. Sums are kept in double precision: chi-square is a difference of large ones.
    """

    numbers = 24
    size = 14

    def start(
        self, objects: int, device: torch.device | None = None
    ) -> Float[Tensor, "object number"]:
        """Return the state of objects of which nothing has been seen."""
        state = torch.zeros(objects, self.size, dtype=torch.float64, device=device)
        state[:, 6] = torch.inf
        state[:, 7:9] = -torch.inf
        return state

    def forward(
        self,
        light: Float[Tensor, "object epoch light"],
        days: Float[Tensor, "object epoch"],
        new_night: Bool[Tensor, "object epoch"],
        state: Float[Tensor, "object number"],
    ) -> tuple[Float[Tensor, "object epoch known"], Float[Tensor, "object number"]]:
        """Return 24 numbers of order one, after each epoch.

        Parameters
        ----------
        light : Tensor (object, epoch, light)
            Flux and its error, in units of the noise of a pixel; other columns are not read.
        days : Tensor (object, epoch)
            Since the epoch before.
        new_night : Tensor (object, epoch)
            Whether a night begins with the epoch.
        """
        after = _FluxHistory.from_block(light, days, new_night, state)
        numbers = torch.stack(after.numbers(), dim=-1).float()
        return numbers, torch.stack([part[:, -1] for part in after.state()], dim=-1)


@dataclass(frozen=True, kw_only=True, eq=False)
class _FluxHistory:
    """What fluxes amount to after each epoch of a block: tensors (object, epoch), float64.

    ``weight``, ``first`` and ``second`` are the sums of 1, flux and its square over the squared
    errors; those ``_before`` were taken when the night of the epoch began. ``jumps`` is the sum of
    the squares of ``jump``, the change since the epoch before in errors.
    """

    flux: Tensor
    error: Tensor
    days: Tensor
    new_night: Tensor
    epochs: Tensor
    weight: Tensor
    first: Tensor
    second: Tensor
    jump: Tensor
    jumps: Tensor
    lowest: Tensor
    highest: Tensor
    clearest: Tensor
    weight_before: Tensor
    first_before: Tensor
    nights: Tensor
    span: Tensor

    @classmethod
    def from_block(
        cls, light: Tensor, days: Tensor, new_night: Tensor, state: Tensor
    ) -> "_FluxHistory":
        """Go on from the state before a block; the arguments are those of `FluxMemory.forward`."""
        flux, stated = light[..., :2].double().unbind(dim=-1)
        old = state[:, None, :].unbind(dim=-1)
        error = torch.hypot(stated.clamp_min(LEAST_ERROR), STEADY * flux)
        each = error**-2
        weight, first, second = (old[1 + i] + (each * flux**i).cumsum(dim=1) for i in range(3))
        jump = _jumps(flux, error, before=(old[4], old[5]), seen=old[0] > 0)
        return cls(
            flux=flux,
            error=error,
            days=days,
            new_night=new_night,
            epochs=old[0] + torch.arange(1, flux.shape[1] + 1, device=flux.device),
            weight=weight,
            first=first,
            second=second,
            jump=jump,
            jumps=old[9] + jump.square().cumsum(dim=1),
            lowest=torch.minimum(old[6], flux.cummin(dim=1).values),
            highest=torch.maximum(old[7], flux.cummax(dim=1).values),
            clearest=torch.maximum(old[8], (flux / error).cummax(dim=1).values),
            # sums up to the end of the night before
            weight_before=_sum_at_dusk(weight, new_night, old[1], old[10]),
            first_before=_sum_at_dusk(first, new_night, old[2], old[11]),
            nights=old[12] + new_night.cumsum(dim=1),
            span=old[13] + days.double().cumsum(dim=1),
        )

    def state(self) -> list[Tensor]:
        """Return what `from_block` goes on from, in its order."""
        return [
            self.epochs.expand_as(self.flux), self.weight, self.first, self.second, self.flux,
            self.error, self.lowest, self.highest, self.clearest, self.jumps, self.weight_before,
            self.first_before, self.nights, self.span,
        ]  # fmt: skip

    @property
    def mean(self) -> Tensor:
        """Weighted mean of all epochs."""
        return self.first / self.weight

    @property
    def scatter(self) -> Tensor:
        """Weighted standard deviation about the mean."""
        return (self.second / self.weight - self.mean.square()).clamp_min(0).sqrt()

    @property
    def chi2(self) -> Tensor:
        """Chi-square against a constant, an epoch."""
        return (self.second - self.weight * self.mean.square()).clamp_min(0) / self.epochs

    def tonight(self) -> tuple[Tensor, Tensor]:
        """Return the weighted mean of the night's epochs so far, and its error."""
        weight = (self.weight - self.weight_before).clamp_min(NOTHING)
        return (self.first - self.first_before) / weight, weight**-0.5

    def usual(self) -> tuple[Tensor, Tensor]:
        """Return the weighted mean of earlier nights and its error; tonight's where none was."""
        earlier, weight = self.weight_before > 0, self.weight_before.clamp_min(NOTHING)
        mean = torch.where(earlier, self.first_before / weight, self.tonight()[0])
        return mean, torch.where(earlier, weight**-0.5, 0.0)

    def numbers(self) -> list[Tensor]:
        """Return the 24 numbers that the network reads, in the order of its weights."""
        flux, error, mean, scatter = self.flux, self.error, self.mean, self.scatter
        (tonight, tonight_error), (usual, usual_error) = self.tonight(), self.usual()
        mean_error = self.weight**-0.5
        width = scatter + mean_error
        return [
            torch.asinh(flux) / 3,
            torch.asinh(flux / error) / 3,
            torch.log(error) / 3,
            torch.asinh((flux - mean) / error) / 2,
            torch.asinh(mean) / 3,
            torch.log(scatter + 0.1) / 3,
            torch.log(self.chi2 + 0.1) / 3,
            torch.asinh(self.jump) / 2,
            torch.log(self.jumps / self.epochs + 0.1) / 2,
            torch.asinh(self.highest) / 3,
            torch.asinh(self.lowest) / 3,
            torch.asinh(self.clearest) / 3,
            torch.asinh(tonight) / 3,
            torch.asinh(tonight / tonight_error) / 3,
            torch.asinh((tonight - usual) / torch.hypot(tonight_error, usual_error)) / 2,
            torch.log1p(self.nights) / 3,
            torch.log1p(self.epochs).expand_as(flux) / 4,
            torch.log(mean_error) / 3,
            torch.asinh((self.highest - mean) / width) / 2,
            torch.asinh((mean - self.lowest) / width) / 2,
            torch.log1p(self.days.double()) / 3,
            self.new_night.double(),
            torch.log1p(self.span) / 6,
            torch.asinh((flux - mean) / mean.abs().clamp_min(1)),
        ]


def _jumps(
    flux: Float[Tensor, "object epoch"],
    error: Float[Tensor, "object epoch"],
    *,
    before: tuple[Float[Tensor, "object one"], Float[Tensor, "object one"]],
    seen: Bool[Tensor, "object one"],
) -> Float[Tensor, "object epoch"]:
    """Return the change since the epoch before in errors; none at an object's first epoch.

    ``before`` is flux and error of the last epoch before the block, if any was ``seen``.
    """
    last = torch.cat([torch.where(seen, before[0], flux[:, :1]), flux[:, :-1]], dim=1)
    last_error = torch.cat([torch.where(seen, before[1], error[:, :1]), error[:, :-1]], dim=1)
    return (flux - last) / torch.hypot(error, last_error)


def _sum_at_dusk(
    running: Float[Tensor, "object epoch"],
    new_night: Bool[Tensor, "object epoch"],
    before: Float[Tensor, "object one"],
    at_last_dusk: Float[Tensor, "object one"],
) -> Float[Tensor, "object epoch"]:
    """Return what a running sum was when the night of each epoch began.

    ``before`` is the sum before the block, ``at_last_dusk`` what it was when the night that the
    block may go on with began.
    """
    earlier = torch.cat([before, running[:, :-1]], dim=1)
    place = torch.arange(1, running.shape[1] + 1, device=running.device).expand_as(new_night)
    began = torch.where(new_night, place, 0).cummax(dim=1).values
    return torch.cat([at_last_dusk, earlier], dim=1).gather(1, began)
