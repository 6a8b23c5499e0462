"""What the network remembers of an object's photometry between epochs: sums and extremes.

`LightMemory` joins the memories of what the photometry measures: `FluxMemory` (flux moments and
extremes) and, where times are known, rates of change and motion. `ApertureMemory` is not among
them: it remembers what the learned apertures sum up.

Nothing here is learnt. Each memory takes a block of epochs at once and hands back what it knew
after each of them, and its state after the last. A block of one epoch is a step of a stream; a
block from `start` on is a whole sequence: one implementation, so that they cannot differ. A state
is a tensor (object, number).
"""

from typing import Final

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from taonet.models.device import double_device
from taonet.models.flux_memory import LEAST_ERROR, NOTHING, STEADY, FluxMemory
from taonet.models.leaky_sums import sum_leaky, sums_at_dusk

TIMESCALES_DAYS: Final = (2.0, 8.0, 30.0, 120.0, 500.0)
"""Times over which the light of earlier nights is remembered."""

DAYS_A_YEAR = 365.25

STILL = 1e-3
"""Squared relative changes smaller than this, and squared errors, count as none."""

UNPLACED = 100.0
"""Pixels: with a larger error the epoch does not show where the object lies."""


class LightMemory(nn.Module):
    """Moments and extremes of the fluxes; where times are known, also rates of change and motion.

    Parameters
    ----------
    use_times : bool
        Whether the times are known.
    """

    def __init__(self, *, use_times: bool) -> None:
        super().__init__()
        self.parts: list[FluxMemory | TimescaleMemory | MotionMemory] = [FluxMemory()]
        if use_times:
            self.parts += [TimescaleMemory(), MotionMemory()]
        self.numbers = sum(part.numbers for part in self.parts)

    def start(
        self, objects: int, device: torch.device | None = None
    ) -> Float[Tensor, "object number"]:
        """Return the state of objects of which nothing has been seen."""
        exact = None if device is None else double_device(device)
        return torch.cat([part.start(objects, exact) for part in self.parts], dim=1)

    def forward(
        self,
        light: Float[Tensor, "object epoch light"],
        days: Float[Tensor, "object epoch"],
        new_night: Bool[Tensor, "object epoch"],
        state: Float[Tensor, "object number"],
        _further: Tensor | None = None,
    ) -> tuple[Float[Tensor, "object epoch known"], Float[Tensor, "object number"]]:
        """Return what each part knows after each epoch, and the state after the last."""
        states = torch.split(state, [part.size for part in self.parts], dim=1)
        # sums are kept where double precision is
        block = [values.to(state.device) for values in (light, days, new_night)]
        outputs = [part(*block, own) for part, own in zip(self.parts, states, strict=True)]
        known = torch.cat([known for known, _ in outputs], dim=-1)
        return known.to(light.device), torch.cat([after for _, after in outputs], dim=1)


class TimescaleMemory(nn.Module):
    """How the flux of each epoch differs from that of earlier nights, on several time scales.

    On each time scale the fluxes of earlier nights are averaged with weights that fall as
    exp(−t/scale), and the epochs of a night are compared with that average as it was at dusk.
    Changes that show at 30 days and not at 8 have a time scale between: the information of a
    structure function and of the damping time of a random walk, epoch by epoch.
    """

    numbers = 3 * len(TIMESCALES_DAYS)
    kept = 3 * len(TIMESCALES_DAYS)
    size = 3 * kept

    def start(
        self, objects: int, device: torch.device | None = None
    ) -> Float[Tensor, "object number"]:
        """Return the state of objects of which nothing has been seen."""
        return torch.zeros(objects, self.size, dtype=torch.float64, device=device)

    def forward(
        self,
        light: Float[Tensor, "object epoch light"],
        days: Float[Tensor, "object epoch"],
        new_night: Bool[Tensor, "object epoch"],
        state: Float[Tensor, "object number"],
    ) -> tuple[Float[Tensor, "object epoch known"], Float[Tensor, "object number"]]:
        """Return after each epoch, by time scale: the change now in errors, the mean square of such
        changes in errors, and that beyond the errors relative to the mean flux.
        """
        flux, stated = light[..., 0].double(), light[..., 1].double().clamp_min(LEAST_ERROR)
        variance = stated.square() + (STEADY * flux).square()
        parts = torch.split(state, self.kept, dim=1)
        now, at_dusk, changes = (part.reshape(len(part), 3, -1) for part in parts)
        each = torch.stack([1 / variance, flux / variance, 1 / variance], dim=-1)[..., None]
        sums = sum_leaky(each, self._fade(days), now)
        earlier, since = sums_at_dusk(sums, days.double(), new_night, (now, at_dusk))
        dusk = earlier * self._fade(since)
        changed, away = _changes(flux[..., None], variance[..., None], dusk)
        changes = changes[:, None] + changed.cumsum(dim=1)
        after = [part[:, -1].flatten(1) for part in (sums, dusk, changes)]
        return _change_numbers(away, changes, sums).float(), torch.cat(after, dim=1)

    def _fade(self, days: Float[Tensor, "object epoch"]) -> Float[Tensor, "object epoch 3 scale"]:
        """Return what is left of each sum after so many days."""
        days = days.double()
        left = torch.exp(-days[..., None] / days.new_tensor(TIMESCALES_DAYS))
        # weights, and squared weights for the error of the mean: these fade twice as fast
        return torch.stack([left, left, left.square()], dim=-2)


