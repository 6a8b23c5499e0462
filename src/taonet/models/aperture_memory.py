"""What the network remembers of its learned apertures between epochs: moments and extremes.

It remembers sums of pixels that the network learned to take, `taonet.models.light_memory` the
measured photometry. Both take blocks of epochs; a block of one is a step of a stream.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

SCATTER_FLOOR = 0.01
"""Smaller changes of an aperture count as none."""


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

    def start(
        self, objects: int, device: torch.device | None = None
    ) -> Float[Tensor, "object number"]:
        """Return the state of objects of which nothing has been seen."""
        empty = torch.zeros(objects, self.apertures, device=device)
        extremes = [empty + torch.inf, empty - torch.inf]
        epochs = torch.zeros(objects, 1, device=device)
        return torch.cat([epochs, *[empty] * 4, *extremes], dim=1)

    def forward(
        self, light: Float[Tensor, "object epoch aperture"], state: Float[Tensor, "object number"]
    ) -> tuple[Float[Tensor, "object epoch known"], Float[Tensor, "object number"]]:
        """Return mean, change, scatter, restlessness and extremes so far, after each epoch."""
        done = state[:, None, :1]
        last, *sums, low, high = torch.split(state[:, None, 1:], self.apertures, dim=-1)
        place = torch.arange(1, light.shape[1] + 1, device=light.device)
        epochs = done + place[None, :, None]
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
        # scatter against changes separates slow from fast: von Neumann's ratio, as two logarithms
        restless = 0.5 * torch.log(changes / epochs + SCATTER_FLOOR**2)
        numbers = [light - mean, change, scatter, restless, highest - mean, mean - lowest]
        memory = [epochs, light, total, squares, changes, lowest, highest]
        return torch.cat(numbers, dim=-1), torch.cat([part[:, -1] for part in memory], dim=-1)
