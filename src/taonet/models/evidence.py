"""What an answer rests on: how the log-odds change without one epoch, or without part of a frame.

Changes are differences of ``log(p / (1 − p))`` of one class after all epochs, calibrated as the
bundle is: without the epoch, or the part, minus with it. So what is **negative speaks for the
class**, and what is positive against it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from taonet.data.batches import Batch
from taonet.data.reading import Example, example_of, measure_inputs
from taonet.data.sequence_inputs import SequenceInputs
from taonet.errors import InputError
from taonet.models.answers import turn_example, turns_of
from taonet.models.bundle import Bundle
from taonet.sky.cutout import sky_and_noise
from taonet.sky.sequence import ImageSequence

MOST_FRAMES: Final = 1500
"""Frames that are encoded once more for every epoch that is left out, all turned copies together;
of longer sequences each frame is encoded once, and the others are described as they are with the
epoch."""

COPIES_AT_ONCE: Final = 64

GRID: Final = 7
GRID_MEASURED: Final = 5
"""Parts along each side of a frame; odd, so that the object is in the middle of one. Where frames
are measured, each part takes ten times as long."""

CONTEXT: Final = 8
"""Epochs up to that of the frame that are prepared anew for each part that is covered."""


@dataclass(frozen=True, kw_only=True, eq=False)
class EpochEvidence:
    """How the answer changes without each epoch.

    Parameters
    ----------
    class_name : str
        The class whose log-odds change.
    epochs : array (read,)
        The epochs that the network reads, as indices of the sequence.
    log_odds_change : array (read,)
        Without the epoch minus with it; NaN for the only epoch.
    """

    class_name: str
    epochs: Int[np.ndarray, " read"]
    log_odds_change: Float[np.ndarray, " read"]

    @property
    def strongest(self) -> int:
        """The epoch that changes the answer most, as an index of the sequence."""
        size = np.nan_to_num(np.abs(self.log_odds_change))
        return int(self.epochs[int(size.argmax())])


@dataclass(frozen=True, kw_only=True, eq=False)
class OcclusionMap:
    """How the answer changes with a part of one frame covered by sky.

    Parameters
    ----------
    class_name : str
    epoch : int
        The frame, as an index of the sequence.
    y, x : array (part,)
        Edges of the parts along each axis, in pixels: one more than there are parts.
    log_odds_change : array (part y, part x)
        With the part covered minus as it is.
    """

    class_name: str
    epoch: int
    y: Int[np.ndarray, " edge"]
    x: Int[np.ndarray, " edge"]
    log_odds_change: Float[np.ndarray, "y x"]


@torch.inference_mode()
def explain_answer(
    bundle: Bundle,
    sequence: ImageSequence,
    *,
    class_name: str | None = None,
    epoch: int | None = None,
) -> tuple[EpochEvidence, OcclusionMap]:
    """Return how the final answer changes without each epoch, and without parts of one frame.

    Without an epoch, what was measured in the other frames stays as it was; running means and what
    is usual are worked out without it (of long sequences whose frames are read one by one, they
    stay). A covered part has the level of the sky in all channels; the frame is described anew,
    among the epochs before it, with the calibration that it had, and what is known of later frames
    stays.

    Parameters
    ----------
    class_name : str, optional
        The class whose log-odds are compared; the most probable one by default.
    epoch : int, optional
        The frame whose parts are covered, as an index of the sequence; by default the epoch that
        changes the answer most.

    Raises
    ------
    InputError
        If no epoch can be read, the network does not read that one, or has no such class.
    """
    reader = _Reader(bundle, sequence)
    whole = reader.answer_whole()
    label = int(whole[0].argmax()) if class_name is None else bundle.taxonomy.label(class_name)
    evidence = _epoch_evidence(reader, whole, label)
    return evidence, _occlusion_map(reader, evidence.strongest if epoch is None else epoch, label)


def _epoch_evidence(
    reader: "_Reader", whole: Float[np.ndarray, "1 class"], label: int
) -> EpochEvidence:
    change = np.full(reader.n, np.nan)
    if reader.n > 1:
        change = log_odds(reader.answer_without_each(), label) - log_odds(whole, label)
    return EpochEvidence(
        class_name=reader.bundle.classes[label], epochs=reader.read, log_odds_change=change
    )


def _occlusion_map(reader: "_Reader", epoch: int, label: int) -> OcclusionMap:
    sequence = reader.sequence
    if epoch not in reader.read:
        what, where = "the network does not read this epoch", f"sequence {sequence.object_id}"
        raise InputError(what, where=where, got=epoch, do="choose another one")
    grid = GRID_MEASURED if reader.bundle.reading.measured else GRID
    y, x = (part_edges(size, grid) for size in sequence.frames.shape[2:])
    images = [sequence.frames[epoch], *_cover_parts(sequence.frames[epoch], y, x)]
    answers = log_odds(reader.answer_with_frame(epoch, images), label)
    change = (answers[1:] - answers[0]).reshape(len(y) - 1, len(x) - 1)
    class_name = reader.bundle.classes[label]
    return OcclusionMap(class_name=class_name, epoch=epoch, y=y, x=x, log_odds_change=change)


def log_odds(
    log_probabilities: Float[np.ndarray, "row class"], label: int
) -> Float[np.ndarray, " row"]:
    """Return the log-odds of a class, also where its probability rounds to 0 or 1.

    Examples
    --------
    >>> log_odds(np.log(np.array([[0.5, 0.25, 0.25]])), 0).tolist()
    [0.0]
    """
    others = np.delete(log_probabilities, label, axis=1)
    return np.asarray(log_probabilities[:, label] - np.logaddexp.reduce(others, axis=1))


def part_edges(size: int, grid: int = GRID) -> Int[np.ndarray, " edge"]:
    """Return the edges of the parts of an axis, the middle one about the object's pixel.

    Examples
    --------
    >>> part_edges(21).tolist()
    [0, 3, 6, 9, 12, 15, 18, 21]
    """
    parts = min(grid, size)
    width = size / parts
    # the object is at size // 2, which is the middle of an odd number of pixels
    shift = (size // 2 + 0.5) - size / 2
    inner = np.rint(np.arange(1, parts) * width + shift).astype(np.int64)
    return np.concatenate([[0], inner, [size]])


def _cover_parts(
    frame: Shaped[np.ndarray, "channel y x"],
    edges_y: Int[np.ndarray, " edge"],
    edges_x: Int[np.ndarray, " edge"],
) -> Iterator[Shaped[np.ndarray, "channel y x"]]:
    """Yield the frame with each of its parts covered by the level of its sky."""
    sky, _ = sky_and_noise(frame)
    level = np.nan_to_num(np.asarray(sky))[:, None, None]
    for top, bottom in pairwise(edges_y):
        for left, right in pairwise(edges_x):
            covered = frame.copy()
            covered[:, top:bottom, left:right] = level.astype(frame.dtype)
            yield covered


class _Reader:
    """A sequence as a bundle's network reads it, again and again with something changed."""

    def __init__(self, bundle: Bundle, sequence: ImageSequence) -> None:
        self.bundle, self.sequence, self.network = bundle, sequence, bundle.network
        self.read = bundle.reading.epochs_of(sequence)
        self.n = len(self.read)
        self.turns = turns_of(bundle)
        self.inputs = measure_inputs(sequence, bundle.reading, bundle.encode) if self.n else None

    def answer_whole(self) -> Float[np.ndarray, "1 class"]:
        """Return the log-probabilities after all epochs."""
        return self._answer_examples([self._example(np.arange(self.n))])

    def answer_without_each(self) -> Float[np.ndarray, "read class"]:
        """Return the log-probabilities without each epoch."""
        shown = [np.delete(np.arange(self.n), k) for k in range(self.n)]
        reading = self.bundle.reading
        if reading.frames and not reading.deep_px and self._n_frames_anew() > MOST_FRAMES:
            return self._answer_rows(shown)
        parts = [
            self._answer_examples(
                [self._example(epochs) for epochs in shown[i : i + COPIES_AT_ONCE]]
            )
            for i in range(0, self.n, COPIES_AT_ONCE)
        ]
        return np.concatenate(parts)

    def _n_frames_anew(self) -> int:
        return self.turns * self.n * (self.n - 1)

    def answer_with_frame(
        self, epoch: int, images: Sequence[Shaped[np.ndarray, "channel y x"]]
    ) -> Float[np.ndarray, "image class"]:
        """Return the log-probabilities with each of some images as the frame of an epoch."""
        place = int(np.searchsorted(self.read, epoch))
        frames = self._described_frames(place, images)
        days = torch.from_numpy(self._days(np.arange(self.n))).to(self.network.device)
        whole = self._example(np.arange(self.n))
        parts = []
        for which in range(self.turns):
            embedding = self._encode([turn_example(whole, which)])
            rows = self._encode([turn_example(frame, which) for frame in frames])
            copies = embedding.repeat(len(images), 1, 1)
            copies[:, place] = rows
            parts.append(self._remember(copies, days.expand(len(images), -1)))
        return self._calibrate(parts, self.n)

    def _example(self, epochs: Int[np.ndarray, " shown"]) -> Example:
        """Return the epochs that are named, by number among those that can be read."""
        return example_of(
            self.sequence, self.bundle.reading, epochs=epochs, precomputed=self.inputs
        )

    def _described_frames(
        self, place: int, images: Sequence[Shaped[np.ndarray, "channel y x"]]
    ) -> list[Example]:
        """Return one frame with other images, each described among the epochs before it."""
        context = self.sequence.take(self.read[max(0, place + 1 - CONTEXT) : place + 1])
        copies = [_replace_last_frame(context, image) for image in images]
        return [
            _last_epoch(example_of(copy, self.bundle.reading, precomputed=inputs))
            for copy, inputs in zip(copies, self._measure_copies(context, copies), strict=True)
        ]

    def _measure_copies(
        self, context: ImageSequence, copies: Sequence[ImageSequence]
    ) -> Sequence[SequenceInputs | None]:
        reading, encode = self.bundle.reading, self.bundle.encode
        inputs = [SequenceInputs() for _ in copies]
        if reading.measured:
            # photometry only where it is read: a network that reads pixels only does without it
            from taonet.data.epoch_measurement import measure_altered

            inputs = [SequenceInputs(measured=one) for one in measure_altered(context, copies)]
        if encode is not None:
            inputs = [
                replace(own, encoded=encode(copy)) for own, copy in zip(inputs, copies, strict=True)
            ]
        return inputs if reading.measured or reading.encoded else [None] * len(copies)

    def _answer_examples(self, examples: Sequence[Example]) -> Float[np.ndarray, "example class"]:
        """Return the log-probabilities after all epochs of examples of one length."""
        parts = []
        for which in range(self.turns):
            batch = self._batch([turn_example(one, which) for one in examples])
            embedding = batch.pad(self.network.encode(batch))
            parts.append(self._remember(embedding, batch.pad(batch.days)))
        return self._calibrate(parts, len(examples[0].mjd))

    def _answer_rows(
        self, shown: Sequence[Int[np.ndarray, " some"]]
    ) -> Float[np.ndarray, "copy class"]:
        """Return the log-probabilities of copies whose frames are encoded once."""
        whole = self._example(np.arange(self.n))
        index = torch.from_numpy(np.stack(shown))
        days = torch.from_numpy(np.stack([self._days(epochs) for epochs in shown]))
        days = days.to(self.network.device)
        parts = []
        for which in range(self.turns):
            embedding = self._encode([turn_example(whole, which)])
            parts.append(self._remember(embedding[index], days))
        return self._calibrate(parts, len(shown[0]))

    def _days(self, epochs: Int[np.ndarray, " some"]) -> Float[np.ndarray, " some"]:
        mjd = self.sequence.mjd[self.read[epochs]]
        return np.asarray(np.maximum(np.diff(mjd, prepend=mjd[:1]), 0.0), np.float32)

    def _encode(self, examples: Sequence[Example]) -> Tensor:
        embedding: Tensor = self.network.encode(self._batch(examples))
        return embedding

    def _batch(self, examples: Sequence[Example]) -> Batch:
        return Batch.from_examples(examples).to(self.network.device)

    def _remember(self, embedding: Tensor, days: Tensor) -> Tensor:
        """Return the log-probabilities after the last epoch, (copy, class), on the processor."""
        features = self.network.remember(embedding, days)[:, -1]
        return torch.log_softmax(self.network.head(features).cpu().double(), dim=-1)

    def _calibrate(self, turns: Sequence[Tensor], n_epochs: int) -> Float[np.ndarray, "row class"]:
        """Return the mean over turned copies, calibrated as the bundle is."""
        log_p = np.logaddexp.reduce([one.numpy() for one in turns], axis=0) - np.log(len(turns))
        if self.bundle.trust is not None:
            log_p = log_p / self.bundle.trust.temperature.at(np.array([n_epochs]))
        return np.asarray(log_p - np.logaddexp.reduce(log_p, axis=1)[:, None])


def _replace_last_frame(
    sequence: ImageSequence, image: Shaped[np.ndarray, "channel y x"]
) -> ImageSequence:
    frames = sequence.frames.copy()
    frames[-1] = image
    return replace(sequence, frames=frames)


def _last_epoch(example: Example) -> Example:
    """Return the last epoch of an example, described as it is among the others."""
    names = ("images", "conditions", "light", "days", "band", "mjd")
    last = {name: getattr(example, name)[-1:] for name in names}
    look = int(example.deep_of[-1])
    return replace(
        example, **last, deep=example.deep[look : look + 1], deep_of=np.zeros(1, np.int64)
    )
