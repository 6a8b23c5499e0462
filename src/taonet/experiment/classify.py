"""From a bundle and inputs of any kind to a prediction table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from taonet.data.batches import Example, Reading, example_of
from taonet.errors import InputError
from taonet.experiment.inputs import Tally, Track, open_inputs, sequences_in
from taonet.io.landing import refuse_existing
from taonet.io.tables import SUFFIXES, check_suffix, write_parts
from taonet.models.bundle import Bundle, load_bundle
from taonet.models.predict import check_size, predict_prepared, prior_of
from taonet.parallel import in_order
from taonet.prior import Prior
from taonet.sky.sequence import ImageSequence


def classify(
    bundle_name: str | Path,
    inputs: Sequence[str | Path],
    output: str | Path,
    *,
    final: bool = False,
    limit: int | None = None,
    workers: int = 1,
    prior: Mapping[str, object] | None = None,
    overwrite: bool = False,
    track: Track = lambda items, _n, _title: items,
) -> Tally:
    """Classify every object of the inputs and write the prediction table.

    Parameters
    ----------
    bundle_name : str
        A shipped bundle's name or a bundle's folder.
    final : bool
        Keep only each object's last answer.
    workers : int
        Processes that measure what the network reads beside the pixels.
    prior : mapping, optional
        How common each class is among the objects: see `taonet.models.predict.prior_of`.

    Raises
    ------
    InputError
        If nothing could be classified, or the prior is none for the classes; nothing is written
        then.
    OutputError
        If the table exists, or cannot be written.
    """
    paths, output = [Path(path) for path in inputs], Path(output)
    check_suffix(output)
    refuse_existing(output, overwrite=overwrite)
    for path in paths:
        if path.suffix in SUFFIXES and path.is_file():
            raise InputError(
                "a table; this bundle holds a network, which reads cutouts",
                where=path,
                do="give it cutouts; for light curves train trees: taonet train --lightcurves",
            )
    bundle = load_bundle(bundle_name)
    mix = None if prior is None else prior_of(bundle, prior)
    tally = Tally(output)
    sources = open_inputs(paths)
    sequences = sequences_in(sources, tally, limit=limit, title="classifying", track=track)
    answers = answered(bundle, sequences, tally, workers=workers, prior=mix)
    parts = tally.counted(rows.tail(1) if final else rows for rows in answers)
    write_parts(parts, output, overwrite=overwrite)
    tally.refuse_nothing("nothing could be classified")
    tally.write_list()
    if mix is not None:
        tally.remarks[mix.note] = 1
    return tally


def answered(
    bundle: Bundle,
    sequences: Iterable[ImageSequence],
    tally: Tally,
    *,
    workers: int = 1,
    prior: Prior | None = None,
) -> Iterator[pd.DataFrame]:
    """Yield the prediction rows of each object; what the network cannot read is put aside."""
    ready = made_ready(bundle, sequences, tally, workers=workers)
    turns = int(bundle.facts.get("turns", 1))
    return predict_prepared(bundle, ready, turns=turns, prior=prior)


def made_ready(
    bundle: Bundle, sequences: Iterable[ImageSequence], tally: Tally, *, workers: int = 1
) -> Iterator[tuple[ImageSequence, Example]]:
    """Yield what the network reads of each object; what it cannot read is put aside.

    An epoch in a band that it does not know costs itself, not the object.
    Of the sequences only one frame is left.
    """
    make = partial(_made_ready, bundle.reading, bundle.frame_px)
    return _readable(in_order(make, sequences, workers=workers), tally)


def _made_ready(
    reading: Reading, frame_px: int, sequence: ImageSequence
) -> tuple[ImageSequence, Example | InputError, list[InputError]]:
    """Return what the network reads of a sequence, or why it cannot, and which epochs it cannot.

    Of the frames only one is left.
    """
    named = sequence.take(np.zeros(1, np.int64))
    try:
        check_size(sequence, frame_px)
        example = example_of(sequence, reading)
        return named, example, list(reading.bands_not_known(sequence).values())
    except InputError as error:
        return named, error, []


def _readable(
    made: Iterable[tuple[ImageSequence, Example | InputError, list[InputError]]], tally: Tally
) -> Iterator[tuple[ImageSequence, Example]]:
    for sequence, example, left_out in made:
        for error in left_out:
            tally.reject(sequence.object_id, error, part=True)
        if isinstance(example, InputError):
            tally.reject(sequence.object_id, example)
        else:
            yield sequence, example
