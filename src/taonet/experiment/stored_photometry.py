"""Photometry of an archive's objects in files, for the network and for trees; without torch.

Processes that measure import this module and nothing that learns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.data.epoch_photometry import EpochPhotometry, SequenceInputs, measure_epochs
from taonet.data.reading import Reading, Sequences, running_mean
from taonet.features.early import early_features
from taonet.io.archive import Archive
from taonet.io.atomic import atomic_file
from taonet.photometry import lightcurves
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


def run_job(job: PhotometryJob) -> int:
    """Measure some objects and return their number; the file for the network is written last."""
    archive = _open_archive(job.archive)
    inputs: list[NetworkInputs] = []
    measured = _measure_objects(archive, job, inputs)
    if job.trees:
        features = early_features(measured, job.epochs, use_times=job.use_times)
        with atomic_file(job.output.with_suffix(".parquet")) as temporary:
            features.to_parquet(temporary, index=False)
    for _ in measured:
        pass
    with atomic_file(job.output.with_suffix(".npy")) as temporary, temporary.open("wb") as file:
        np.save(file, _concatenate([one.deep for one in inputs]))
    with atomic_file(job.output.with_suffix(".npz")) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            columns=_concatenate([one.columns for one in inputs]),
            n_epochs=np.array([len(one.columns) for one in inputs]),
            n_looks=np.array([len(one.deep) for one in inputs]),
        )
    archive.release()
    return job.last - job.first


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkInputs:
    """What is stored of an object for the network.

    ``columns`` (epoch, column), see `EpochPhotometry.to_array`; ``deep`` (look, channel, y, x) half
    precision, see `taonet.data.epoch_photometry.SequenceInputs`.
    """

    columns: Float[np.ndarray, "epoch column"]
    deep: Float[np.ndarray, "look channel y x"]


NOTHING = NetworkInputs(
    columns=np.zeros((0, 0), np.float32), deep=np.zeros((0, 0, 0, 0), np.float16)
)


def _concatenate(parts: list[Float[np.ndarray, "_ *rest"]]) -> Float[np.ndarray, "_ *rest"]:
    """Concatenate arrays, passing over empty ones, whose shape is not that of the others."""
    return np.concatenate([part for part in parts if len(part)] or parts[:1])


def _measure_objects(
    archive: Archive, job: PhotometryJob, inputs: list[NetworkInputs]
) -> Iterator[tuple[ImageSequence, list[lightcurves.BandMeasurement]]]:
    """Yield each object with its photometry, and collect the network's inputs."""
    for i in range(job.first, job.last):
        sequence = archive[i]
        epochs = job.reading.epochs_of(sequence)
        if not len(epochs):
            inputs.append(NOTHING)
            continue
        sequence = sequence.take(epochs)
        parts = lightcurves.measure_bands(sequence)
        inputs.append(_build_inputs(sequence, parts, job.reading))
        yield sequence, parts


def _build_inputs(
    sequence: ImageSequence, parts: list[lightcurves.BandMeasurement], reading: Reading
) -> NetworkInputs:
    if not reading.measured:
        columns = np.zeros((len(sequence), 0), np.float32)
        return replace(NOTHING, columns=columns)
    measured = measure_epochs(sequence, parts)
    deep = NOTHING.deep
    if reading.deep_px:
        band = np.array([reading.band_index(b, where=sequence.object_id) for b in sequence.band])
        frames = sequence.pixels[:, : len(reading.channels)]
        deep, _ = running_mean(frames, band, measured, reading.deep_px)
    return NetworkInputs(columns=measured.to_array(), deep=deep.astype(np.float16))


@lru_cache(maxsize=4)
def _open_archive(path: Path) -> Archive:
    return Archive(path)


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
