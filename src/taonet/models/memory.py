"""What the network keeps of an object's light between epochs: sums and extremes, nothing learnt.

Each memory takes a block of epochs at once and hands back what it knew after each of them, and its
state after the last. A block of one epoch is a step of a stream; a block from `start` on is a whole
sequence: one implementation, so that they cannot differ. A state is a tensor (object, number).
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

SCATTER_FLOOR = 0.01
"""Changes of an aperture smaller than this are not told from none."""

STEADY = 0.02
"""Relative scatter of the fluxes of a constant star, at best; what is left of the calibration."""

LEAST_ERROR = 0.1
"""Of a flux, in units of the noise of a pixel; padded epochs state no error at all."""

NOTHING = 1e-9
"""Weight of no measurement."""


class ApertureMemory(nn.Module):
    """Running moments and extremes of what each learned aperture measured.

    Parameters
    ----------
    apertures : int
        Values an epoch.
    """

    def __init__(self, apertures: int) -> None:
        super().__init__()
        self.apertures = apertures
        self.numbers = 6 * apertures

    def start(self, objects: int) -> Float[Tensor, "object number"]:
        """Return the state of objects of which nothing has been seen."""
        empty = torch.zeros(objects, self.apertures)
        extremes = [empty + torch.inf, empty - torch.inf]
        return torch.cat([torch.zeros(objects, 1), *[empty] * 4, *extremes], dim=1)

    def forward(
        self, light: Float[Tensor, "object epoch aperture"], state: Float[Tensor, "object number"]
    ) -> tuple[Float[Tensor, "object epoch known"], Float[Tensor, "object number"]]:
        """Return mean, change, scatter, restlessness and extremes so far, after each epoch."""
        done = state[:, None, :1]
        last, *sums, low, high = torch.split(state[:, None, 1:], self.apertures, dim=-1)
        epochs = done + torch.arange(1, light.shape[1] + 1)[None, :, None]
        before = torch.cat([torch.where(done > 0, last, light[:, :1]), light[:, :-1]], dim=1)
        change = light - before
        total, squares, changes = (
            old + new.cumsum(dim=1)
            for old, new in zip(sums, (light, light.square(), change.square()), strict=True)
        )
        lowest = torch.minimum(low, light.cummin(dim=1).values)
        highest = torch.maximum(high, light.cummax(dim=1).values)
        mean = total / epochs
        # the floor keeps the logarithm finite while nothing has changed yet
        variance = (squares / epochs - mean.square()).clamp_min(0)
        scatter = 0.5 * torch.log(variance + SCATTER_FLOOR**2)
        # scatter against changes tells slow from fast: von Neumann's ratio, as two logarithms
        restless = 0.5 * torch.log(changes / epochs + SCATTER_FLOOR**2)
        known = [light - mean, change, scatter, restless, highest - mean, mean - lowest]
        left = [epochs, light, total, squares, changes, lowest, highest]
        return torch.cat(known, dim=-1), torch.cat([part[:, -1] for part in left], dim=-1)


class LightMemory(nn.Module):
    """What the measured fluxes of an object, with their errors, amount to so far.

    Weighted means of all epochs and of tonight, chi-square against a constant, changes against the
    errors, extremes. Sums are kept in double precision: chi-square is a difference of large ones.
    """

    numbers = 24
    size = 14

    def start(self, objects: int) -> Float[Tensor, "object number"]:
        """Return the state of objects of which nothing has been seen."""
        state = torch.zeros(objects, self.size, dtype=torch.float64)
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
            Flux and its error, in units of the noise of a pixel; what else there is goes unread.
        days : Tensor (object, epoch)
            Since the epoch before.
        new_night : Tensor (object, epoch)
            Whether a night begins with the epoch.
        """
        flux, stated = light[..., :2].double().unbind(dim=-1)
        old = state[:, None, :].unbind(dim=-1)
        error = torch.hypot(stated.clamp_min(LEAST_ERROR), STEADY * flux)
        weight = error**-2
        epochs = old[0] + torch.arange(1, flux.shape[1] + 1)
        total, first, second = (old[1 + i] + (weight * flux**i).cumsum(dim=1) for i in range(3))
        mean, mean_error = first / total, total**-0.5
        scatter = (second / total - mean.square()).clamp_min(0).sqrt()
        chi2 = (second - total * mean.square()).clamp_min(0) / epochs
        seen = old[0] > 0
        last = torch.cat([torch.where(seen, old[4], flux[:, :1]), flux[:, :-1]], dim=1)
        last_error = torch.cat([torch.where(seen, old[5], error[:, :1]), error[:, :-1]], dim=1)
        jump = (flux - last) / torch.hypot(error, last_error)
        jumps = old[9] + jump.square().cumsum(dim=1)
        lowest = torch.minimum(old[6], flux.cummin(dim=1).values)
        highest = torch.maximum(old[7], flux.cummax(dim=1).values)
        clearest = torch.maximum(old[8], (flux / error).cummax(dim=1).values)
        nights = old[12] + new_night.cumsum(dim=1)
        span = old[13] + days.double().cumsum(dim=1)
        # sums up to the end of the night before
        weight_before = _at_dusk(total, new_night, old[1], old[10])
        first_before = _at_dusk(first, new_night, old[2], old[11])
        tonight_weight = (total - weight_before).clamp_min(NOTHING)
        tonight, tonight_error = (first - first_before) / tonight_weight, tonight_weight**-0.5
        earlier = weight_before > 0
        usual = torch.where(earlier, first_before / weight_before.clamp_min(NOTHING), tonight)
        usual_error = torch.where(earlier, weight_before.clamp_min(NOTHING) ** -0.5, 0.0)
        width = scatter + mean_error
        known = [
            torch.asinh(flux) / 3,
            torch.asinh(flux / error) / 3,
            torch.log(error) / 3,
            torch.asinh((flux - mean) / error) / 2,
            torch.asinh(mean) / 3,
            torch.log(scatter + 0.1) / 3,
            torch.log(chi2 + 0.1) / 3,
            torch.asinh(jump) / 2,
            torch.log(jumps / epochs + 0.1) / 2,
            torch.asinh(highest) / 3,
            torch.asinh(lowest) / 3,
            torch.asinh(clearest) / 3,
            torch.asinh(tonight) / 3,
            torch.asinh(tonight / tonight_error) / 3,
            torch.asinh((tonight - usual) / torch.hypot(tonight_error, usual_error)) / 2,
            torch.log1p(nights) / 3,
            torch.log1p(epochs).expand_as(flux) / 4,
            torch.log(mean_error) / 3,
            torch.asinh((highest - mean) / width) / 2,
            torch.asinh((mean - lowest) / width) / 2,
            torch.log1p(days.double()) / 3,
            new_night.double(),
            torch.log1p(span) / 6,
            torch.asinh((flux - mean) / mean.abs().clamp_min(1)),
        ]
        left = [
            epochs.expand_as(flux), total, first, second, flux, error, lowest, highest, clearest,
            jumps, weight_before, first_before, nights, span,
        ]  # fmt: skip
        return (
            torch.stack(known, dim=-1).float(),
            torch.stack([part[:, -1] for part in left], dim=-1),
        )


def _at_dusk(
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
    place = torch.arange(1, running.shape[1] + 1).expand_as(new_night)
    began = torch.where(new_night, place, 0).cummax(dim=1).values
    return torch.cat([at_last_dusk, earlier], dim=1).gather(1, began)
