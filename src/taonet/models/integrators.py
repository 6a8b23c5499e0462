"""A memory of measured light that learns what `taonet.models.light_memory` does by hand.

Leaky integrators: sums over epochs that fade as exp(−t/τ), each τ learnt, of simple functions of
flux, error and place and of learnt ones. As there, a block of epochs is taken at once, a block of
one is a step of a stream, and the state is a tensor (object, number).
"""

from dataclasses import dataclass
from typing import Final, Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from taonet.models.device import double_device
from taonet.models.leaky_sums import PACES, TimeConstants, sum_leaky, sums_at_dusk
from taonet.models.light_memory import LightMemory
from taonet.models.measured_epochs import SOFT, MeasuredEpochs

LEVEL_TERMS: Final = 7
"""Sums that fade: weight of the flux, weight × flux, weight again (it fades twice as fast, for the
error of the mean), measured epochs, weight of the place, weight × x, weight × y."""

DUSK_TERMS: Final = 3
"""Those of them that are kept as they were at dusk: the first ones."""

CHANGE_TERMS: Final = 5
"""Sums of changes against earlier nights, which do not fade: how much of those was still known, and
with that weight z², what z² is beyond the errors, |z| and asinh z."""

CLOCKS: Final = 2
"""Days since the first epoch, and nights."""

FALL_BACK: Final = 1e-5
"""Share of all times in every mean: where a memory has faded, that stands in."""

NOTHING: Final = 1e-20
"""Weight of no measurement."""

UNKNOWN: Final = 0.01
"""Epochs' worth of changes as large as the errors in every mean of changes."""

STILL: Final = 1e-3
"""Squared relative changes smaller than this count as none."""

LEARNED_COPIES: Final = 3
"""Learnt numbers that begin with the same time constant."""

LEARNED: Final = LEARNED_COPIES * PACES

UNITS: Final = 32
"""Hidden units that make the learnt numbers."""

LOUDEST: Final = 4.0
"""Logarithm of the largest weight of a learnt number: weights this different pick out extremes."""

FAINT: Final = 1e-3
"""Weight at which a learnt mean counts half; the smallest of a measured epoch is 0.018."""


LightMemoryKind = Literal["statistics", "integrators", "none"]
"""How measured light is remembered besides what learns to remember all that is known."""


class Integrators(nn.Module):
    """Leaky integrators of flux, changes, place and learnt numbers, with learnt time constants.

    Parameters
    ----------
    use_times : bool
        Whether the times are known; else time counts epochs, and each is a night of its own.
    further : int
        Numbers that an encoder tells of each epoch besides: learnt numbers are made of them too.
    """

    def __init__(self, *, use_times: bool, further: int = 0) -> None:
        super().__init__()
        self.use_times = use_times
        self.levels = TimeConstants()
        self.learned = LearnedSums(4 + PACES + further)
        per_pace = (LEVEL_TERMS, DUSK_TERMS, CHANGE_TERMS)
        self.sizes = (CLOCKS, *(PACES * terms for terms in per_pace), 2 * LEARNED)
        self.numbers = 4 + 4 + 10 * PACES + 1 + LEARNED

    def start(
        self, objects: int, device: torch.device | None = None
    ) -> Float[Tensor, "object number"]:
        """Return the state of objects of which nothing has been seen."""
        exact = None if device is None else double_device(device)
        return torch.zeros(objects, sum(self.sizes), dtype=torch.float64, device=exact)

    def forward(
        self,
        light: Float[Tensor, "object epoch light"],
        days: Float[Tensor, "object epoch"],
        new_night: Bool[Tensor, "object epoch"],
        state: Float[Tensor, "object number"],
        further: Float[Tensor, "object epoch further"] | None = None,
    ) -> tuple[Float[Tensor, "object epoch known"], Float[Tensor, "object number"]]:
        """Return numbers of order one after each epoch, and the state after the last.

        Parameters
        ----------
        light : Tensor (object, epoch, light)
            Flux and its error in units of the usual noise, place x, y and its error in pixels, as
            `taonet.data.epoch_photometry.EpochPhotometry.light` gives them. Epochs with an error of
            `UNMEASURED` or more say nothing of the object.
        days : Tensor (object, epoch)
            Since the epoch before; not read where times are not known.
        new_night : Tensor (object, epoch)
            Whether a night begins with the epoch; likewise.
        state : Tensor (object, number)
            From `start` or the block before.
        further : Tensor (object, epoch, further), optional
            What an encoder tells of each epoch.
        """
        if not self.use_times:
            days, new_night = torch.ones_like(days), torch.ones_like(new_night)
        # sums are kept where double precision is, what is learnt of them where the weights are
        home = light.device
        light, days, new_night = (values.to(state.device) for values in (light, days, new_night))
        clocks, now, dusk, changes, learned = torch.split(state, list(self.sizes), dim=1)
        epochs = MeasuredEpochs.from_light(light, days, new_night)
        levels = _Levels.from_block(epochs, self.levels.rates(), _by_pace(now), _by_pace(dusk))
        z, changed = levels.changes(epochs)
        clocks = clocks[:, None] + _clock_terms(epochs).cumsum(dim=1)
        changes = _by_pace(changes)[:, None] + changed.cumsum(dim=1)
        seen = torch.cat([epochs.numbers(), torch.asinh(z) / 2], dim=-1).float().to(home)
        inputs = seen if further is None else torch.cat([seen, further], dim=-1)
        means, learned = self.learned(inputs, epochs, learned)
        known = [
            _clock_numbers(epochs, clocks),
            _level_numbers(levels.sums),
            _place_numbers(levels.sums),
            _change_numbers(changes, levels.sums),
        ]
        after = [clocks[:, -1], levels.sums[:, -1], levels.dusk, changes[:, -1], learned]
        return (
            torch.cat([seen, torch.cat(known, dim=-1).float().to(home), means], dim=-1),
            torch.cat([part.flatten(1) for part in after], dim=1),
        )


