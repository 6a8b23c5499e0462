"""Everything that is kept of the measured light of an object, as one memory."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from taonet.models.memory import LightMemory
from taonet.models.pace import MotionMemory, PaceMemory


class MeasuredMemory(nn.Module):
    """Moments and extremes of the fluxes; where the times are known, paces and motion too.

    Parameters
    ----------
    paces : bool
        Whether the times are known.
    """

    def __init__(self, *, paces: bool) -> None:
        super().__init__()
        self.parts: list[LightMemory | PaceMemory | MotionMemory] = [LightMemory()]
        if paces:
            self.parts += [PaceMemory(), MotionMemory()]
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
