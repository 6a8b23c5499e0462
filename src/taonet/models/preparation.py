"""From sequences to what a network reads of them; the network itself is not needed for that.

So the processes that prepare sequences do not load it either.
"""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import repeat

import numpy as np
from jaxtyping import Float, Int

from taonet.data.detection import Detection, detect
from taonet.data.frame_signature import frame_signature
from taonet.data.ignored_epochs import NOTHING_IGNORED, IgnoredEpochs
from taonet.data.reading import Encode, Example, Reading, example_of
from taonet.data.sequence_inputs import SequenceInputs
from taonet.errors import InputError
from taonet.io.object_facts import ObjectFacts
from taonet.io.rejection import RejectionHandler
from taonet.parallel import map_in_order
from taonet.sky.sequence import ImageSequence


@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedSequence:
    """An object whose sequence was prepared for a network; the frames themselves are let go.

    Parameters
    ----------
    facts : ObjectFacts
    example : Example
        What the network reads.
    detection : Detection
        What is seen at the object's place after each epoch that the network reads.
    signature : array (epoch, number)
        What the frames so far look like; see `taonet.data.frame_signature`.
    left_out : tuple of InputError
        Epochs in a band that the network does not know, each with the reason.
    ignored : IgnoredEpochs
        All epochs that the network does not read.
    """

    facts: ObjectFacts
    example: Example
    detection: Detection
    signature: Float[np.ndarray, "epoch number"]
    left_out: tuple[InputError, ...] = ()
    ignored: IgnoredEpochs = NOTHING_IGNORED


def prepare_example(
    sequence: ImageSequence,
    reading: Reading,
    *,
    frame_px: int,
    epochs: Int[np.ndarray, " shown"] | None = None,
    precomputed: SequenceInputs | None = None,
    encode: Encode | None = None,
) -> PreparedSequence:
    """Prepare a sequence for a network; see `taonet.data.reading.example_of`.

    Parameters
    ----------
    reading, frame_px
        Of the network's bundle.
    epochs, precomputed, encode
        As there.

    Raises
    ------
    InputError
        If the cutouts are smaller than those the network was trained on, or nothing can be read.
    """
    if min(sequence.frames.shape[-2:]) < frame_px:
        raise InputError(
            "the cutouts are too small for this model",
            where=f"sequence {sequence.object_id}",
            got=f"{sequence.frames.shape[-2:]} pixels, not {frame_px}",
        )
    read = reading.epochs_of(sequence)
    few = sequence.take(read) if len(read) else sequence
    example = example_of(few, reading, epochs=epochs, precomputed=precomputed, encode=encode)
    shown = slice(None) if epochs is None else epochs
    pixels = np.asarray(few.pixels[shown])
    sky, noise = levels = few.levels[0][shown], few.levels[1][shown]
    return PreparedSequence(
        facts=ObjectFacts.of(sequence),
        example=example,
        detection=detect(pixels, sequence.channels, levels=levels),
        signature=frame_signature(pixels[:, 0], levels=(sky[:, 0], noise[:, 0])),
        left_out=tuple(reading.unknown_band_errors(sequence).values()),
        ignored=reading.ignored_epochs_of(sequence),
    )


def prepare_examples(
    sequences: Iterable[ImageSequence],
    reading: Reading,
    *,
    frame_px: int,
    precomputed: Iterable[SequenceInputs | None] | None = None,
    encode: Encode | None = None,
    workers: int = 1,
    on_rejection: RejectionHandler | None = None,
) -> Iterator[PreparedSequence]:
    """Yield what a network reads of each sequence, in order.

    An epoch in a band that it does not know costs itself, not the object.

    Parameters
    ----------
    reading, frame_px
        Of the network's bundle.
    precomputed : iterable, optional
        What was worked out of the readable epochs of each sequence beforehand.
    encode : function, optional
        The frame encoder of the bundle, if it has one.
    workers : int
        Processes; an encoder works in this one, with as many threads as torch has.
    on_rejection : function, optional
        Called with each object, or epoch, that cannot be read; such objects are passed over. By
        default the first such object is an error, and epochs are warned about.

    Raises
    ------
    InputError
        If a sequence cannot be read and there is no ``on_rejection``.
    """
    pairs = zip(sequences, precomputed or repeat(None), strict=False)
    prepare = partial(_prepare_pair, reading, frame_px, encode)
    processes = workers if encode is None else 1
    for prepared in map_in_order(prepare, pairs, workers=processes):
        if isinstance(prepared, _Unreadable):
            if on_rejection is None:
                raise prepared.error
            on_rejection(prepared.object_id, prepared.error)
            continue
        _report_left_out(prepared, on_rejection)
        yield prepared


@dataclass(frozen=True, kw_only=True)
class _Unreadable:
    object_id: str
    error: InputError


def _prepare_pair(
    reading: Reading,
    frame_px: int,
    encode: Encode | None,
    pair: tuple[ImageSequence, SequenceInputs | None],
) -> PreparedSequence | _Unreadable:
    # a generator in another process cannot go on after an error: it is a result like any other
    sequence, precomputed = pair
    try:
        return prepare_example(
            sequence, reading, frame_px=frame_px, precomputed=precomputed, encode=encode
        )
    except InputError as error:
        return _Unreadable(object_id=sequence.object_id, error=error)


def _report_left_out(prepared: PreparedSequence, on_rejection: RejectionHandler | None) -> None:
    if on_rejection is not None:
        for error in prepared.left_out:
            on_rejection(prepared.facts.object_id, error, part=True)
    elif prepared.left_out:
        warnings.warn(f"{len(prepared.left_out)} × left out: {prepared.left_out[0]}", stacklevel=2)