class LearnedSums(nn.Module):
    """Means of learnt numbers with learnt weights that fade, each with its own time constant.

    Parameters
    ----------
    inputs : int
        Numbers of each epoch.
    """

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.times = TimeConstants(copies=LEARNED_COPIES)
        self.make = nn.Sequential(
            nn.Linear(inputs, UNITS), nn.SiLU(), nn.Linear(UNITS, 2 * LEARNED)
        )

    def forward(
        self,
        seen: Float[Tensor, "object epoch input"],
        epochs: MeasuredEpochs,
        state: Float[Tensor, "object number"],
    ) -> tuple[Float[Tensor, "object epoch learned"], Float[Tensor, "object number"]]:
        """Return the means after each epoch, and the sums after the last: weights, then values."""
        value, loudness = self.make(seen).to(state.device).double().chunk(2, dim=-1)
        weight = epochs.measured[..., None] * torch.exp(LOUDEST * torch.tanh(loudness))
        sums = sum_leaky(
            torch.cat([weight, weight * value], dim=-1),
            _fade(epochs.days, self.times.rates().repeat(2)),
            state,
        )
        weight, total = sums.chunk(2, dim=-1)
        return (total / (weight + FAINT)).float().to(seen.device), sums[:, -1]


def build_light_memory(
    kind: LightMemoryKind, *, use_times: bool, further: int
) -> Integrators | LightMemory:
    """Return the memory of a kind; it is there, and not used, where light is not remembered."""
    if kind == "integrators":
        return Integrators(use_times=use_times, further=further)
    return LightMemory(use_times=use_times)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Levels:
    """What the integrators of flux and place hold after each epoch, and held at the dusk before.

    Parameters
    ----------
    sums : Tensor (object, epoch, pace, `LEVEL_TERMS`)
    dusk : Tensor (object, pace, `DUSK_TERMS`)
        As they were at the last dusk, faded until the last epoch.
    usual, usual_variance : Tensor (object, epoch, pace)
        The mean flux of earlier nights, and its variance.
    usual_weight : Tensor (object, epoch, pace)
        How much of them has not faded.
    """

    sums: Tensor
    dusk: Tensor
    usual: Tensor
    usual_variance: Tensor
    usual_weight: Tensor

    @classmethod
    def from_block(
        cls, epochs: MeasuredEpochs, rates: Tensor, now: Tensor, dusk: Tensor
    ) -> "_Levels":
        """Go on from the sums at the last epoch before the block and at the dusk before that."""
        sums = sum_leaky(_level_terms(epochs), _fade_levels(epochs.days, rates), now)
        kept = sums[..., :DUSK_TERMS]
        before = (now[..., :DUSK_TERMS], dusk)
        earlier, since = sums_at_dusk(kept, epochs.days, epochs.new_night, before)
        faded = earlier * _fade_levels(since, rates)[..., :DUSK_TERMS]
        usual, variance = _mean_flux(faded)
        return cls(
            sums=sums,
            dusk=faded[:, -1],
            usual=usual,
            usual_variance=variance,
            usual_weight=faded[..., 0],
        )

    def changes(self, epochs: MeasuredEpochs) -> tuple[Tensor, Tensor]:
        """Return z, the change against earlier nights in errors, and `CHANGE_TERMS` terms."""
        variance = epochs.error.square()[..., None]
        away = epochs.flux[..., None] - self.usual
        expected = variance + self.usual_variance
        known = (epochs.measured[..., None] > 0) & (self.usual_weight[..., -1:] > 0)
        z = torch.where(known, away / expected.sqrt(), 0.0)
        weight = self.usual_weight * variance
        fresh = torch.where(known, weight / (1 + weight), 0.0)
        beyond = away.square() - expected
        terms = [torch.ones_like(z), z.square(), beyond, z.abs(), torch.asinh(z)]
        return z, torch.stack([fresh * term for term in terms], dim=-1)


