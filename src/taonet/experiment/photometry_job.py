"""Measuring an archive's objects for the network and for trees, into files; without torch.

Processes that measure import this module and nothing that learns; a run that measures nothing does
not import it.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from taonet.data.epoch_measurement import measure_epochs
from taonet.data.reading import Reading, running_mean
from taonet.experiment.stored_inputs import NOTHING, StoredObject, write_objects
from taonet.experiment.stored_photometry import PhotometryJob
from taonet.features.early import early_features
from taonet.io.archive import Archive
from taonet.io.atomic import atomic_file
from taonet.photometry import lightcurves
from taonet.sky.sequence import ImageSequence


def run_job(job: PhotometryJob) -> int:
    """Measure some objects and return their number; the file for the network is written last."""
    archive = _open_archive(job.archive)
    inputs: list[StoredObject] = []
    measured = _measure_objects(archive, job, inputs)
    if job.trees:
        features = early_features(measured, job.epochs, use_times=job.use_times)
        with atomic_file(job.output.with_suffix(".parquet")) as temporary:
            features.to_parquet(temporary, index=False)
    for _ in measured:
        pass
    write_objects(inputs, job.output)
    archive.release()
    return job.last - job.first


def _measure_objects(
    archive: Archive, job: PhotometryJob, inputs: list[StoredObject]
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
) -> StoredObject:
    if not reading.measured:
        columns = np.zeros((len(sequence), 0), np.float32)
        return replace(NOTHING, columns=columns)
    measured = measure_epochs(sequence, parts)
    deep = NOTHING.deep
    if reading.deep_px:
        band = np.array([reading.band_index(b, where=sequence.object_id) for b in sequence.band])
        frames = sequence.pixels[:, : len(reading.channels)]
        deep, _ = running_mean(frames, band, measured, reading.deep_px)
    return StoredObject(columns=measured.to_array(), deep=deep.astype(np.float16))


@lru_cache(maxsize=4)
def _open_archive(path: Path) -> Archive:
    return Archive(path)
