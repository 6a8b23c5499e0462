"""The network: a DenseNet-style CNN at several zooms, gated units over time, an answer every epoch.

TAO-Net (arXiv 2004.13877) states the kinds of its layers — a deep convolutional network for
each image, Gated Recurrent Units over time — and no sizes. Every size here is our choice.

Laws, tested: one epoch at a time (`TaoNet.step`) equals the batch (`TaoNet.forward`); padding,
other objects in a batch and later epochs change nothing.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from taonet.data.batches import Batch
from taonet.data.epoch_photometry import LIGHT
from taonet.data.transforms import SOFT_SCALE
from taonet.models.aperture_memory import ApertureMemory
from taonet.models.encoder import Apertures, Encoder
from taonet.models.integrators import Integrators, build_light_memory
from taonet.models.light_memory import LightMemory
from taonet.models.mixing import Mix, build_head
from taonet.models.network_config import TaoNetConfig
from taonet.models.recurrence import Recurrence
from taonet.sky.nights import NIGHT_GAP_DAYS

CALIBRATION_UNITS = 32
"""Hidden units of the correction for seeing and transparency."""


class State(NamedTuple):
    """What the network remembers of each object between epochs."""

    epochs: Float[Tensor, " object"]
    apertures: Float[Tensor, "object number"]
    light: Float[Tensor, "object number"]
    memory: Float[Tensor, "object number"]


class TaoNet(nn.Module):
    """The whole network.

    Parameters
    ----------
    config : TaoNetConfig

    Examples
    --------
    >>> net = TaoNet(TaoNetConfig(zooms=(16,), layers=(1, 1), classes=3))
    >>> sum(net.config.parts)
    56
    """

    def __init__(self, config: TaoNetConfig) -> None:
        super().__init__()
        self.config = config
        self.looks = ZoomEncoders(config, config.zooms, config.conditions) if config.zooms else None
        self.deep_looks = ZoomEncoders(config, config.deep_zooms, 0) if config.deep_zooms else None
        if config.apertures:
            self.apertures = Apertures(
                config.apertures, config.channels, config.aperture_px, unit=config.aperture_unit
            )
            self.calibrate = nn.Sequential(
                nn.Linear(config.conditions + config.sums, CALIBRATION_UNITS),
                nn.SiLU(),
                nn.Linear(CALIBRATION_UNITS, config.sums),
            )
        self.aperture_memory = ApertureMemory(config.sums)
        self.light_memory = self._build_light_memory()
        if config.lights > 1:
            self.encoded_light_memory = self._build_light_memory()
        self.dropout = nn.Dropout(config.dropout)
        known = self._count_inputs()
        self.mix = Mix(known, config.width, config.dropout) if config.width else None
        inputs = config.width or known
        self.recurrence = Recurrence(inputs, config.hidden, config.recurrence)
        self.features = inputs + config.hidden
        self.head = build_head(
            self.features, config.classes, width=config.width, dropout=config.dropout
        )

    @property
    def device(self) -> torch.device:
        """Where the network is, and where what it reads must be."""
        return next(self.parameters()).device

    def _count_inputs(self) -> int:
        """Return how many numbers are known of an epoch before it is remembered."""
        config = self.config
        looks, deep, sums, conditions, _ = config.parts
        known = looks + deep + sums + conditions + int(config.use_times)
        if config.statistics:
            known += self.aperture_memory.numbers
        kept = self.light_memory.numbers if config.keeps_light else 2
        return known + kept * config.lights

    def _build_light_memory(self) -> LightMemory | Integrators:
        config = self.config
        return build_light_memory(
            config.light_memory, use_times=config.use_times, further=config.parts[0] + config.sums
        )

    @property
    def light_memories(self) -> list[LightMemory | Integrators]:
        """The memory of each light that is known, in their order."""
        memories = [self.light_memory]
        if self.config.lights > 1:
            memories.append(self.encoded_light_memory)
        return memories

    def encode(self, batch: Batch) -> Float[Tensor, "frame embedding"]:
        """Describe each frame, whatever sequence it belongs to.

        Pictures of no pixel tell nothing: what the CNNs and apertures would say of them is zero.

        Returns
        -------
        embedding : Tensor (frame, number)
            In the order of `TaoNetConfig.parts`.
        """
        images = batch.images.contiguous(memory_format=torch.channels_last)
        parts: list[Tensor] = []
        if self.looks is not None:
            parts.append(self.looks(images, batch.band, batch.conditions))
        if self.deep_looks is not None:
            deep = batch.deep.contiguous(memory_format=torch.channels_last)
            parts.append(self.deep_looks(deep, batch.deep_band, None)[batch.deep_of])
        if self.config.apertures and images.shape[-1]:
            sums, correction = self.measure(images, batch.conditions)
            parts.append(sums + correction)
        elif self.config.apertures:
            parts.append(images.new_zeros(len(images), self.config.sums))
        if self.config.lights:
            parts += [batch.conditions, batch.light]
        return torch.cat(parts, dim=1)

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
        return sums, self.correct(sums, conditions)

    def correct(
        self, sums: Float[Tensor, "frame sum"], conditions: Float[Tensor, "frame condition"]
    ) -> Float[Tensor, "frame sum"]:
        """Return what to add to the sums under the apertures for the weather; see `measure`."""
        spread = sums - sums.mean(dim=1, keepdim=True)
        correction: Tensor = self.calibrate(torch.cat([conditions, spread], dim=1))
        return correction

    def forward(self, batch: Batch) -> Float[Tensor, "object epoch class"]:
        """Classify after every epoch; values past an object's last epoch have no meaning.

        Only real epochs pass through the CNN.
        """
        return self.read(batch.pad(self.encode(batch)), batch.pad(batch.days))

    def read(
        self,
        embedding: Float[Tensor, "object epoch embedding"],
        days: Float[Tensor, "object epoch"],
    ) -> Float[Tensor, "object epoch class"]:
        """Read embedded sequences from their first epoch on."""
        logits: Tensor = self.head(self.remember(embedding, days))
        return logits

    def remember(
        self,
        embedding: Float[Tensor, "object epoch embedding"],
        days: Float[Tensor, "object epoch"],
    ) -> Float[Tensor, "object epoch feature"]:
        """Return the features that the head reads, after each epoch."""
        first = torch.arange(days.shape[1], device=days.device)[None, :] == 0
        new_night = self._new_night(days, first)
        state = self.start(len(days))
        seen, _, _ = self._combine_inputs(embedding, days, state)
        return self._features(self.recurrence(seen, new_night), seen)

    def start(self, objects: int) -> State:
        """Return the state of objects of which nothing has been seen."""
        device = self.device
        return State(
            epochs=torch.zeros(objects, device=device),
            apertures=self.aperture_memory.start(objects, device),
            light=torch.cat([one.start(objects, device) for one in self.light_memories], dim=1),
            memory=self.recurrence.start(objects, device),
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
        new_night = self._new_night(days[:, None], state.epochs[:, None] == 0)
        seen, apertures, light = self._combine_inputs(embedding[:, None], days[:, None], state)
        hidden, memory = self.recurrence.step(seen[:, 0], new_night[:, 0], state.memory)
        logits = self.head(self._features(hidden, seen[:, 0]))
        return logits, State(state.epochs + 1, apertures, light, memory)

    def _new_night(
        self, days: Float[Tensor, "object epoch"], first: Bool[Tensor, "_ epoch"]
    ) -> Bool[Tensor, "object epoch"]:
        return (days > NIGHT_GAP_DAYS if self.config.nightly else days >= 0) | first

    def _combine_inputs(
        self, embedding: Tensor, days: Tensor, state: State
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return what is known of each epoch besides what is learnt to be remembered."""
        config = self.config
        looks, deep, sums, conditions, light = torch.split(embedding, list(config.parts), dim=-1)
        known = [looks, deep, sums, conditions]
        apertures, fluxes = state.apertures, state.light
        if config.statistics and config.apertures:
            numbers, apertures = self.aperture_memory(sums, apertures)
            known.append(numbers)
        if config.keeps_light:
            numbers, fluxes = self._remember_light(
                light, days, state, torch.cat([looks, sums], dim=-1)
            )
            known.append(numbers)
        else:
            known += [
                torch.asinh(one[..., :2]) / SOFT_SCALE
                for one in torch.split(light, LIGHT, dim=-1)
                if one.shape[-1]
            ]
        if config.use_times:
            known.append(torch.log1p(days)[..., None] / SOFT_SCALE)
        combined = torch.cat(known, dim=-1)
        return combined if self.mix is None else self.mix(combined), apertures, fluxes

    def _remember_light(
        self, light: Tensor, days: Tensor, state: State, further: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return what is kept of each light after each epoch, and the state after the last."""
        times = self.config.use_times
        nights = days > NIGHT_GAP_DAYS if times else days < 0
        first = torch.cumsum(torch.ones_like(days), 1) + state.epochs[:, None] == 1
        since = days if times else torch.zeros_like(days)
        # light is what was measured: a gradient on the way back through every epoch is of no use
        light = light.detach()
        memories = self.light_memories
        states = state.light.chunk(len(memories), dim=1)
        outputs = [
            memory(one, since, nights | first, before, further)
            for memory, one, before in zip(
                memories, torch.split(light, LIGHT, dim=-1), states, strict=True
            )
        ]
        numbers, after = zip(*outputs, strict=True)
        return torch.cat(numbers, dim=-1), torch.cat(after, dim=1)

    def _features(self, hidden: Tensor, seen: Tensor) -> Tensor:
        features: Tensor = self.dropout(torch.cat([hidden, seen], dim=-1))
        return features


class ZoomEncoders(nn.Module):
    """The CNNs of all zooms, their outputs projected together."""

    def __init__(self, config: TaoNetConfig, zooms: tuple[int, ...], conditions: int) -> None:
        super().__init__()
        encoders = [
            Encoder(
                zoom,
                zoom_px=config.zoom_px,
                channels=config.channels,
                stem=config.stem,
                growth=config.growth,
                layers=config.layers,
            )
            for zoom in zooms
        ]
        self.encoders = nn.ModuleList(encoders)
        features = 2 * sum(encoder.maps for encoder in encoders)
        self.band = nn.Embedding(config.bands, config.embedding)
        self.project = nn.Linear(features + conditions, config.embedding)
        self.norm = nn.LayerNorm(config.embedding)

    def forward(self, images: Tensor, band: Tensor, conditions: Tensor | None) -> Tensor:
        """Return (picture, embedding)."""
        if not images.shape[-1]:
            return images.new_zeros(len(images), self.project.out_features)
        features = [encoder(images) for encoder in self.encoders]
        beside = [] if conditions is None else [conditions]
        projected = self.project(torch.cat([*features, *beside], dim=1))
        looks: Tensor = self.norm(projected + self.band(band))
        return looks
