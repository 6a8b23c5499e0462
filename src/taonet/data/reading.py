"""What a network reads of a sequence: which epochs, which numbers, in which order; numpy only."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from taonet.data.epoch_photometry import EpochPhotometry
from taonet.data.frame_encodings import FrameEncodings
from taonet.data.ignored_epochs import IgnoredEpochs
from taonet.data.running_mean import deep_images, look_of
from taonet.data.sequence_inputs import SequenceInputs
from taonet.data.transforms import Scaling, compress, scale_to_noise, scaled_images
from taonet.errors import InputError
from taonet.sky.cutout import Quality, centre_crop
from taonet.sky.no_data import with_gaps
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy
from taonet.types import Count

Encode = Callable[..., FrameEncodings]
"""Says what a frame encoder says of the epochs of a sequence that can be read, or of some of them:
``encode(sequence, epochs)``; see `taonet.models.encoding.encode_sequence`."""

NO_LABEL = -1
"""Label of an object whose class is not known."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Example:
    """One object as the network reads it.

    ``images`` (epoch, channel, y, x) float32, scaled, of no pixel where the network reads none of
    single frames; ``deep`` (look, channel, y, x), the running mean, and ``deep_of`` (epoch,) the
    look that each epoch uses; ``conditions`` (epoch, condition), what the frame was seen
    through; ``light`` (epoch, number), see `EpochPhotometry.light`, no columns where not measured;
    ``days`` (epoch,) since the epoch before; ``band`` (epoch,) index; ``mjd`` (epoch,); ``label``
    or `NO_LABEL`.
    """

    object_id: str
    images: Float[np.ndarray, "epoch channel y x"]
    deep: Float[np.ndarray, "look channel Y X"]
    deep_of: Int[np.ndarray, " epoch"]
    conditions: Float[np.ndarray, "epoch condition"]
    light: Float[np.ndarray, "epoch _"]
    days: Float[np.ndarray, " epoch"]
    band: Int[np.ndarray, " epoch"]
    mjd: Float[np.ndarray, " epoch"]
    label: int


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a network reads of a sequence; part of a bundle.

    Parameters
    ----------
    scaling : Scaling
    bands : tuple of str
        Band order; empty if the band is not an input of the network.
    channels : tuple of str
        Names of the channels it reads, in order.
    mjd_max : float or None
        Epochs at or after this time are left out.
    measured : bool
        Calibrate frames by field stars and measure the object in each
        (`taonet.data.epoch_photometry`).
    frames : bool
        Read the pixels of single frames.
    deep_px : int
        Side of the crop of the running mean; 0 for none. Needs ``measured`` or ``encoded``.
    encoded : bool
        Read what a frame encoder says of each frame (`taonet.data.frame_encodings`).
    """

    scaling: Scaling
    bands: tuple[str, ...] = ()
    channels: tuple[str, ...] = ("science",)
    mjd_max: float | None = None
    measured: bool = False
    frames: bool = True
    deep_px: Count = 0
    encoded: bool = False

    def band_index(self, band: str, *, where: object) -> int:
        """Return the index of a band.

        Raises
        ------
        InputError
            If the network was not trained on it.
        """
        if not self.bands:
            return 0
        if band not in self.bands:
            raise self._band_error(band, where=where)
        return self.bands.index(band)

    @property
    def without_brightness(self) -> "Reading":
        """The same in units of each object's own brightness."""
        return replace(self, scaling=replace(self.scaling, unit="object"))

    def epochs_of(self, sequence: ImageSequence) -> Int[np.ndarray, " epoch"]:
        """Return the epochs that can be read: not spoilt, not too late, in a band that is known."""
        readable = sequence.readable & self._knows_band(sequence)
        if self.mjd_max is not None:
            readable = readable & (sequence.mjd < self.mjd_max)
        return np.flatnonzero(readable)

    def _knows_band(self, sequence: ImageSequence) -> Bool[np.ndarray, " epoch"]:
        return np.array([not self.bands or band in self.bands for band in sequence.band], bool)

    def ignored_epochs_of(self, sequence: ImageSequence) -> IgnoredEpochs:
        """Return the epochs that are not read, each with the first reason that applies."""
        reasons = np.full(len(sequence), "", dtype=object)
        if self.mjd_max is not None:
            reasons[sequence.mjd >= self.mjd_max] = f"from MJD {self.mjd_max:g} on"
        unknown = np.flatnonzero(~self._knows_band(sequence))
        reasons[unknown] = [f"band {sequence.band[i] or 'not named'}" for i in unknown.tolist()]
        for bit in (Quality.STRAY_LIGHT, Quality.HOLE, Quality.CLIPPED, Quality.BLANK):
            reasons[(sequence.quality & bit) != 0] = (bit.name or "").lower().replace("_", " ")
        ignored = np.flatnonzero(reasons != "")
        return IgnoredEpochs(mjd=sequence.mjd[ignored], reasons=tuple(reasons[ignored]))

    def unknown_band_errors(self, sequence: ImageSequence) -> dict[int, InputError]:
        """Return the epochs of a sequence in a band that is not known, each with the reason."""
        return {
            i: self._band_error(
                sequence.band[i],
                where=f"sequence {sequence.object_id}, MJD {sequence.mjd[i]:.5f}",
            )
            for i in np.flatnonzero(~self._knows_band(sequence)).tolist()
        }

    def _band_error(self, band: str, *, where: object) -> InputError:
        what, do = "a band that this model does not know", f"known bands: {', '.join(self.bands)}"
        return InputError(what, where=where, got=repr(band), do=do)


