"""The stage that measures: photometry of every object once, for the network and for trees.

Each few objects land in files of their own, so that an interrupted run measures little anew, and
runs of other seeds or settings can share them.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.data.epoch_photometry import EpochPhotometry, SequenceInputs, measure_epochs
from taonet.data.reading import Reading, running_mean
from taonet.experiment.plan import CALIBRATION, Experiment
from taonet.experiment.stages import open_run
from taonet.features.early import early_features
from taonet.io.archive import Archive
from taonet.io.atomic import atomic_file
from taonet.parallel import map_in_order
from taonet.photometry import lightcurves
from taonet.sky.sequence import ImageSequence

VERSION = 3
"""Of what is measured and how it is kept."""

AT_ONCE = 100
"""Objects; a run that is interrupted measures no more than so many anew."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is measured of some objects of an archive, and where it is put.

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
        Work out what trees read, too.
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
    """Sequences with what was measured of them; see `taonet.data.reading.MeasuredSequences`.

    Pictures stay on disk until they are asked for.
    """

    def __init__(self, experiment: Experiment, parts: list[Path]) -> None:
        self._sequences = experiment.archive
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
        """Return what is known of the readable epochs of a sequence."""
        return SequenceInputs(
            measured=self.load_photometry(index), deep=self._load_running_means(index)
        )

    def load_photometry(self, index: int) -> EpochPhotometry:
        """Return what was measured of the readable epochs of a sequence."""
        start = int(self._ends[index - 1]) if index else 0
        return EpochPhotometry.from_array(self._columns[start : int(self._ends[index])])

    def _load_running_means(self, index: int) -> Float[np.ndarray, "look channel y x"] | None:
        part = int(np.searchsorted(self._firsts, index, side="right")) - 1
        looks, own = self._looks[part], index - int(self._firsts[part])
        found = self._deep[part][int(looks[own]) : int(looks[own + 1])]
        return np.asarray(found) if found.size else None


def measure_all(experiment: Experiment, folder: Path, *, workers: int) -> list[Path]:
    """Measure every object, or what is left to measure, and return where the parts are.

    Every archive has a folder of its own in ``folder``, named by all that decides what is in it.
    """
    jobs = list(_plan_jobs(experiment, folder))
    left = [job for job in jobs if not job.output.with_suffix(".npz").exists()]
    done = map_in_order(run_job, left, workers=workers)
    for _ in experiment.track(done, len(left), "measuring light curves"):
        pass
    return [job.output for job in jobs]


def run_job(job: Job) -> int:
    """Measure some objects; the file of what the network reads lands last."""
    archive = _open_archive(job.archive)
    kept: list[NetworkInputs] = []
    measured = _measure_objects(archive, job, kept)
    if job.trees:
        features = early_features(measured, job.epochs, use_times=job.use_times)
        with atomic_file(job.output.with_suffix(".parquet")) as temporary:
            features.to_parquet(temporary, index=False)
    for _ in measured:
        pass
    with atomic_file(job.output.with_suffix(".npy")) as temporary, temporary.open("wb") as file:
        np.save(file, _concatenate([one.deep for one in kept]))
    with atomic_file(job.output.with_suffix(".npz")) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            columns=_concatenate([one.columns for one in kept]),
            n_epochs=np.array([len(one.columns) for one in kept]),
            n_looks=np.array([len(one.deep) for one in kept]),
        )
    archive.release()
    return job.last - job.first


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkInputs:
    """What is kept of an object for the network.

    ``columns`` (epoch, column) as in `Measured.to_array`; ``deep`` (look, channel, y, x) half
    precision, as in `taonet.data.epoch_photometry.SequenceInputs`.
    """

    columns: Float[np.ndarray, "epoch column"]
    deep: Float[np.ndarray, "look channel y x"]


NOTHING = NetworkInputs(
    columns=np.zeros((0, 0), np.float32), deep=np.zeros((0, 0, 0, 0), np.float16)
)


def _concatenate(parts: list[Float[np.ndarray, "_ *rest"]]) -> Float[np.ndarray, "_ *rest"]:
    """Lay arrays end to end; empty ones have no shape to keep."""
    return np.concatenate([part for part in parts if len(part)] or parts[:1])


def _measure_objects(
    archive: Archive, job: Job, kept: list[NetworkInputs]
) -> Iterator[tuple[ImageSequence, list[lightcurves.BandMeasurement]]]:
    """Yield each object with its photometry, and note what the network reads of it."""
    for i in range(job.first, job.last):
        sequence = archive[i]
        shown = job.reading.epochs_of(sequence)
        if not len(shown):
            kept.append(NOTHING)
            continue
        sequence = sequence.take(shown)
        parts = lightcurves.measure_bands(sequence)
        kept.append(_build_inputs(sequence, parts, job.reading))
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


def read_features(parts: list[Path]) -> pd.DataFrame:
    """Return what trees read, of the archives that trees learn from or are tested on."""
    files = [file for part in parts if (file := part.with_suffix(".parquet")).exists()]
    tables = [pd.read_parquet(file) for file in files]
    return pd.concat(tables, ignore_index=True)


def _plan_jobs(experiment: Experiment, folder: Path) -> Iterator[Job]:
    for part, archive in experiment.archive.parts.items():
        trees = part != CALIBRATION
        digest = _digest(experiment, archive, trees=trees)
        own = folder / f"{archive.survey}-{digest[:12]}"
        open_run(own, digest)
        for first in range(0, len(archive), AT_ONCE):
            yield Job(
                archive=archive.path,
                first=first,
                last=min(first + AT_ONCE, len(archive)),
                reading=experiment.reading,
                epochs=experiment.recipe.prediction.epochs,
                use_times=experiment.recipe.model.use_times,
                trees=trees,
                output=own / f"{first:06d}",
            )


def _digest(experiment: Experiment, archive: Archive, *, trees: bool) -> str:
    """Return a hash of what decides what is measured, and nothing of what a network makes of it."""
    reading = experiment.reading
    decides = {
        "version": VERSION,
        "data": archive.digest,
        "channels": reading.channels,
        "mjd_max": reading.mjd_max,
        "measured": reading.measured,
        "deep_px": reading.deep_px,
        "bands": reading.bands,
        "epochs": experiment.recipe.prediction.epochs if trees else None,
        "use_times": experiment.recipe.model.use_times if trees else None,
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=4)
def _open_archive(path: Path) -> Archive:
    return Archive(path)
