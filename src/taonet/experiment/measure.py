"""From inputs of any kind to a table of light curves or of their features."""

from pathlib import Path

from taonet.experiment.inputs import Tally, Track, open_inputs, sequences_in
from taonet.io.landing import refuse_existing
from taonet.io.tables import check_suffix, write_parts
from taonet.photometry.tables import feature_row, lightcurve_rows


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
    measured = feature_row if features else lightcurve_rows
    write_parts(tally.counted(map(measured, sequences)), output, overwrite=overwrite)
    tally.refuse_nothing("nothing could be measured")
    return tally
