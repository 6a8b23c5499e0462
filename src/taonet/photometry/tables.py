"""Light curves and features as tables: one row an epoch, one row an object."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from taonet.io.landing import landing_file
from taonet.photometry.aperture import light_curve
from taonet.photometry.features import PUBLISHED, published_features
from taonet.sky.sequence import ImageSequence

LIGHTCURVE_SCHEMA = pa.schema(
    [
        ("object_id", pa.string()),
        ("class_name", pa.string()),
        ("mjd", pa.float64()),
        ("band", pa.string()),
        ("flux", pa.float64()),
        ("flux_err", pa.float64()),
        ("mag", pa.float64()),
        ("magerr", pa.float64()),
        ("quality", pa.int32()),
    ]
)
"""Columns of a table of light curves: MJD in UTC days, fluxes in the unit of the frames."""

ROWS_A_CHUNK = 100_000
"""Rows held in memory before they are written: some 10 MB."""


def lightcurve_table(sequences: Iterable[ImageSequence]) -> pd.DataFrame:
    """Measure sequences and lay their light curves end to end.

    Returns
    -------
    DataFrame
        The columns of `LIGHTCURVE_SCHEMA`; every epoch is there, detected or not. Magnitudes are
        NaN where the flux is not positive.
    """
    curves = [_curve_rows(sequence) for sequence in sequences]
    if not curves:
        empty: pd.DataFrame = LIGHTCURVE_SCHEMA.empty_table().to_pandas()
        return empty
    return pd.concat(curves, ignore_index=True)


def write_lightcurves(
    path: Path, sequences: Iterable[ImageSequence], *, overwrite: bool = False
) -> int:
    """Measure sequences and write `lightcurve_table` of them to parquet, in constant memory.

    All or nothing: the file appears when the last sequence has been measured.

    Parameters
    ----------
    path : Path
        Of the parquet file.
    sequences : iterable of ImageSequence
        Taken one by one.
    overwrite : bool
        Replace a file that is there.

    Returns
    -------
    int
        The number of rows written.

    Raises
    ------
    OutputError
        If the file exists, or there is no folder or room for it.
    """
    rows = 0
    with landing_file(path, overwrite=overwrite) as temporary:
        with pq.ParquetWriter(temporary, LIGHTCURVE_SCHEMA) as writer:
            for chunk in _chunks(_curve_rows(sequence) for sequence in sequences):
                writer.write_table(pa.Table.from_pandas(chunk, schema=LIGHTCURVE_SCHEMA))
                rows += len(chunk)
    return rows


def feature_table(sequences: Iterable[ImageSequence]) -> pd.DataFrame:
    """Measure sequences and return object_id, class_name and one column a published feature."""
    rows = []
    for sequence in sequences:
        curve = light_curve(sequence)
        features = published_features(curve.mjd, curve.mag, curve.magerr)
        known = {"object_id": sequence.object_id, "class_name": sequence.class_name}
        rows.append({**known, **features})
    return pd.DataFrame(rows, columns=["object_id", "class_name", *PUBLISHED])


def _chunks(curves: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    held: list[pd.DataFrame] = []
    for curve in curves:
        held.append(curve)
        if sum(map(len, held)) >= ROWS_A_CHUNK:
            yield pd.concat(held, ignore_index=True)
            held = []
    if held:
        yield pd.concat(held, ignore_index=True)


def _curve_rows(sequence: ImageSequence) -> pd.DataFrame:
    curve = light_curve(sequence)
    n = len(curve.mjd)
    return pd.DataFrame(
        {
            "object_id": np.repeat(np.array([sequence.object_id], dtype=object), n),
            "class_name": np.repeat(np.array([sequence.class_name], dtype=object), n),
            "mjd": curve.mjd,
            "band": np.array(curve.band, dtype=object),
            "flux": curve.flux,
            "flux_err": curve.flux_err,
            "mag": curve.mag,
            "magerr": curve.magerr,
            "quality": sequence.quality,
        }
    )