def _changes(
    flux: Float[Tensor, "object epoch 1"],
    variance: Float[Tensor, "object epoch 1"],
    dusk: Float[Tensor, "object epoch 3 scale"],
) -> tuple[Float[Tensor, "object epoch 3 scale"], Float[Tensor, "object epoch scale"]]:
    """Return terms of the sums of changes against earlier nights, and the change in errors."""
    weight, total, squares = dusk.unbind(dim=-2)
    known, weight = weight > NOTHING, weight.clamp_min(NOTHING)
    expected = variance + torch.where(known, squares / weight.square(), 0.0)
    away = torch.where(known, flux - total / weight, 0.0)
    # how much of what was known at dusk has not faded: 1 at once, 0 after many times the scale
    fresh = torch.where(known, (weight * variance).clamp_max(1.0), 0.0)
    terms = [fresh, fresh * away.square() / expected, fresh * (away.square() - expected)]
    return torch.stack(terms, dim=-2), away / expected.sqrt()


def _change_numbers(
    away: Float[Tensor, "object epoch scale"],
    changes: Float[Tensor, "object epoch 3 scale"],
    sums: Float[Tensor, "object epoch 3 scale"],
) -> Float[Tensor, "object epoch number"]:
    near, square, excess = changes.unbind(dim=-2)
    weight, total, _ = sums.unbind(dim=-2)
    count = near.clamp_min(1e-3)
    change = excess / count / (total / weight).square().clamp_min(1.0)
    numbers = [
        torch.asinh(away) / 2,
        torch.log(square / count + 0.1) / 3,
        torch.sign(change) * torch.log1p(change.abs() / STILL) / 4,
    ]
    return torch.cat(numbers, dim=-1)


class MotionMemory(nn.Module):
    """Whether an object moves: a straight line through where each epoch saw it."""

    numbers = 5
    size = 9

    def start(
        self, objects: int, device: torch.device | None = None
    ) -> Float[Tensor, "object number"]:
        """Return the state of objects of which nothing has been seen."""
        return torch.zeros(objects, self.size, dtype=torch.float64, device=device)

    def forward(
        self,
        light: Float[Tensor, "object epoch light"],
        days: Float[Tensor, "object epoch"],
        _new_night: Bool[Tensor, "object epoch"],
        state: Float[Tensor, "object number"],
    ) -> tuple[Float[Tensor, "object epoch known"], Float[Tensor, "object number"]]:
        """Return after each epoch: pixels a year and in errors, distance of the mean from the
        centre and its error, and the number of epochs that show it, of order one.
        """
        x, y, error = light[..., 2:5].double().unbind(dim=-1)
        old = state[:, None, :].unbind(dim=-1)
        located = error < UNPLACED
        # padded epochs state no error at all
        weight = torch.where(located, error.clamp_min(STILL), torch.inf) ** -2
        years = old[0] + days.double().cumsum(dim=1) / DAYS_A_YEAR
        each = [weight, weight * years, weight * years**2]
        each += [weight * x, weight * x * years, weight * y, weight * y * years, located.double()]
        sums = [before + new.cumsum(dim=1) for before, new in zip(old[1:], each, strict=True)]
        w, t, tt, sx, sxt, sy, syt, count = sums
        safe = w.clamp_min(NOTHING)
        lever = (tt - t.square() / safe).clamp_min(0)
        across = torch.hypot(sxt - t * sx / safe, syt - t * sy / safe)
        speed = across / lever.clamp_min(STILL)
        numbers = [
            torch.asinh(3 * speed),
            torch.asinh(across / lever.clamp_min(STILL).sqrt()) / 2,
            torch.hypot(sx / safe, sy / safe).clamp_max(5.0),
            torch.log(safe.clamp_min(STILL)) / 5,
            torch.log1p(count) / 4,
        ]
        memory = [years, *sums]
        return (
            torch.stack(numbers, dim=-1).float(),
            torch.stack([part[:, -1] for part in memory], dim=-1),
        )
