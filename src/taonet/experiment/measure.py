"""From inputs of any kind to a table of light curves or of their features."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from taonet.errors import InputError
from taonet.experiment.inputs import Tally, Track, open_inputs, sequences_in, tallied_curves
from taonet.io.landing import refuse_existing
from taonet.io.lightcurve_tables import Curve, is_table
from taonet.io.tables import check_suffix, write_parts
from taonet.photometry.tables import feature_row, lightcurve_rows, published_row


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
    if any(map(is_table, inputs)):
        rows = _rows_of_tables(inputs, tally, features=features, limit=limit, track=track)
    else:
        sources = open_inputs(inputs)
        sequences = sequences_in(sources, tally, limit=limit, title="measuring", track=track)
        rows = map(feature_row if features else lightcurve_rows, sequences)
    write_parts(tally.counted(rows), output, overwrite=overwrite)
    tally.refuse_nothing("nothing could be measured")
    return tally


def _rows_of_tables(
    inputs: list[Path], tally: Tally, *, features: bool, limit: int | None, track: Track
) -> Iterator[pd.DataFrame]:
    """Yield the features of light curves that are measured already."""
    if not features:
        do = "give --features published for their features"
        raise InputError("these are light curves already", where=inputs[0], do=do)
    for path in inputs:
        for curve in track(*tallied_curves(path, tally, limit=limit), "measuring"):
            row = _features_of(curve, tally)
            if row is not None:
                yield row


def _features_of(curve: Curve, tally: Tally) -> pd.DataFrame | None:
    try:
        return published_row(curve.object_id, curve.class_name, curve.mjd, curve.mag, curve.magerr)
    except InputError as error:
        tally.put_aside(curve.object_id, str(error))
        return None