def _by_pace(state: Float[Tensor, "object number"]) -> Float[Tensor, "object pace term"]:
    return state.reshape(len(state), PACES, -1)


def _fade(days: Float[Tensor, "object epoch"], rates: Float[Tensor, " rate"]) -> Tensor:
    """Return the share that is left after so many days, (object, epoch, rate)."""
    return torch.exp(-days[..., None] * rates)


def _fade_levels(days: Float[Tensor, "object epoch"], rates: Float[Tensor, " pace"]) -> Tensor:
    """Return the share that is left of each of the `LEVEL_TERMS`, (object, epoch, pace, term)."""
    share = _fade(days, rates)[..., None]
    return torch.cat([share, share, share.square(), share.expand(-1, -1, -1, 4)], dim=-1)


def _level_terms(epochs: MeasuredEpochs) -> Float[Tensor, "object epoch 1 term"]:
    weight, place_weight = epochs.weight, epochs.place_weight
    flux = [weight, weight * epochs.flux, weight, epochs.measured]
    place = [place_weight, place_weight * epochs.x, place_weight * epochs.y]
    return torch.stack([*flux, *place], dim=-1)[:, :, None]


def _mean_flux(sums: Float[Tensor, "object epoch pace term"]) -> tuple[Tensor, Tensor]:
    """Return mean flux and variance of it, (object, epoch, pace); 0 if nothing was measured."""
    weight, total, squares = sums[..., :DUSK_TERMS].unbind(dim=-1)
    weight, total = _with_all_times(weight), _with_all_times(total)
    squares = squares + FALL_BACK**2 * squares[..., -1:]
    weight = weight.clamp_min(NOTHING)
    return total / weight, squares / weight.square()


def _with_all_times(sums: Float[Tensor, "object epoch pace"]) -> Float[Tensor, "object epoch pace"]:
    """Return sums to which a little of that of all times is added."""
    return sums + FALL_BACK * sums[..., -1:]


def _clock_terms(epochs: MeasuredEpochs) -> Float[Tensor, "object epoch clock"]:
    return torch.stack([epochs.days, epochs.new_night.double()], dim=-1)


def _clock_numbers(
    epochs: MeasuredEpochs, clocks: Float[Tensor, "object epoch clock"]
) -> Float[Tensor, "object epoch four"]:
    """Return days since the last epoch and the first, and nights, as numbers of order one."""
    span, nights = clocks.unbind(dim=-1)
    numbers = [
        torch.log1p(epochs.days) / SOFT,
        epochs.new_night.double(),
        torch.log1p(span) / (2 * SOFT),
        torch.log1p(nights) / SOFT,
    ]
    return torch.stack(numbers, dim=-1)


def _level_numbers(sums: Tensor) -> Float[Tensor, "object epoch number"]:
    """Return mean flux, its weight and the number of epochs on each pace."""
    mean, _ = _mean_flux(sums)
    weight, count = _with_all_times(sums[..., 0]), sums[..., 3]
    numbers = [
        torch.asinh(mean) / SOFT,
        torch.log(weight + 1e-8) / (2 * SOFT),
        torch.log1p(count) / 4,
    ]
    return torch.cat(numbers, dim=-1)


def _place_numbers(sums: Tensor) -> Float[Tensor, "object epoch number"]:
    """Return how far the place on each pace lies from that of all times, and that from the centre.

    In pixels and in errors; at last the weight of the place of all times.
    """
    weight, x, y = (_with_all_times(part) for part in sums[..., 4:].unbind(dim=-1))
    safe = weight.clamp_min(NOTHING)
    places = torch.stack([x / safe, y / safe])
    away = torch.cat([places[..., :-1] - places[..., -1:], places[..., -1:]], dim=-1)
    # the root of a sum that is not zero, so that it has a slope everywhere
    distance = (away.square().sum(dim=0) + 1e-8).sqrt()
    numbers = [
        torch.asinh(3 * distance),
        torch.asinh(distance * safe.sqrt()) / 2,
        torch.log(weight[..., -1:] + STILL) / 5,
    ]
    return torch.cat(numbers, dim=-1)


def _change_numbers(changes: Tensor, sums: Tensor) -> Float[Tensor, "object epoch number"]:
    """Return what the changes against earlier nights amount to on each pace.

    Mean square and mean size in errors; mean square beyond the errors, relative to the mean flux;
    and whether the object rises more than it falls.
    """
    known, square, beyond, size, slope = changes.unbind(dim=-1)
    count = known + UNKNOWN
    mean, _ = _mean_flux(sums)
    change = beyond / count / mean.square().clamp_min(1)
    numbers = [
        torch.log((square + UNKNOWN) / count + 0.1) / SOFT,
        torch.log((size + UNKNOWN) / count + 0.1) / 2,
        torch.sign(change) * torch.log1p(change.abs() / STILL) / 4,
        slope / count,
    ]
    return torch.cat(numbers, dim=-1)
