"""Memory that is learnt: gated units over time, and what stands in for them in ablations.

Where the times are known the memory can step once a *night*: exposures of a night show one state of
the object, so each goes into the night's step anew, from the memory as it was at dusk. With four
exposures a night that is a quarter of the steps, and there is an answer after every epoch all the
same.
"""

from typing import Final, Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

Kind = Literal["gru", "lstm", "mean", "last"]

STATES: Final = {"gru": 1, "lstm": 2, "mean": 2, "last": 1}
"""How many tensors the memory of each kind consists of; the first is what it says."""


class Recurrence(nn.Module):
    """Remember a sequence of vectors.

    Parameters
    ----------
    inputs, hidden : int
        Numbers an epoch, and numbers remembered.
    kind : {"gru", "lstm", "mean", "last"}
        Gated recurrent units (Cho et al. 2014), long short-term memory (Hochreiter & Schmidhuber
        1997), the running mean of a learnt projection, or the projection of the last epoch alone.
    """

    def __init__(self, inputs: int, hidden: int, kind: Kind) -> None:
        super().__init__()
        self.kind = kind
        self.hidden = hidden
        cells = {"gru": nn.GRUCell, "lstm": nn.LSTMCell}
        self.cell = cells[kind](inputs, hidden) if kind in cells else nn.Linear(inputs, hidden)

    def start(self, objects: int) -> Float[Tensor, "object number"]:
        """Return the memory of objects of which nothing has been seen.

        It holds the memory at the last dusk and the memory now.
        """
        return torch.zeros(objects, 2 * STATES[self.kind] * self.hidden)

    def forward(
        self, seen: Float[Tensor, "object epoch input"], new_night: Bool[Tensor, "object epoch"]
    ) -> Float[Tensor, "object epoch hidden"]:
        """Return what is remembered after each epoch of whole sequences."""
        objects, epochs, inputs = seen.shape
        night = new_night.long().cumsum(dim=1) - 1
        nights = int(night.max()) + 1
        place = torch.arange(epochs).expand(objects, epochs)
        # the last epoch of each night; padding comes after all of an object's own
        ends = torch.zeros(objects, nights, dtype=torch.long).scatter_reduce(
            1, night, place, "amax"
        )
        at_end = seen.gather(1, ends[..., None].expand(-1, -1, inputs))
        memory = torch.zeros(objects, STATES[self.kind] * self.hidden)
        at_dusk = []
        for k in range(nights):
            at_dusk.append(memory)
            memory = self._step(at_end[:, k], memory)
        before = torch.stack(at_dusk, dim=1)
        before = before.gather(1, night[..., None].expand(-1, -1, before.shape[-1]))
        after = self._step(seen.flatten(0, 1), before.flatten(0, 1))
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
        now = self._step(seen, dusk)
        return now[:, : self.hidden], torch.cat([dusk, now], dim=1)

    def _step(
        self, seen: Float[Tensor, "row input"], memory: Float[Tensor, "row number"]
    ) -> Float[Tensor, "row number"]:
        if self.kind == "last":
            return torch.tanh(self.cell(seen))
        first, *rest = torch.split(memory, self.hidden, dim=1)
        if self.kind == "mean":
            epochs = rest[0] + 1
            return torch.cat([first + (torch.tanh(self.cell(seen)) - first) / epochs, epochs], 1)
        if self.kind == "lstm":
            return torch.cat(self.cell(seen, (first, rest[0])), dim=1)
        after: Tensor = self.cell(seen, memory)
        return after
