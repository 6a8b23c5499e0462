"""The sizes of the network, as recipes and bundles state them."""

from dataclasses import dataclass
from typing import Literal

from taonet.data.epoch_photometry import CONDITIONS, LIGHT
from taonet.data.frame_encodings import CONDITIONS as ENCODED_CONDITIONS
from taonet.errors import ConfigError, nearest
from taonet.models.integrators import LightMemoryKind
from taonet.models.recurrence import RECURRENCES
from taonet.types import Count, Natural, Share


@dataclass(frozen=True, kw_only=True)
class TaoNetConfig:
    """Sizes of the network.

    Parameters
    ----------
    channels : int
        Channels of each frame (1 science; 3 science, template, difference).
    classes : int
        Number of classes.
    bands : int
        Photometric bands; 1 where the band is not an input of the network.
    zooms : tuple of int
        Sides of the central crops of each frame that are read, in pixels; each has its own CNN.
        Empty: no CNN reads single frames.
    deep_zooms : tuple of int
        The same for the running mean of the frames so far (`taonet.data.running_mean`), in which
        faint hosts show.
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
    aperture_unit : {"pixel", "noise"}
        Units of the sums before they are compressed: the noise of a pixel, or that of the sum.
    embedding : int
        Numbers from the CNNs that describe one frame, and as many for the running mean.
    width : int
        Units that mix all that is known of an epoch before it is remembered; 0 remembers it as
        it is.
    recurrence : str
        How epochs are remembered: a name of `taonet.models.recurrence.RECURRENCES`.
    hidden : int
        Numbers remembered.
    nightly : bool
        Step the memory once a night, not once an exposure; needs the times.
    dropout : float
        Share of the embedding and of the head's input dropped in training.
    use_times : bool
        Give the days since the last epoch to the memory.
    measured : bool
        Read the calibration of each frame by field stars and the flux at the object's position
        (`taonet.data.epoch_photometry`); else sky and noise relative to the usual.
    encoded : bool
        Read what a frame encoder says of each frame (`taonet.models.frame_encoder`): flux with an
        error, what the frame was seen through, place and host.
    statistics : bool
        Give running moments and extremes of the apertures' sums and of the light to the memory.
    light_memory : {"statistics", "integrators", "none"}
        What is kept of measured light besides: those statistics (nothing without them), leaky
        integrators that learn (`taonet.models.integrators`), or nothing.
    """

    channels: Natural = 1
    classes: Natural = 6
    bands: Natural = 1
    zooms: tuple[Natural, ...] = (64, 24)
    deep_zooms: tuple[Natural, ...] = ()
    zoom_px: Natural = 32
    stem: Natural = 16
    growth: Natural = 12
    layers: tuple[Natural, ...] = (2, 2, 2)
    apertures: Count = 8
    aperture_px: Natural = 15
    aperture_unit: Literal["pixel", "noise"] = "pixel"
    embedding: Natural = 48
    width: Count = 0
    recurrence: str = "gru"
    hidden: Natural = 64
    nightly: bool = False
    dropout: Share = 0.1
    use_times: bool = True
    measured: bool = False
    encoded: bool = False
    statistics: bool = True
    light_memory: LightMemoryKind = "statistics"

    def __post_init__(self) -> None:
        if self.recurrence not in RECURRENCES:
            do = nearest(self.recurrence, RECURRENCES)
            what, where = "no such recurrence", "model.recurrence"
            raise ConfigError(what, where=where, got=repr(self.recurrence), do=do)
        least = 2 ** len(self.layers)
        if min((*self.zooms, *self.deep_zooms), default=least) < least:
            raise ConfigError(
                "a zoom is too small for the number of dense blocks",
                where="model.zooms",
                got=(*self.zooms, *self.deep_zooms),
                do=f"use at least {least} pixels",
            )
        if not (self.zooms or self.deep_zooms or self.apertures or self.encoded):
            raise ConfigError("the network reads no pixel", where="model.zooms", got="()")
        if self.nightly and not self.use_times:
            raise ConfigError("nights are not known without times", where="model.nightly")
        if self.light_memory == "integrators" and not self.lights:
            raise ConfigError("no light is measured", where="model.light_memory")

    @property
    def sums(self) -> int:
        """Numbers that the apertures measure in a frame."""
        return self.apertures * self.channels

    @property
    def conditions(self) -> int:
        """Numbers that describe the observing conditions of a frame."""
        known = CONDITIONS * self.measured + ENCODED_CONDITIONS * self.encoded
        return known or 2 * self.channels

    @property
    def lights(self) -> int:
        """How often the light of an epoch is known: measured, encoded, or both."""
        return int(self.measured) + int(self.encoded)

    @property
    def keeps_light(self) -> bool:
        """Whether measured light is remembered by more than what learns to remember all."""
        by_hand = self.light_memory == "statistics" and self.statistics
        return bool(self.lights) and (by_hand or self.light_memory == "integrators")

    @property
    def parts(self) -> tuple[int, int, int, int, int]:
        """Numbers that describe a frame: CNN, deep CNN, apertures, conditions, light."""
        return (
            self.embedding if self.zooms else 0,
            self.embedding if self.deep_zooms else 0,
            self.sums,
            self.conditions if self.lights else 0,
            LIGHT * self.lights,
        )
