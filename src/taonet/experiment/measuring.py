"""The stage that measures: photometry of every object once, for the network and for trees.

Each few objects land in files of their own, so that an interrupted run measures little anew, and
runs of other seeds or settings can share them.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.data.batches import Reading
from taonet.data.measured import Measured, measured_of
from taonet.experiment.early_features import early_features
from taonet.experiment.plan import Experiment
from taonet.experiment.stages import open_run
from taonet.io.archive import Archive
from taonet.io.landing import landing_file
from taonet.parallel import in_order
from taonet.photometry import lightcurves
from taonet.sky.sequence import ImageSequence

VERSION = 1
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
        See `taonet.experiment.early_features.early_features`.
    use_times : bool
    output : Path
        Without its suffix.
    """

    archive: Path
    first: int
    last: int
    reading: Reading
    epochs: tuple[int, ...]
    use_times: bool
    output: Path


class MeasuredSequences:
    """Sequences with what was measured of them; see `taonet.data.batches.MeasuredSequences`."""

    def __init__(self, experiment: Experiment, parts: list[Path]) -> None:
        self._sequences = experiment.archive
        loaded = [np.load(part.with_suffix(".npz")) for part in parts]
        self._columns = np.concatenate([part["columns"] for part in loaded])
        self._ends = np.concatenate([part["n_epochs"] for part in loaded]).cumsum()

    def __len__(self) -> int:
        return len(self._sequences)

    def __getitem__(self, index: int) -> ImageSequence:
        return self._sequences[index]

    def measured(self, index: int) -> Measured:
        """Return what is known of the readable epochs of a sequence."""
        start = int(self._ends[index - 1]) if index else 0
        return Measured.from_array(self._columns[start : int(self._ends[index])])


def measure_all(experiment: Experiment, folder: Path, *, workers: int) -> list[Path]:
    """Measure every object, or what is left to measure, and return where the parts are."""
    open_run(folder, _digest(experiment))
    jobs = list(_jobs(experiment, folder))
    left = [job for job in jobs if not job.output.with_suffix(".npz").exists()]
    done = in_order(carry_out, left, workers=workers)
    for _ in experiment.track(done, len(left), "measuring light curves"):
        pass
    return [job.output for job in jobs]


def carry_out(job: Job) -> int:
    """Measure some objects; the file of what the network reads lands last."""
    archive = _opened(job.archive)
    columns: list[Float[np.ndarray, "epoch column"]] = []
    pairs = _measured(archive, job, columns)
    features = early_features(pairs, job.epochs, use_times=job.use_times)
    with landing_file(job.output.with_suffix(".parquet")) as temporary:
        features.to_parquet(temporary, index=False)
    with landing_file(job.output.with_suffix(".npz")) as temporary, temporary.open("wb") as file:
        lengths = np.array([len(part) for part in columns])
        np.savez(file, columns=np.concatenate(columns), n_epochs=lengths)
    archive.release()
    return job.last - job.first


def _measured(
    archive: Archive, job: Job, columns: list[Float[np.ndarray, "epoch column"]]
) -> Iterator[tuple[ImageSequence, list[lightcurves.Measured]]]:
    """Yield each object with its photometry, and note what the network reads of it."""
    for i in range(job.first, job.last):
        sequence = archive[i]
        shown = job.reading.epochs_of(sequence)
        if not len(shown):
            columns.append(np.zeros((0, columns[0].shape[1] if columns else 0), np.float32))
            continue
        sequence = sequence.take(shown)
        parts = lightcurves.measure(sequence)
        nothing = np.zeros((len(sequence), 0), np.float32)
        read = measured_of(sequence, parts).to_array() if job.reading.measured else nothing
        columns.append(read)
        yield sequence, parts


def features_in(parts: list[Path]) -> pd.DataFrame:
    """Return what trees read."""
    tables = [pd.read_parquet(part.with_suffix(".parquet")) for part in parts]
    return pd.concat(tables, ignore_index=True)


def _jobs(experiment: Experiment, folder: Path) -> Iterator[Job]:
    done = 0
    for archive in experiment.archive.archives:
        for first in range(0, len(archive), AT_ONCE):
            yield Job(
                archive=archive.path,
                first=first,
                last=min(first + AT_ONCE, len(archive)),
                reading=experiment.reading,
                epochs=experiment.recipe.prediction.epochs,
                use_times=experiment.recipe.model.use_times,
                output=folder / f"{done + first:06d}",
            )
        done += len(archive)


def _digest(experiment: Experiment) -> str:
    """Return a hash of what decides what is measured, and nothing of what a network makes of it."""
    reading = experiment.reading
    decides = {
        "version": VERSION,
        "data": experiment.archive.digest,
        "channels": reading.channels,
        "mjd_max": reading.mjd_max,
        "measured": reading.measured,
        "epochs": experiment.recipe.prediction.epochs,
        "use_times": experiment.recipe.model.use_times,
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=4)
def _opened(path: Path) -> Archive:
    return Archive(path)
