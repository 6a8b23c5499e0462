"""From a bundle and inputs of any kind to a prediction table."""

from collections.abc import Iterator
from pathlib import Path

from taonet.errors import InputError
from taonet.experiment.inputs import Tally, Track, open_inputs, sequences_in
from taonet.io.landing import refuse_existing
from taonet.io.tables import SUFFIXES, check_suffix, write_parts
from taonet.models.bundle import Bundle, load_bundle
from taonet.models.predict import predict, readable_example
from taonet.sky.sequence import ImageSequence


def classify(
    bundle_name: str,
    inputs: list[Path],
    output: Path,
    *,
    final: bool = False,
    limit: int | None = None,
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

    Raises
    ------
    InputError
        If nothing could be classified; nothing is written then.
    OutputError
        If the table exists, or cannot be written.
    """
    check_suffix(output)
    refuse_existing(output, overwrite=overwrite)
    for path in inputs:
        if path.suffix in SUFFIXES and path.is_file():
            raise InputError(
                "a table of light curves; this bundle holds a network, which reads cutouts",
                where=path,
                do="give it cutouts, or train trees: taonet train --lightcurves",
            )
    bundle = load_bundle(bundle_name)
    tally = Tally(output)
    sources = open_inputs(inputs)
    sequences = sequences_in(sources, tally, limit=limit, title="classifying", track=track)
    readable = _readable(bundle, sequences, tally)
    turns = int(bundle.facts.get("turns", 1))
    answers = predict(bundle, readable, turns=turns)
    parts = tally.counted(rows.tail(1) if final else rows for rows in answers)
    write_parts(parts, output, overwrite=overwrite)
    tally.refuse_nothing("nothing could be classified")
    return tally


def _readable(
    bundle: Bundle, sequences: Iterator[ImageSequence], tally: Tally
) -> Iterator[ImageSequence]:
    for sequence in sequences:
        try:
            readable_example(bundle, sequence)
        except InputError as error:
            tally.put_aside(sequence.object_id, str(error))
        else:
            yield sequence
