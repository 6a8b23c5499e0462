"""From inputs of any kind to a table of light curves or of their features."""

from collections.abc import Iterator
from pathlib import Path

from taonet.errors import InputError
from taonet.experiment.inputs import Tally, Track, open_inputs, sequences_in
from taonet.io.landing import refuse_existing
from taonet.io.tables import check_suffix, write_table
from taonet.photometry.tables import feature_table, lightcurve_table
from taonet.sky.sequence import ImageSequence


def measure(
    inputs: list[Path],
    output: Path,
    *,
    features: bool = False,
    limit: int | None = None,
    overwrite: bool = False,
    track: Track = lambda items, _n, _title: items,
) -> Tally:
    """Measure every object of the inputs and write a table.

    Parameters
    ----------
    features : bool
        Write the 30 published features of each light curve instead of the curves.

    Raises
    ------
    InputError
        If nothing could be measured; nothing is written then.
    """
    check_suffix(output)
    refuse_existing(output, overwrite=overwrite)
    tally = Tally(output)
    sources = open_inputs(inputs)
    sequences = sequences_in(sources, tally, limit=limit, title="measuring", track=track)
    counted = _counted(sequences, tally)
    table = feature_table(counted) if features else lightcurve_table(counted)
    if not tally.objects:
        reason = tally.reasons[0] if tally.reasons else "no objects"
        raise InputError("nothing could be measured", got=reason)
    write_table(table, output, overwrite=overwrite)
    return tally


def _counted(sequences: Iterator[ImageSequence], tally: Tally) -> Iterator[ImageSequence]:
    for sequence in sequences:
        tally.objects += 1
        yield sequence
