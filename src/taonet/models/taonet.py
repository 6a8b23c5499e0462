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
from taonet.data.transforms import SOFT_SCALE
from taonet.errors import ConfigError
from taonet.limits import Natural, Share

CALIBRATION = 32
"""Hidden units of the correction for seeing and transparency."""

SCATTER_FLOOR = 0.01
"""Changes of the embedding smaller than this are not told from none."""


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
    apertures : int
        Learned apertures: weighted sums of linear pixels around the centre, compressed after
        summing. The CNN sees compressed pixels, which hide small changes of bright objects.
    aperture_px : int
        Side of the square that an aperture spans.
    embedding : int
        Numbers from the CNNs that describe one frame; the apertures' come on top.
    hidden : int
        Units of the GRU.
    dropout : float
        Share of the embedding and of the head's input dropped in training.
    use_times : bool
        Give the days since the last epoch to the GRU.
    """

    channels: Natural = 1
    classes: Natural = 6
    bands: Natural = 1
    zooms: tuple[Natural, ...] = (64, 24)
    zoom_px: Natural = 32
    stem: Natural = 16
    growth: Natural = 12
    layers: tuple[Natural, ...] = (2, 2, 2)
    apertures: Natural = 8
    aperture_px: Natural = 15
    embedding: Natural = 48
    hidden: Natural = 64
    dropout: Share = 0.1
    use_times: bool = True

    def __post_init__(self) -> None:
        if not self.zooms or min(self.zooms) < 2 ** len(self.layers):
            raise ConfigError(
                "a zoom is too small for the number of dense blocks",
                where="model.zooms",
                got=self.zooms,
                do=f"use at least {2 ** len(self.layers)} pixels",
            )

    @property
    def described_by(self) -> int:
        """Numbers that describe one frame: from the CNNs and from the apertures."""
        return self.embedding + self.apertures * self.channels

    @property
    def conditions(self) -> int:
        """Numbers that say how a frame's sky and noise compare with the usual."""
        return 2 * self.channels


class State(NamedTuple):
    """What the network remembers of each object between epochs.

    Besides the GRU's own state: how many epochs there were, and of what each aperture measured
    the last value, the sum, the sum of squares, the sum of squared changes from one epoch to the
    next, the lowest and the highest value.
    """

    hidden: Float[Tensor, "object hidden"]
    epochs: Float[Tensor, "object 1"]
    last: Float[Tensor, "object aperture"]
    total: Float[Tensor, "object aperture"]
    squares: Float[Tensor, "object aperture"]
    changes: Float[Tensor, "object aperture"]
    lowest: Float[Tensor, "object aperture"]
    highest: Float[Tensor, "object aperture"]


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


class Apertures(nn.Module):
    """Learned aperture photometry: sums of linear pixels under learned weights.

    Each channel and aperture has its own weights; they start as Gaussians of growing width.
    """

    def __init__(self, config: TaoNetConfig) -> None:
        super().__init__()
        self.side = config.aperture_px
        axis = torch.arange(self.side) - self.side // 2
        radius2 = (axis[:, None] ** 2 + axis[None, :] ** 2).float()
        widths = torch.linspace(1.0, self.side / 4, config.apertures)
        profiles = torch.exp(-radius2 / (2 * widths[:, None, None] ** 2))
        weights = profiles.repeat(config.channels, 1, 1, 1).flatten(2)
        self.weights = nn.Parameter(weights)

    def forward(self, images: Float[Tensor, "frame channel y x"]) -> Float[Tensor, "frame sum"]:
        """Return the compressed sum under each aperture of each channel."""
        linear = torch.sinh(SOFT_SCALE * _centre(images, self.side)).flatten(2)
        sums = torch.einsum("fcp,cap->fca", linear, self.weights)
        return torch.asinh(sums).flatten(1) / SOFT_SCALE


