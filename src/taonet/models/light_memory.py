"""What the network keeps of an object's measured light between epochs: sums and extremes.

Nothing here is learnt. Each memory takes a block of epochs at once and hands back what it knew
after each of them, and its state after the last. A block of one epoch is a step of a stream; a
block from `start` on is a whole sequence: one implementation, so that they cannot differ. A state
is a tensor (object, number).
"""

from typing import Final

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

STEADY = 0.02
"""Relative scatter of the fluxes of a constant star, at best; what is left of the calibration."""

LEAST_ERROR = 0.1
"""Of a flux, in units of the noise of a pixel; padded epochs state no error at all."""

NOTHING = 1e-9
"""Weight of no measurement."""

PACES_DAYS: Final = (2.0, 8.0, 30.0, 120.0, 500.0)
"""Times over which the light of earlier nights is remembered."""

PARTS: Final = 9
"""Numbers kept at each pace."""

DAYS_A_YEAR = 365.25

STILL = 1e-3
"""Squared relative changes smaller than this, and squared errors, are not told from none."""

UNPLACED = 100.0
"""Pixels: an error larger than this says that the epoch did not see where the object lies."""


class LightMemory(nn.Module):
    """Moments and extremes of the fluxes; where the times are known, paces and motion too.

    Parameters
    ----------
    paces : bool
        Whether the times are known.
    """

    def __init__(self, *, paces: bool) -> None:
        super().__init__()
        self.parts: list[FluxMemory | TimescaleMemory | MotionMemory] = [FluxMemory()]
        if paces:
            self.parts += [TimescaleMemory(), MotionMemory()]
        self.numbers = sum(part.numbers for part in self.parts)

    def start(self, objects: int) -> Float[Tensor, "object number"]:
        """Return the state of objects of which nothing has been seen."""
        return torch.cat([part.start(objects) for part in self.parts], dim=1)

    def forward(
        self,
        light: Float[Tensor, "object epoch light"],
        days: Float[Tensor, "object epoch"],
        new_night: Bool[Tensor, "object epoch"],
        state: Float[Tensor, "object number"],
    ) -> tuple[Float[Tensor, "object epoch known"], Float[Tensor, "object number"]]:
        """Return what each part knows after each epoch, and the state after the last."""
        states = torch.split(state, [part.size for part in self.parts], dim=1)
        found = [
            part(light, days, new_night, own) for part, own in zip(self.parts, states, strict=True)
        ]
        return torch.cat([known for known, _ in found], -1), torch.cat(
            [left for _, left in found], 1
        )


class FluxMemory(nn.Module):
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
        weight_before = _sum_at_dusk(total, new_night, old[1], old[10])
        first_before = _sum_at_dusk(first, new_night, old[2], old[11])
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
    place = torch.arange(1, running.shape[1] + 1).expand_as(new_night)
    began = torch.where(new_night, place, 0).cummax(dim=1).values
    return torch.cat([at_last_dusk, earlier], dim=1).gather(1, began)


