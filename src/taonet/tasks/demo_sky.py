"""The sky of the demo's first act: fresh objects, and places that a model should refuse."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from taonet.io.archive import Archive, is_archive
from taonet.io.archive_writer import ArchiveWriter
from taonet.simulation.empty_places import cut_empty_place
from taonet.simulation.objects import simulate, simulate_object
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.sequence import ImageSequence
from taonet.types import Track, no_progress

FRESH: Final = 72
"""Objects of the first act, as many of each class as of any other."""

FRESH_SEED: Final = 40_000
"""Added to the demo's seed: far from those of the objects that crts-sim learnt from (its card)."""

FOREST_SEED: Final = 50_000
"""The same, of the objects that the forest learns from."""

EMPTY: Final = "empty-place"
FOREIGN: Final = ("decam-1", "decam-2", "decam-3")
"""Names of what is no object of the survey. Their class is not stated, so nothing scores them."""

WIDE_PX: Final = 112
"""Side of the frames in which an empty place is looked for."""


def simulate_sky(
    folder: Path,
    *,
    seed: int,
    n_objects: int = FRESH,
    overwrite: bool = False,
    track: Track = no_progress,
) -> Archive:
    """Return the archive of the first act; it is written where it is not there yet.

    An interrupted one goes on where it stopped.
    """
    path = folder / "sky"
    if overwrite or not is_archive(path):
        _write_sky(path, seed=seed, n_objects=n_objects, overwrite=overwrite, track=track)
    return Archive(path)


def _write_sky(path: Path, *, seed: int, n_objects: int, overwrite: bool, track: Track) -> None:
    survey, signature = survey_preset("crts"), f"demo {seed} {n_objects}"
    with ArchiveWriter(
        path,
        survey=survey.taxonomy.name,
        taxonomy=survey.taxonomy,
        signature=signature,
        overwrite=overwrite,
        simulated=True,
    ) as writer:
        start = min(writer.n_objects, n_objects)
        count = n_objects - start
        fresh = (one for one, _ in simulate(survey, count, seed=FRESH_SEED + seed, start=start))
        everything = track(chain(fresh, _strangers(seed)), count + 1 + len(FOREIGN), "simulating")
        for sequence in everything:
            if sequence.object_id not in writer.done:
                writer.add(sequence, source=sequence.object_id)
        writer.finish()


def _strangers(seed: int) -> Iterator[ImageSequence]:
    yield empty_place(seed)
    for number, name in enumerate(FOREIGN):
        yield foreign_supernova(name, seed=seed, index=number)


def empty_place(seed: int) -> ImageSequence:
    """Return a place of the survey's sky where nothing is, between the stars of its field."""
    wide = replace(survey_preset("crts"), size_px=WIDE_PX)
    rng = np.random.default_rng(seed)
    for index in range(100):
        around, _ = simulate_object(wide, "NON", seed=FRESH_SEED + seed, index=index)
        place = cut_empty_place(around, survey_preset("crts").size_px, rng)
        if place is not None:
            break
    else:
        raise ValueError("no field has an empty place")
    return replace(place, object_id=EMPTY, class_name=None)


def foreign_supernova(name: str, *, seed: int, index: int) -> ImageSequence:
    """Return a supernova as another camera sees it: DECam, with pixels nine times smaller."""
    survey = survey_preset("crts")
    decam = replace(survey_preset("hits"), size_px=survey.size_px)
    sequence, _ = simulate_object(decam, "SN", seed=FRESH_SEED + seed, index=index)
    # whole numbers as in the other frames: one type holds all
    frames = np.rint(sequence.frames).astype(np.uint16)
    return replace(sequence, frames=frames, object_id=name, class_name=None)
