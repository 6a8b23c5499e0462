"""From a bundle and inputs of any kind to a prediction table."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from taonet.errors import InputError
from taonet.io.atomic import refuse_existing
from taonet.io.inputs import read_sequences
from taonet.io.lightcurves.tables import is_table
from taonet.io.sources import sources_of
from taonet.io.tables import check_suffix, write_parts
from taonet.io.tally import Tally
from taonet.models.bundle import load_bundle
from taonet.models.predict import predict_sequences, prior_of
from taonet.types import Track, no_progress


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
    track: Track = no_progress,
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
        if is_table(path):
            raise InputError(
                "a table; this bundle holds a network, which reads cutouts",
                where=path,
                do="give it cutouts; for light curves train trees: taonet train --lightcurves",
            )
    bundle = load_bundle(bundle_name)
    mix = None if prior is None else prior_of(bundle, prior)
    tally = Tally(output)
    sources = sources_of(paths)
    sequences = read_sequences(sources, tally, limit=limit, title="classifying", track=track)
    answers = predict_sequences(bundle, sequences, tally, workers=workers, prior=mix)
    parts = tally.count_objects(rows.tail(1) if final else rows for rows in answers)
    write_parts(parts, output, overwrite=overwrite)
    tally.require_objects("nothing could be classified")
    tally.write_list()
    if mix is not None:
        tally.remarks[mix.note] = 1
    return tally
