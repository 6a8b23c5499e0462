"""Photometry of an archive's objects in files, for the network and for trees; without torch.

What is to be measured, and what was: `taonet.experiment.photometry_job` measures it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.data.epoch_photometry import EpochPhotometry, SequenceInputs
from taonet.data.reading import Reading, Sequences
from taonet.sky.sequence import ImageSequence


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


class StoredSequences:
    """Sequences with their stored photometry; see `taonet.data.reading.MeasuredSequences`.

    Running means stay on disk until they are read.

    Parameters
    ----------
    sequences : Sequences
        The archive, or several joined.
    parts : sequence of Path
        The outputs of the jobs, in the order of the objects.
    """

    def __init__(self, sequences: Sequences, parts: Sequence[Path]) -> None:
        self._sequences = sequences
        loaded = [np.load(part.with_suffix(".npz")) for part in parts]
        self._columns = np.concatenate([part["columns"] for part in loaded])
        self._ends = np.concatenate([part["n_epochs"] for part in loaded]).cumsum()
        self._deep = [np.load(part.with_suffix(".npy"), mmap_mode="r") for part in parts]
        self._looks = [np.append(0, part["n_looks"].cumsum()).astype(np.int64) for part in loaded]
        self._firsts = np.cumsum([0, *(len(part["n_epochs"]) for part in loaded)])

    def __len__(self) -> int:
        return len(self._sequences)

    def __getitem__(self, index: int) -> ImageSequence:
        return self._sequences[index]

    def load_inputs(self, index: int) -> SequenceInputs:
        """Return the stored inputs of the readable epochs of a sequence."""
        return SequenceInputs(
            measured=self.load_photometry(index), deep=self._load_running_means(index)
        )

    def load_photometry(self, index: int) -> EpochPhotometry:
        """Return the photometry of the readable epochs of a sequence."""
        start = int(self._ends[index - 1]) if index else 0
        return EpochPhotometry.from_array(self._columns[start : int(self._ends[index])])

    def _load_running_means(self, index: int) -> Float[np.ndarray, "look channel y x"] | None:
        part = int(np.searchsorted(self._firsts, index, side="right")) - 1
        looks, own = self._looks[part], index - int(self._firsts[part])
        means = self._deep[part][int(looks[own]) : int(looks[own + 1])]
        return np.asarray(means) if means.size else None


def read_features(parts: Sequence[Path]) -> pd.DataFrame:
    """Return the features that trees read, of all archives for which they were measured.

    There may be none: then the table is empty.
    """
    files = [file for part in parts if (file := part.with_suffix(".parquet")).exists()]
    tables = [pd.read_parquet(file) for file in files]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