class TimescaleMemory(nn.Module):
    """How the light of each epoch differs from that of the nights before, at several paces.

    At each pace the fluxes of earlier nights are averaged with weights that fall as exp(−t/pace),
    and the epochs of a night are compared with that average as it was at dusk. Changes that show
    at 30 days and not at 8 have a time between: what a structure function and the damping time of
    a random walk tell, epoch by epoch.
    """

    numbers = 3 * len(PACES_DAYS)
    size = PARTS * len(PACES_DAYS)

    def start(self, objects: int) -> Float[Tensor, "object number"]:
        """Return the state of objects of which nothing has been seen."""
        return torch.zeros(objects, self.size, dtype=torch.float64)

    def forward(
        self,
        light: Float[Tensor, "object epoch light"],
        days: Float[Tensor, "object epoch"],
        new_night: Bool[Tensor, "object epoch"],
        state: Float[Tensor, "object number"],
    ) -> tuple[Float[Tensor, "object epoch known"], Float[Tensor, "object number"]]:
        """Return after each epoch, by pace: the change now in errors, the mean square of such
        changes in errors, and that beyond the errors relative to the mean flux.
        """
        flux, stated = light[..., 0].double(), light[..., 1].double().clamp_min(LEAST_ERROR)
        variance = stated.square() + (STEADY * flux).square()
        kept = torch.exp(-days.double()[..., None] / flux.new_tensor(PACES_DAYS))
        parts = list(state.chunk(PARTS, dim=1))
        told = [
            self._step(flux[:, k], variance[:, k], kept[:, k], new_night[:, k], parts)
            for k in range(flux.shape[1])
        ]
        return torch.stack(told, dim=1).float(), torch.cat(parts, dim=1)

    def _step(
        self, flux: Tensor, variance: Tensor, kept: Tensor, new_night: Tensor, parts: list[Tensor]
    ) -> Tensor:
        """Take in one epoch: the state ``parts`` is renewed in place."""
        now, dusk, sums = parts[:3], parts[3:6], parts[6:]
        flux, variance, new = flux[:, None], variance[:, None], new_night[:, None]
        # weights, and squared weights for the error of the mean: these fade twice as fast
        fading = (kept, kept, kept.square())
        dusk = [
            torch.where(new, late, early) * fade
            for late, early, fade in zip(now, dusk, fading, strict=True)
        ]
        weight, total, squares = dusk
        known = weight > NOTHING
        weight = weight.clamp_min(NOTHING)
        expected = variance + torch.where(known, squares / weight.square(), 0.0)
        away = torch.where(known, flux - total / weight, 0.0)
        # how much of what was known at dusk has not faded: 1 at once, 0 after many paces
        fresh = torch.where(known, (weight * variance).clamp_max(1.0), 0.0)
        told = (fresh, fresh * away.square() / expected, fresh * (away.square() - expected))
        near, square, excess = (old + new for old, new in zip(sums, told, strict=True))
        added = (1 / variance, flux / variance, 1 / variance)
        now = [old * fade + new for old, fade, new in zip(now, fading, added, strict=True)]
        parts[:] = [*now, *dusk, near, square, excess]
        weight, total, _ = now
        seen = near.clamp_min(1e-3)
        level = (total / weight).square().clamp_min(1.0)
        change = excess / seen / level
        return torch.cat(
            [
                torch.asinh(away / expected.sqrt()) / 2,
                torch.log(square / seen + 0.1) / 3,
                torch.sign(change) * torch.log1p(change.abs() / STILL) / 4,
            ],
            dim=1,
        )


class MotionMemory(nn.Module):
    """Whether an object moves: a straight line through where each epoch saw it."""

    numbers = 5
    size = 9

    def start(self, objects: int) -> Float[Tensor, "object number"]:
        """Return the state of objects of which nothing has been seen."""
        return torch.zeros(objects, self.size, dtype=torch.float64)

    def forward(
        self,
        light: Float[Tensor, "object epoch light"],
        days: Float[Tensor, "object epoch"],
        new_night: Bool[Tensor, "object epoch"],
        state: Float[Tensor, "object number"],
    ) -> tuple[Float[Tensor, "object epoch known"], Float[Tensor, "object number"]]:
        """Return after each epoch: pixels a year and in errors, distance of the mean from the
        centre and its error, and the number of epochs that tell, of order one.
        """
        x, y, error = light[..., 2:5].double().unbind(dim=-1)
        old = state[:, None, :].unbind(dim=-1)
        told = error < UNPLACED
        # padded epochs state no error at all
        weight = torch.where(told, error.clamp_min(STILL), torch.inf) ** -2
        years = old[0] + days.double().cumsum(dim=1) / DAYS_A_YEAR
        each = [weight, weight * years, weight * years**2]
        each += [weight * x, weight * x * years, weight * y, weight * y * years, told.double()]
        sums = [before + new.cumsum(dim=1) for before, new in zip(old[1:], each, strict=True)]
        w, t, tt, sx, sxt, sy, syt, count = sums
        safe = w.clamp_min(NOTHING)
        lever = (tt - t.square() / safe).clamp_min(0)
        across = torch.hypot(sxt - t * sx / safe, syt - t * sy / safe)
        speed = across / lever.clamp_min(STILL)
        known = [
            torch.asinh(3 * speed),
            torch.asinh(across / lever.clamp_min(STILL).sqrt()) / 2,
            torch.hypot(sx / safe, sy / safe).clamp_max(5.0),
            torch.log(safe.clamp_min(STILL)) / 5,
            torch.log1p(count) / 4,
        ]
        left = [years, *sums]
        return (
            torch.stack(known, dim=-1).float(),
            torch.stack([part[:, -1] for part in left], dim=-1),
        )