def example_of(
    sequence: ImageSequence,
    reading: Reading,
    *,
    taxonomy: Taxonomy | None = None,
    epochs: Int[np.ndarray, " shown"] | None = None,
    precomputed: SequenceInputs | None = None,
    encode: Encode | None = None,
) -> Example:
    """Prepare a sequence for the network.

    Parameters
    ----------
    taxonomy : Taxonomy, optional
        Gives the label; without it, or without a class, the label is `NO_LABEL`.
    epochs : array, optional
        Which of the readable epochs to show, in the order to show them; all by default.
    precomputed : SequenceInputs, optional
        Photometry and encodings of all readable epochs, worked out here if they are needed and not
        given. Stored running means are those of *all* epochs up to each that is shown, whichever
        are left out.
    encode : function, optional
        The frame encoder, where the network reads what it says.

    Raises
    ------
    InputError
        If no epoch can be read, or the channels are not those of the model.
    """
    if sequence.channels[: len(reading.channels)] != reading.channels:
        raise InputError(
            "the model reads other channels",
            where=f"sequence {sequence.object_id}",
            got=f"{sequence.channels}, not {reading.channels}",
        )
    index = reading.epochs_of(sequence)
    if len(index) == 0:
        raise _no_epoch_error(sequence, reading)
    if precomputed is None:
        precomputed = measure_inputs(sequence, reading, encode)
    shown = np.arange(len(index)) if epochs is None else epochs
    index = index[shown]
    band = np.array(
        [reading.band_index(sequence.band[i], where=sequence.object_id) for i in index], np.int64
    )
    mjd = sequence.mjd[index]
    if precomputed is None:
        inputs = _frame_inputs(_frames(sequence, index, reading), band, reading)
    else:
        inputs = _light_inputs(sequence, index, shown, band, reading, precomputed)
    return Example(
        object_id=sequence.object_id,
        **inputs,
        days=np.maximum(np.diff(mjd, prepend=mjd[:1]), 0.0).astype(np.float32),
        band=band,
        mjd=mjd,
        label=taxonomy.label(sequence.class_name) if taxonomy and sequence.class_name else NO_LABEL,
    )


def measure_inputs(
    sequence: ImageSequence, reading: Reading, encode: Encode | None = None
) -> SequenceInputs | None:
    """Measure and encode the readable epochs of a sequence, as far as the network reads that.

    None if it reads neither.

    Raises
    ------
    InputError
        If it needs an encoder, and none is given.
    """
    if not (reading.measured or reading.encoded):
        return None
    few = sequence.take(reading.epochs_of(sequence))
    measured = encoded = None
    if reading.measured:
        # photometry only where it is read: a network that reads pixels only does without it
        from taonet.data.epoch_measurement import measure_epochs

        measured = measure_epochs(few)
    if reading.encoded:
        if encode is None:
            raise InputError("the network needs its frame encoder", where=sequence.object_id)
        encoded = encode(few)
    return SequenceInputs(measured=measured, encoded=encoded)


