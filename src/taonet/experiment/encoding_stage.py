"""The stage that encodes: what the frame encoder says of every object's frames, once.

An encoder that no longer learns says the same in every step of a training. Objects are encoded in
batches, as they are measured (`taonet.experiment.photometry_stage`).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from taonet.data.reading import Reading, running_mean
from taonet.errors import InputError
from taonet.experiment.photometry_stage import BATCH_OBJECTS
from taonet.experiment.plan import Experiment
from taonet.experiment.stages import reserve_run_folder
from taonet.experiment.stored_inputs import NOTHING, StoredObject, is_written, write_objects
from taonet.io.archive import Archive
from taonet.models.encoder_folder import TaughtEncoder
from taonet.models.encoding import encode_sequence
from taonet.sky.sequence import ImageSequence

VERSION: Final = 1
"""Version of the encodings and of their files."""


@dataclass(frozen=True, kw_only=True)
class _Batch:
    archive: Archive
    first: int
    last: int
    output: Path


def encode_all(experiment: Experiment, folder: Path) -> list[Path]:
    """Encode every object that has not been encoded yet, and return the files without suffix.

    Every archive has a folder of its own in ``folder``, named by a hash of all that decides its
    content.

    Raises
    ------
    InputError
        If the experiment has no encoder.
    """
    encoder, reading = experiment.encoder, experiment.reading
    if encoder is None:
        raise InputError("no frame encoder", where=experiment.recipe.name)
    batches = list(_plan_batches(experiment, encoder, folder))
    pending = [batch for batch in batches if not is_written(batch.output)]
    for batch in experiment.track(iter(pending), len(pending), "encoding frames"):
        objects = (batch.archive[i] for i in range(batch.first, batch.last))
        write_objects([_encode(encoder, one, reading) for one in objects], batch.output)
        batch.archive.release()
    return [batch.output for batch in batches]


def _encode(encoder: TaughtEncoder, sequence: ImageSequence, reading: Reading) -> StoredObject:
    epochs = reading.epochs_of(sequence)
    if not len(epochs):
        return NOTHING
    few = sequence.take(epochs)
    encodings = encode_sequence(encoder.network, few)
    deep = NOTHING.deep
    if reading.deep_px and not reading.measured:
        band = np.array([reading.band_index(b, where=few.object_id) for b in few.band])
        frames = few.pixels[:, : len(reading.channels)]
        deep, _ = running_mean(frames, band, encodings, reading.deep_px)
    return StoredObject(columns=encodings.to_array(), deep=deep.astype(np.float16))


def _plan_batches(experiment: Experiment, encoder: TaughtEncoder, folder: Path) -> Iterator[_Batch]:
    for _, archive in experiment.archive.pieces:
        digest = _digest(experiment.reading, encoder, archive)
        own = folder / f"{archive.survey}-encoded-{digest[:12]}"
        reserve_run_folder(own, digest)
        for first in range(0, len(archive), BATCH_OBJECTS):
            yield _Batch(
                archive=archive,
                first=first,
                last=min(first + BATCH_OBJECTS, len(archive)),
                output=own / f"{first:06d}",
            )


def _digest(reading: Reading, encoder: TaughtEncoder, archive: Archive) -> str:
    """Return a hash of all that the encodings depend on, and of nothing else."""
    decides = {
        "version": VERSION,
        "data": archive.digest,
        "encoder": encoder.digest,
        "channels": reading.channels,
        "mjd_max": reading.mjd_max,
        "bands": reading.bands,
        "deep_px": 0 if reading.measured else reading.deep_px,
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