class TaoNet(nn.Module):
    """The whole network.

    Parameters
    ----------
    config : TaoNetConfig

    Examples
    --------
    >>> net = TaoNet(TaoNetConfig(zooms=(16,), layers=(1, 1), classes=3))
    >>> frames, conditions = torch.zeros(5, 1, 16, 16), torch.zeros(5, 2)
    >>> net.encode(frames, conditions, torch.zeros(5, dtype=torch.long)).shape
    torch.Size([5, 56])
    """

    def __init__(self, config: TaoNetConfig) -> None:
        super().__init__()
        self.config = config
        self.encoders = nn.ModuleList(Encoder(zoom, config) for zoom in config.zooms)
        features = sum(2 * Encoder(zoom, config).maps for zoom in config.zooms)
        self.band = nn.Embedding(config.bands, config.embedding)
        self.project = nn.Linear(features + config.conditions, config.embedding)
        self.norm = nn.LayerNorm(config.embedding)
        self.apertures = Apertures(config)
        sums = config.apertures * config.channels
        self.calibrate = nn.Sequential(
            nn.Linear(config.conditions + sums, CALIBRATION),
            nn.SiLU(),
            nn.Linear(CALIBRATION, sums),
        )
        self.dropout = nn.Dropout(config.dropout)
        seen = config.embedding + 7 * sums + int(config.use_times)
        self.gru = nn.GRU(seen, config.hidden, batch_first=True)
        self.head = nn.Linear(config.hidden + seen, config.classes)

    def encode(
        self,
        images: Float[Tensor, "frame channel y x"],
        conditions: Float[Tensor, "frame condition"],
        band: Int[Tensor, " frame"],
    ) -> Float[Tensor, "frame embedding"]:
        """Describe each frame, whatever sequence it belongs to.

        Parameters
        ----------
        images : Tensor (frame, channel, y, x)
            Scaled cutouts (see `taonet.data.transforms`).
        conditions : Tensor (frame, 2 · channel)
            Sky and noise against the usual.
        band : Tensor (frame,)
            Index of the band in the bundle's band order.
        """
        images = images.contiguous(memory_format=torch.channels_last)
        features = [encoder(images) for encoder in self.encoders]
        looks = self.norm(self.project(torch.cat([*features, conditions], 1)) + self.band(band))
        sums, correction = self.measure(images, conditions)
        return torch.cat([looks, sums + correction], dim=1)

    def measure(
        self,
        images: Float[Tensor, "frame channel y x"],
        conditions: Float[Tensor, "frame condition"],
    ) -> tuple[Float[Tensor, "frame sum"], Float[Tensor, "frame sum"]]:
        """Return the compressed sums under the apertures, and what to add for the weather.

        Seeing and transparency act on the log of a flux by adding to it. The correction sees
        the conditions and how the light is spread over the apertures, never how much light
        there is, so it cannot take away what the object itself does.
        """
        sums = self.apertures(images)
        spread = sums - sums.mean(dim=1, keepdim=True)
        return sums, self.calibrate(torch.cat([conditions, spread], dim=1))

    def forward(self, batch: Batch) -> Float[Tensor, "object epoch class"]:
        """Answer after every epoch; what lies past an object's last epoch means nothing.

        Only real epochs pass through the CNN.
        """
        embedding = self.encode(batch.images, batch.conditions, batch.band)
        return self.read(batch.spread(embedding), batch.spread(batch.days))

    def read(
        self,
        embedding: Float[Tensor, "object epoch embedding"],
        days: Float[Tensor, "object epoch"],
    ) -> Float[Tensor, "object epoch class"]:
        """Read embedded sequences from their first epoch on."""
        epochs = torch.arange(1, embedding.shape[1] + 1)[None, :, None]
        _, light = self._parts(embedding)
        change = light.diff(dim=1, prepend=light[:, :1])
        seen = self._seen(
            embedding,
            change,
            days,
            mean=light.cumsum(dim=1) / epochs,
            square=light.square().cumsum(dim=1) / epochs,
            changes=change.square().cumsum(dim=1) / epochs,
            lowest=light.cummin(dim=1).values,
            highest=light.cummax(dim=1).values,
        )
        hidden, _ = self.gru(seen)
        return self._answer(hidden, seen)

    def start(self, objects: int) -> State:
        """Return the state of objects of which nothing has been seen."""
        empty = torch.zeros(objects, self.config.apertures * self.config.channels)
        return State(
            hidden=torch.zeros(objects, self.config.hidden),
            epochs=torch.zeros(objects, 1),
            last=empty,
            total=empty,
            squares=empty,
            changes=empty,
            lowest=empty + torch.inf,
            highest=empty - torch.inf,
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
        epochs = state.epochs + 1
        _, light = self._parts(embedding)
        change = torch.where(state.epochs > 0, light - state.last, 0.0)
        changes = state.changes + change.square()
        total = state.total + light
        squares = state.squares + light.square()
        lowest = torch.minimum(state.lowest, light)
        highest = torch.maximum(state.highest, light)
        seen = self._seen(
            embedding,
            change,
            days,
            mean=total / epochs,
            square=squares / epochs,
            changes=changes / epochs,
            lowest=lowest,
            highest=highest,
        )
        hidden, _ = self.gru(seen[:, None], state.hidden[None])
        logits = self._answer(hidden, seen[:, None])[:, 0]
        return logits, State(hidden[:, 0], epochs, light, total, squares, changes, lowest, highest)

    def _parts(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        # what the CNN says of a frame, and what the apertures measured in it
        return embedding[..., : self.config.embedding], embedding[..., self.config.embedding :]

    def _seen(
        self,
        embedding: Tensor,
        change: Tensor,
        days: Tensor,
        *,
        mean: Tensor,
        square: Tensor,
        changes: Tensor,
        lowest: Tensor,
        highest: Tensor,
    ) -> Tensor:
        looks, light = self._parts(embedding)
        # the floor keeps the logarithm finite while nothing has changed yet
        scatter = 0.5 * torch.log((square - mean.square()).clamp_min(0) + SCATTER_FLOOR**2)
        # scatter against changes tells slow from fast: von Neumann's ratio, as two logarithms
        restless = 0.5 * torch.log(changes + SCATTER_FLOOR**2)
        extremes = [highest - mean, mean - lowest]
        parts = [looks, light, light - mean, change, scatter, restless, *extremes]
        if self.config.use_times:
            parts.append(torch.log1p(days)[..., None] / SOFT_SCALE)
        return torch.cat(parts, dim=-1)

    def _answer(self, hidden: Tensor, seen: Tensor) -> Tensor:
        logits: Tensor = self.head(self.dropout(torch.cat([hidden, seen], dim=-1)))
        return logits


def _norm(maps: int) -> nn.GroupNorm:
    # Group normalisation: inputs are heavy-tailed, and running batch statistics would let the
    # company in a batch leak into the answer (measured: 0.905 against 0.48 in evaluation mode).
    return nn.GroupNorm(num_groups=max(1, maps // 8) if maps % 8 == 0 else 1, num_channels=maps)


def _centre(images: Tensor, size: int) -> Tensor:
    height, width = images.shape[-2:]
    top, left = height // 2 - size // 2, width // 2 - size // 2
    return images[..., top : top + size, left : left + size]