def _no_epoch_error(sequence: ImageSequence, reading: Reading) -> InputError:
    unknown = reading.unknown_band_errors(sequence)
    if len(unknown) == len(sequence):
        return unknown[0]
    limit = "" if reading.mjd_max is None else f" before MJD {reading.mjd_max:g}"
    band = " in a band that it knows" if unknown else ""
    got = f"{len(sequence)} epochs, MJD {sequence.mjd[0]:.2f} to {sequence.mjd[-1]:.2f}"
    return InputError(
        f"no epoch that this model reads: not blank or spoilt{limit}{band}",
        where=f"sequence {sequence.object_id}",
        got=got,
    )


def _frames(
    sequence: ImageSequence, index: Int[np.ndarray, " epoch"], reading: Reading
) -> Shaped[np.ndarray, "epoch channel y x"]:
    return np.asarray(with_gaps(sequence.frames[index][:, : len(reading.channels)]))


def _frame_inputs(
    frames: Shaped[np.ndarray, "epoch channel y x"],
    band: Int[np.ndarray, " epoch"],
    reading: Reading,
) -> dict[str, Any]:
    """Return the network's inputs from frames without photometry."""
    images, conditions = scaled_images(frames, band, reading.scaling)
    nothing = np.zeros((1, frames.shape[1], 0, 0), np.float32)
    light, deep_of = np.zeros((len(frames), 0)), np.zeros(len(frames), np.int64)
    return {
        "images": images,
        "conditions": conditions,
        "light": light,
        "deep": nothing,
        "deep_of": deep_of,
    }


def _light_inputs(
    sequence: ImageSequence,
    index: Int[np.ndarray, " epoch"],
    shown: Int[np.ndarray, " epoch"],
    band: Int[np.ndarray, " epoch"],
    reading: Reading,
    precomputed: SequenceInputs,
) -> dict[str, Any]:
    """Return the network's inputs from calibrated frames and what is known of the light in them.

    Frames are read only if the network reads them, or if their running mean was not stored.
    """
    lights = precomputed.lights(shown)
    measured = lights[0]
    nothing = np.zeros((len(index), len(reading.channels), 0, 0), np.float32)
    inputs: dict[str, Any] = {"images": nothing, "deep": nothing[:1]}
    inputs["deep_of"] = np.zeros(len(index), np.int64)
    if reading.frames:
        frames = _frames(sequence, index, reading)
        cropped = centre_crop(frames, reading.scaling.crop_px or frames.shape[-1])
        width = measured.depth(band) * measured.scale[:, None]
        inputs["images"] = compress(cropped, measured.sky, width, reading.scaling.softening)
    if reading.deep_px and precomputed.deep is not None:
        inputs["deep_of"] = look_of(shown)
        inputs["deep"] = precomputed.deep[: int(inputs["deep_of"].max()) + 1].astype(np.float32)
    elif reading.deep_px:
        frames = _frames(sequence, index, reading)
        inputs["deep"], inputs["deep_of"] = running_mean(frames, band, measured, reading.deep_px)
    inputs["conditions"] = np.concatenate([one.conditions(band) for one in lights], axis=1)
    inputs["light"] = np.concatenate([one.light(band) for one in lights], axis=1)
    return inputs


def running_mean(
    frames: Shaped[np.ndarray, "epoch channel y x"],
    band: Int[np.ndarray, " epoch"],
    measured: EpochPhotometry | FrameEncodings,
    size: int,
) -> tuple[Float[np.ndarray, "look channel size size"], Int[np.ndarray, " epoch"]]:
    """Return the running mean of the frames' centres; see `taonet.data.running_mean`."""
    width = measured.depth(band) * measured.scale[:, None]
    linear = scale_to_noise(centre_crop(frames, size), measured.sky, width)
    weight = np.nan_to_num((measured.scale[:, None] / measured.noise) ** 2)
    return deep_images(linear, weight)


@runtime_checkable
class Sequences(Protocol):
    """Anything that holds sequences and hands them out by index (an archive, a list)."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> ImageSequence: ...


@runtime_checkable
class MeasuredSequences(Sequences, Protocol):
    """Sequences with stored photometry."""

    def load_inputs(self, index: int) -> SequenceInputs:
        """Return the stored inputs of the readable epochs of a sequence."""
        ...


def find_inputs(sequences: Sequences, index: int) -> SequenceInputs | None:
    """Return the stored inputs of a sequence, if there are any."""
    return sequences.load_inputs(index) if isinstance(sequences, MeasuredSequences) else None
