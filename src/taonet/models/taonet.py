"""The network: a DenseNet-style CNN at several zooms, a GRU over time, an answer every epoch.

TAO-Net (arXiv 2004.13877) states the kinds of its layers — a deep convolutional network for
each image, Gated Recurrent Units over time — and no sizes. Every size here is our choice.

Laws, tested: one epoch at a time (`TaoNet.step`) equals the batch (`TaoNet.forward`); padding,
the company in a batch and the future change nothing.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from taonet.data.batches import Batch
from taonet.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class TaoNetConfig:
    """Sizes of the network.

    Parameters
    ----------
    channels : int
        Channels of each frame (1 science; 3 science, template, difference).
    classes : int
        Classes to tell apart.
    bands : int
        Photometric bands told apart; 1 where the band is not given to the network.
    zooms : tuple of int
        Sides of the central crops that are looked at, in pixels; each has its own CNN.
    zoom_px : int
        Crops larger than this are averaged down to it.
    stem : int
        Feature maps after the first convolution.
    growth : int
        Feature maps that each layer of a dense block adds.
    layers : tuple of int
        Layers of each dense block; between blocks the image is halved.
    embedding : int
        Numbers that describe one frame.
    hidden : int
        Units of the GRU.
    dropout : float
        Share of the embedding and of the head's input dropped in training.
    use_times : bool
        Give the days since the last epoch to the GRU.
    moments : bool
        Give the running mean and scatter of the embedding to the GRU: what an object usually
        looks like, and how much it changes.
    """

    channels: int = 1
    classes: int = 6
    bands: int = 1
    zooms: tuple[int, ...] = (64, 24)
    zoom_px: int = 32
    stem: int = 16
    growth: int = 12
    layers: tuple[int, ...] = (2, 2, 2)
    embedding: int = 48
    hidden: int = 64
    dropout: float = 0.1
    use_times: bool = True
    moments: bool = True

    def __post_init__(self) -> None:
        if not self.zooms or min(self.zooms) < 2 ** len(self.layers):
            raise ConfigError(
                "a zoom is too small for the number of dense blocks",
                where="model.zooms",
                got=self.zooms,
                do=f"use at least {2 ** len(self.layers)} pixels",
            )


class State(NamedTuple):
    """What the network remembers of each object between epochs."""

    hidden: Float[Tensor, "object hidden"]
    count: Float[Tensor, "object 1"]
    mean: Float[Tensor, "object embedding"]
    square: Float[Tensor, "object embedding"]


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

    def __init__(self, zoom: int, config: TaoNetConfig) -> None:
        super().__init__()
        self.zoom = zoom
        self.zoom_px = config.zoom_px
        maps = config.stem
        blocks: list[nn.Module] = [nn.Conv2d(config.channels, maps, 3, padding=1, bias=False)]
        for depth, layers in enumerate(config.layers):
            if depth:
                blocks += [_norm(maps), nn.Conv2d(maps, maps // 2, 1, bias=False), nn.AvgPool2d(2)]
                maps //= 2
            for _ in range(layers):
                blocks.append(DenseLayer(maps, config.growth))
                maps += config.growth
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


class TaoNet(nn.Module):
    """The whole network.

    Parameters
    ----------
    config : TaoNetConfig

    Examples
    --------
    >>> net = TaoNet(TaoNetConfig(zooms=(16,), layers=(1, 1), classes=3))
    >>> net.encode(torch.zeros(5, 1, 16, 16), torch.zeros(5, dtype=torch.long)).shape
    torch.Size([5, 48])
    """

    def __init__(self, config: TaoNetConfig) -> None:
        super().__init__()
        self.config = config
        self.encoders = nn.ModuleList(Encoder(zoom, config) for zoom in config.zooms)
        features = sum(2 * encoder.maps for encoder in self.encoders)  # type: ignore[misc]
        self.band = nn.Embedding(config.bands, config.embedding)
        self.project = nn.Linear(int(features), config.embedding)
        self.norm = nn.LayerNorm(config.embedding)
        self.dropout = nn.Dropout(config.dropout)
        seen = config.embedding * (3 if config.moments else 1) + int(config.use_times)
        self.gru = nn.GRU(seen, config.hidden, batch_first=True)
        self.head = nn.Linear(config.hidden + (seen if config.moments else 0), config.classes)

    def encode(
        self, images: Float[Tensor, "frame channel y x"], band: Int[Tensor, " frame"]
    ) -> Float[Tensor, "frame embedding"]:
        """Describe each frame, whatever sequence it belongs to.

        Parameters
        ----------
        images : Tensor (frame, channel, y, x)
            Scaled cutouts (see `taonet.data.transforms`).
        band : Tensor (frame,)
            Index of the band in the bundle's band order.
        """
        images = images.contiguous(memory_format=torch.channels_last)
        features = torch.cat([encoder(images) for encoder in self.encoders], dim=1)
        return self.norm(self.project(features) + self.band(band))

    def forward(self, batch: Batch) -> Float[Tensor, "object epoch class"]:
        """Answer after every epoch; what lies past an object's last epoch means nothing.

        Only real epochs pass through the CNN.
        """
        embedding = self.encode(batch.images, batch.band)
        return self.read(batch.spread(embedding), batch.spread(batch.days))

    def read(
        self,
        embedding: Float[Tensor, "object epoch embedding"],
        days: Float[Tensor, "object epoch"],
    ) -> Float[Tensor, "object epoch class"]:
        """Read embedded sequences from their first epoch on."""
        embedding = self.dropout(embedding)
        count = torch.arange(1, embedding.shape[1] + 1, device=embedding.device)[None, :, None]
        mean = embedding.cumsum(dim=1) / count
        square = embedding.square().cumsum(dim=1) / count
        seen = self._seen(embedding, mean, square, days)
        hidden, _ = self.gru(seen)
        return self._answer(hidden, seen)

    def start(self, objects: int) -> State:
        """Return the state of objects of which nothing has been seen."""
        empty = torch.zeros(objects, self.config.embedding)
        return State(
            hidden=torch.zeros(objects, self.config.hidden),
            count=torch.zeros(objects, 1),
            mean=empty,
            square=empty,
        )

    def step(
        self,
        embedding: Float[Tensor, "object embedding"],
        days: Float[Tensor, " object"],
        state: State,
    ) -> tuple[Float[Tensor, "object class"], State]:
        """Take in one more epoch of each object.

        Parameters
        ----------
        embedding : Tensor (object, embedding)
            From `encode`.
        days : Tensor (object,)
            Since the epoch before; 0 for the first.
        state : State
            From `start` or the step before.

        Returns
        -------
        logits, state
        """
        count = state.count + 1
        mean = state.mean + (embedding - state.mean) / count
        square = state.square + (embedding.square() - state.square) / count
        seen = self._seen(embedding, mean, square, days)
        hidden, _ = self.gru(seen[:, None], state.hidden[None])
        logits = self._answer(hidden, seen[:, None])[:, 0]
        return logits, State(hidden=hidden[:, 0], count=count, mean=mean, square=square)

    def _seen(self, embedding: Tensor, mean: Tensor, square: Tensor, days: Tensor) -> Tensor:
        parts = [embedding]
        if self.config.moments:
            # the floor keeps the slope of the root finite while nothing has changed yet
            scatter = (square - mean.square()).clamp_min(1e-4).sqrt()
            parts += [embedding - mean, scatter]
        if self.config.use_times:
            parts.append(torch.log1p(days)[..., None] / 3)
        return torch.cat(parts, dim=-1)

    def _answer(self, hidden: Tensor, seen: Tensor) -> Tensor:
        known = torch.cat([hidden, seen], dim=-1) if self.config.moments else hidden
        logits: Tensor = self.head(self.dropout(known))
        return logits


def _norm(maps: int) -> nn.GroupNorm:
    # Group normalisation: inputs are heavy-tailed, and running batch statistics would let the
    # company in a batch leak into the answer (measured: 0.905 against 0.48 in evaluation mode).
    return nn.GroupNorm(num_groups=max(1, maps // 8) if maps % 8 == 0 else 1, num_channels=maps)


def _centre(images: Tensor, size: int) -> Tensor:
    height, width = images.shape[-2:]
    top, left = height // 2 - size // 2, width // 2 - size // 2
    return images[..., top : top + size, left : left + size]
