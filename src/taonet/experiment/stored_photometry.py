"""Jobs of photometry, for the network and for trees, and what trees read of it; without torch.

What is to be measured, and what was: `taonet.experiment.photometry_job` measures it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from taonet.data.reading import Reading


@dataclass(frozen=True, kw_only=True)
class PhotometryJob:
    """Some objects of an archive to be measured, and the files to write.

    Parameters
    ----------
    archive : Path
    first, last : int
        Objects of the archive.
    reading : Reading
    epochs : tuple of int
        See `taonet.features.early.early_features`.
    use_times : bool
    trees : bool
        Measure the features that trees read, too.
    output : Path
        Without its suffix.
    """

    archive: Path
    first: int
    last: int
    reading: Reading
    epochs: tuple[int, ...]
    use_times: bool
    trees: bool
    output: Path


def read_features(parts: Sequence[Path]) -> pd.DataFrame:
    """Return the features that trees read, of all archives for which they were measured.

    There may be none: then the table is empty.
    """
    files = [file for part in parts if (file := part.with_suffix(".parquet")).exists()]
    tables = [pd.read_parquet(file) for file in files]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
