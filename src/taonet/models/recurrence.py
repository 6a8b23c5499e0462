"""Memory that is learnt: gated units over time, and simpler kinds for ablations.

Where the times are known the memory can step once a *night*: exposures of a night show one state of
the object, so each updates the memory as it was at dusk. With four exposures a night that is a
quarter of the steps, and there is still an output after every epoch.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

Memory = Float[Tensor, "row number"]
"""What is remembered of each object: ``states`` vectors of length ``hidden``, one after another."""


class Cell(Protocol):
    """One step of a memory, as a module whose weights are those of a saved network.

    ``states`` is how many vectors its memory consists of; the first is what the network reads.
    """

    states: int

    def update(self, seen: Float[Tensor, "row input"], memory: Memory, /) -> Memory:
        """Return the memory after one more epoch."""
        ...


class GatedUnits(nn.GRUCell):
    """Gated recurrent units (Cho et al. 2014)."""

    states = 1

    def update(self, seen: Float[Tensor, "row input"], memory: Memory) -> Memory:
        """Return the memory after one more epoch."""
        after: Tensor = self(seen, memory)
        return after


class LongShortTerm(nn.LSTMCell):
    """Long short-term memory (Hochreiter & Schmidhuber 1997)."""

    states = 2

    def update(self, seen: Float[Tensor, "row input"], memory: Memory) -> Memory:
        """Return the memory after one more epoch."""
        hidden, cell = memory.chunk(2, dim=1)
        return torch.cat(self(seen, (hidden, cell)), dim=1)


class RunningMean(nn.Linear):
    """The mean of a learnt projection over all epochs so far, and their number."""

    states = 2

    def update(self, seen: Float[Tensor, "row input"], memory: Memory) -> Memory:
        """Return the memory after one more epoch."""
        mean, before = memory.chunk(2, dim=1)
        epochs = before + 1
        return torch.cat([mean + (torch.tanh(self(seen)) - mean) / epochs, epochs], 1)


class LastEpoch(nn.Linear):
    """A learnt projection of the last epoch alone: no memory, for ablations."""

    states = 1

    def update(self, seen: Float[Tensor, "row input"], _memory: Memory) -> Memory:
        """Return the memory after one more epoch, whatever it was before."""
        return torch.tanh(self(seen))


RECURRENCES: Final[Mapping[str, Callable[[int, int], Cell]]] = {
    "gru": GatedUnits,
    "lstm": LongShortTerm,
    "mean": RunningMean,
    "last": LastEpoch,
}
"""Every kind of memory by its name in recipes. A new one is a class above and a line here."""


class Recurrence(nn.Module):
    """Remember a sequence of vectors.

    Parameters
    ----------
    inputs, hidden : int
        Numbers an epoch, and numbers remembered.
    kind : str
        A name of `RECURRENCES`.
    """

    def __init__(self, inputs: int, hidden: int, kind: str) -> None:
        super().__init__()
        self.hidden = hidden
        self.cell = RECURRENCES[kind](inputs, hidden)

    def start(
        self, objects: int, device: torch.device | None = None
    ) -> Float[Tensor, "object number"]:
        """Return the memory of objects of which nothing has been seen.

        It holds the memory at the last dusk and the memory now.
        """
        return torch.zeros(objects, 2 * self.cell.states * self.hidden, device=device)

    def forward(
        self, seen: Float[Tensor, "object epoch input"], new_night: Bool[Tensor, "object epoch"]
    ) -> Float[Tensor, "object epoch hidden"]:
        """Return what is remembered after each epoch of whole sequences."""
        objects, epochs, inputs = seen.shape
        night = new_night.long().cumsum(dim=1) - 1
        nights = int(night.max()) + 1
        place = torch.arange(epochs, device=seen.device).expand(objects, epochs)
        # the last epoch of each night; padding comes after all of an object's own
        ends = night.new_zeros(objects, nights).scatter_reduce(1, night, place, "amax")
        at_end = seen.gather(1, ends[..., None].expand(-1, -1, inputs))
        memory = seen.new_zeros(objects, self.cell.states * self.hidden)
        at_dusk = []
        for last in at_end.unbind(dim=1):
            at_dusk.append(memory)
            memory = self.cell.update(last, memory)
        before = torch.stack(at_dusk, dim=1)
        before = before.gather(1, night[..., None].expand(-1, -1, before.shape[-1]))
        after = self.cell.update(seen.flatten(0, 1), before.flatten(0, 1))
        return after[:, : self.hidden].reshape(objects, epochs, self.hidden)

    def step(
        self,
        seen: Float[Tensor, "object input"],
        new_night: Bool[Tensor, " object"],
        state: Float[Tensor, "object number"],
    ) -> tuple[Float[Tensor, "object hidden"], Float[Tensor, "object number"]]:
        """Take in one more epoch of each object."""
        dusk, now = state.chunk(2, dim=1)
        dusk = torch.where(new_night[:, None], now, dusk)
        now = self.cell.update(seen, dusk)
        return now[:, : self.hidden], torch.cat([dusk, now], dim=1)
