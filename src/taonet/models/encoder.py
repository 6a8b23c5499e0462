"""The encoder: a dense CNN for each zoom, and learned apertures on linear pixels."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from taonet.data.transforms import SOFT_SCALE

LEAST_NORM = 1e-3
"""Of the weights of an aperture."""


class DenseLayer(nn.Module):
    """Normalise, convolve, and append the new maps to the old ones (Huang et al. 2017)."""

    def __init__(self, maps: int, growth: int) -> None:
        super().__init__()
        self.norm = _norm(maps)
        self.conv = nn.Conv2d(maps, growth, 3, padding=1, bias=False)

    def forward(self, maps: Float[Tensor, "frame map y x"]) -> Float[Tensor, "frame more y x"]:
        """Return the old maps and ``growth`` new ones."""
        return torch.cat([maps, self.conv(F.silu(self.norm(maps)))], dim=1)


class Encoder(nn.Module):
    """The CNN of one zoom: image in, numbers out."""

    def __init__(
        self,
        zoom: int,
        *,
        zoom_px: int,
        channels: int,
        stem: int,
        growth: int,
        layers: tuple[int, ...],
    ) -> None:
        super().__init__()
        self.zoom = zoom
        self.zoom_px = zoom_px
        maps = stem
        blocks: list[nn.Module] = [nn.Conv2d(channels, maps, 3, padding=1, bias=False)]
        for depth, length in enumerate(layers):
            if depth:
                blocks += [_norm(maps), nn.Conv2d(maps, maps // 2, 1, bias=False), nn.AvgPool2d(2)]
                maps //= 2
            for _ in range(length):
                blocks.append(DenseLayer(maps, growth))
                maps += growth
        self.blocks = nn.Sequential(*blocks, _norm(maps), nn.SiLU())
        self.maps = maps

    def forward(self, images: Float[Tensor, "frame channel y x"]) -> Float[Tensor, "frame feature"]:
        """Return the mean and the central value of every map."""
        crop = _centre(images, self.zoom)
        if self.zoom > self.zoom_px:
            crop = F.interpolate(crop, size=(self.zoom_px, self.zoom_px), mode="area")
        maps = self.blocks(crop)
        centre = _centre(maps, 2 if maps.shape[-1] % 2 == 0 else 1)
        return torch.cat([maps.mean(dim=(2, 3)), centre.mean(dim=(2, 3))], dim=1)


class Apertures(nn.Module):
    """Learned aperture photometry: sums of linear pixels under learned weights.

    Each channel and aperture has its own weights; they start as Gaussians of growing width. In
    units of noise a sum is a signal-to-noise ratio: then faint objects scatter by one, not by what
    the compression makes of it, and weights cannot die out, as only their ratios count.
    """

    def __init__(self, apertures: int, channels: int, side: int, *, unit: str = "pixel") -> None:
        super().__init__()
        self.side = side
        self.unit = unit
        axis = torch.arange(self.side) - self.side // 2
        radius2 = (axis[:, None] ** 2 + axis[None, :] ** 2).float()
        widths = torch.linspace(1.0, self.side / 4, apertures)
        profiles = torch.exp(-radius2 / (2 * widths[:, None, None] ** 2))
        weights = profiles.repeat(channels, 1, 1, 1).flatten(2)
        self.weights = nn.Parameter(weights)

    def forward(self, images: Float[Tensor, "frame channel y x"]) -> Float[Tensor, "frame sum"]:
        """Return the compressed sum under each aperture of each channel."""
        linear = torch.sinh(SOFT_SCALE * _centre(images, self.side)).flatten(2)
        weights = self.weights
        if self.unit == "noise":
            weights = weights / weights.norm(dim=-1, keepdim=True).clamp_min(LEAST_NORM)
        sums = torch.einsum("fcp,cap->fca", linear, weights)
        return torch.asinh(sums).flatten(1) / SOFT_SCALE


def _norm(maps: int) -> nn.GroupNorm:
    # Group normalisation: inputs are heavy-tailed, and running batch statistics would let the
    # other objects of a batch change the output (measured: 0.905 against 0.48 in evaluation).
    return nn.GroupNorm(num_groups=max(1, maps // 8) if maps % 8 == 0 else 1, num_channels=maps)


def _centre(images: Tensor, size: int) -> Tensor:
    height, width = images.shape[-2:]
    top, left = height // 2 - size // 2, width // 2 - size // 2
    return images[..., top : top + size, left : left + size]
