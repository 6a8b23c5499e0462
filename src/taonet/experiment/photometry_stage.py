"""The stage that measures: photometry of every object once, for the network and for trees.

Objects are measured in batches, each written to files of its own: an interrupted run repeats
little, and runs with other seeds or settings can share the files.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from taonet.experiment.plan import CALIBRATION_PART, Experiment
from taonet.experiment.stages import reserve_run_folder
from taonet.experiment.stored_photometry import PhotometryJob
from taonet.io.archive import Archive
from taonet.parallel import map_in_order

VERSION = 3
"""Version of the photometry and of its files."""

BATCH_OBJECTS = 100
"""Objects in a batch; an interrupted run repeats at most one batch per process."""


def measure_all(experiment: Experiment, folder: Path, *, workers: int) -> list[Path]:
    """Measure every object that has not been measured yet, and return the files without suffix.

    Nothing is measured where neither the network nor trees ask for it.

    Every archive has a folder of its own in ``folder``, named by a hash of all that decides its
    content.
    """
    if not (experiment.reading.measured or experiment.recipe.prediction.trees):
        return []
    # photometry only where something is measured: networks that read pixels only do without it
    from taonet.experiment.photometry_job import run_job

    jobs = list(_plan_jobs(experiment, folder))
    pending = [job for job in jobs if not job.output.with_suffix(".npz").exists()]
    done = map_in_order(run_job, pending, workers=workers)
    for _ in experiment.track(done, len(pending), "measuring light curves"):
        pass
    return [job.output for job in jobs]


def _plan_jobs(experiment: Experiment, folder: Path) -> Iterator[PhotometryJob]:
    for part, archive in experiment.archive.pieces:
        trees = part != CALIBRATION_PART and experiment.recipe.prediction.trees
        digest = _digest(experiment, archive, trees=trees)
        own = folder / f"{archive.survey}-{digest[:12]}"
        reserve_run_folder(own, digest)
        for first in range(0, len(archive), BATCH_OBJECTS):
            yield PhotometryJob(
                archive=archive.path,
                first=first,
                last=min(first + BATCH_OBJECTS, len(archive)),
                reading=experiment.reading,
                epochs=experiment.recipe.prediction.epochs,
                use_times=experiment.recipe.model.use_times,
                trees=trees,
                output=own / f"{first:06d}",
            )


def _digest(experiment: Experiment, archive: Archive, *, trees: bool) -> str:
    """Return a hash of all settings that the photometry depends on, and of no others."""
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
