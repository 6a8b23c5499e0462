"""Simulate objects of a survey: into an archive of cutouts, or a table of light curves."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from taonet.errors import ConfigError, OutputError
from taonet.io.archive_writer import ArchiveWriter, work_folder
from taonet.io.atomic import atomic_file, make_folder, refuse_existing
from taonet.io.deep_tao.writer import write_deep_tao
from taonet.io.provenance import (
    NUMBERS,
    SOURCE,
    TRUTH,
    append_truth,
    note_simulation,
    read_simulation,
    truth_path,
)
from taonet.io.tables import check_suffix, write_parts
from taonet.simulation.catalogue import Detections
from taonet.simulation.objects import simulate, simulate_detections
from taonet.simulation.presets.by_name import SOURCE_DIGESTS, preset_digest, survey_preset
from taonet.simulation.survey import STATED, Survey
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import CRTS, Taxonomy
from taonet.types import AnyPath, Track, no_progress

Note = Callable[[str, Mapping[str, Any]], None]
"""Writes the truth of one object: its name and the facts."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Which objects of a survey are simulated.

    Parameters
    ----------
    survey : str
        Name of a preset.
    n_objects : int
    classes : sequence of str, optional
        Classes to draw; those of the survey's taxonomy by default.
    mix : {"balanced", "realistic", "wide"}
        Equal shares, the survey's own, or equal shares of objects at every brightness and place,
        in every field, in good and bad frames (`taonet.simulation.wide`; images only).
    seed : int
    unstated : bool
        State neither seeing nor zero points, as most public cutouts do.
    """

    survey: str
    n_objects: int
    classes: Sequence[str] | None = None
    mix: str = "balanced"
    seed: int = 1
    unstated: bool = False

    def __post_init__(self) -> None:
        if self.unstated and self.mix == "wide":
            raise ConfigError("a wide mix states seeing and zero points of half of its objects")
        if self.classes is not None and not _is_list_of_names(self.classes):
            raise ConfigError("classes are no list of names", got=repr(self.classes))
        for name, least in (("n_objects", 1), ("seed", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise ConfigError(f"{name} is no whole number from {least} on", got=repr(value))

    @property
    def command(self) -> str:
        """The command that simulates the same objects."""
        words = [f"taonet simulate {self.survey} --objects {self.n_objects} --seed {self.seed}"]
        words += [f"--mix {self.mix}"] if self.mix != "balanced" else []
        words += [f"--classes {','.join(self.classes)}"] if self.classes else []
        words += ["--unstated"] if self.unstated else []
        return " ".join(words)

    @property
    def preset(self) -> Survey:
        """The survey that the objects are drawn from."""
        survey = survey_preset(self.survey)
        return replace(survey, unstated=STATED) if self.unstated else survey

    @property
    def taxonomy(self) -> Taxonomy:
        """The survey's taxonomy, with the classes of the sample that it lacks at its end."""
        return survey_preset(self.survey).taxonomy_with(self.classes or ())

    @property
    def preset_digest(self) -> str:
        """Hash of the numbers that define the preset and a wide mix, for these classes."""
        return preset_digest(self.survey, self.classes or (), self.mix)


def _is_list_of_names(given: Any) -> bool:
    is_list = isinstance(given, Sequence) and not isinstance(given, str)
    return is_list and all(isinstance(name, str) for name in given)


def simulate_sequences(
    sample: Sample, *, workers: int = 1, track: Track = no_progress
) -> Iterator[tuple[ImageSequence, dict[str, Any]]]:
    """Yield simulated objects with their truth, one at a time.

    Raises
    ------
    ConfigError
        If there is no such preset, class or mix.
    """
    simulated = simulate(
        sample.preset,
        sample.n_objects,
        seed=sample.seed,
        classes=sample.classes,
        mix=sample.mix,
        workers=workers,
    )
    yield from track(simulated, sample.n_objects, "simulating")


def simulate_archive(
    sample: Sample,
    output: AnyPath,
    *,
    workers: int = 1,
    fits: AnyPath | None = None,
    overwrite: bool = False,
    track: Track = no_progress,
) -> int:
    """Simulate objects into an archive, one at a time; return the number of frames.

    An interrupted simulation of the same sample goes on where it stopped, if the numbers of its
    preset are the same. The truth lies in the archive's folder as ``truth.jsonl``, one line an
    object, and is no part of the archive.

    Parameters
    ----------
    sample : Sample
    output : Path
    workers : int
        Processes that share the work; the archive is the same for any number.
    fits : Path, optional
        Also write ``<CLASS>/<object_id>.fits`` into this folder, in the layout of Deep-TAO.

    Raises
    ------
    ConfigError
        If there is no such preset, class or mix, or Deep-TAO's layout does not hold it.
    OutputError
        If the output exists, was begun with other numbers, or there is no room.
    """
    survey, output = sample.preset, Path(output)
    fits = None if fits is None else Path(fits)
    if fits is not None:
        _check_fits(fits, survey, sample)
    if not overwrite:
        _check_same_numbers(work_folder(output), sample)
    with ArchiveWriter(
        output,
        survey=survey.taxonomy.name,
        taxonomy=sample.taxonomy,
        signature=_signature(sample),
        overwrite=overwrite,
        simulated=True,
    ) as writer:
        note_simulation(writer.work, command=sample.command, preset_digest=sample.preset_digest)
        done = writer.n_objects
        simulated = simulate(
            survey,
            sample.n_objects - done,
            seed=sample.seed,
            classes=sample.classes,
            mix=sample.mix,
            start=done,
            workers=workers,
        )
        with append_truth(writer.work / TRUTH, after=done) as note:
            for sequence, facts in track(simulated, sample.n_objects - done, "simulating"):
                # first: the archive's journal must never run ahead of the truth
                note(sequence.object_id, facts)
                if fits is not None:
                    _write_fits(fits, sequence)
                writer.add(sequence, source=sequence.object_id)
        writer.finish()
    return writer.n_frames


def simulate_light_curves(
    sample: Sample,
    output: AnyPath,
    *,
    workers: int = 1,
    overwrite: bool = False,
    track: Track = no_progress,
) -> int:
    """Simulate what a survey's database lists, one object at a time; return the number of points.

    The table has a row for each detection: object_id, class_name, mjd, mag, magerr. The truth lies
    beside it as ``NAME.truth.jsonl``, one line an object.

    Parameters
    ----------
    sample : Sample
    output : Path
    workers : int
        Processes that share the work; the table is the same for any number.

    Raises
    ------
    ConfigError
        If there is no such preset, class or mix, or the preset knows no database.
    OutputError
        If the output exists or there is no room.
    """
    output = Path(output)
    check_suffix(output)
    beside = truth_path(output)
    for path in (output, beside):
        refuse_existing(path, overwrite=overwrite)
    simulated = simulate_detections(
        survey_preset(sample.survey),
        sample.n_objects,
        seed=sample.seed,
        classes=sample.classes,
        mix=sample.mix,
        workers=workers,
    )
    with atomic_file(beside, overwrite=overwrite) as temporary, append_truth(temporary) as note:
        rows = _rows(track(simulated, sample.n_objects, "simulating"), note)
        return write_parts(rows, output, overwrite=overwrite)


def _signature(sample: Sample) -> str:
    """Return what must be equal for an interrupted simulation to go on."""
    # the last number is that of the first object: unfinished archives of earlier versions have it
    same = (sample.survey, sample.n_objects, sample.classes, sample.mix, sample.seed, 0)
    return repr((*same, "unstated") if sample.unstated else same)


def _check_same_numbers(work: Path, sample: Sample) -> None:
    """Refuse to go on with an archive that was begun with other numbers of the preset."""
    note = read_simulation(work)
    begun_with = note.get(NUMBERS) or SOURCE_DIGESTS.get(note.get(SOURCE, ""), "")
    if note and begun_with != sample.preset_digest:
        raise OutputError(
            f"an unfinished simulation is in the way that was begun with other numbers of the "
            f"preset {sample.survey}, or by a version of taonet that does not tell them",
            where=work,
            do="remove it or use --overwrite",
        )


def _check_fits(folder: Path, survey: Survey, sample: Sample) -> None:
    if survey.taxonomy is not CRTS:
        raise ConfigError(f"the layout of Deep-TAO is not that of {survey.name}", do="no --fits")
    lacking = sample.taxonomy.classes[len(CRTS.classes) :]
    if lacking:
        what = f"the layout of Deep-TAO has no class {', '.join(lacking)}"
        raise ConfigError(what, do="no --fits")
    make_folder(folder)


def _write_fits(folder: Path, sequence: ImageSequence) -> None:
    path = folder / str(sequence.class_name) / f"{sequence.object_id}.fits"
    make_folder(path.parent)
    # a file that an interrupted simulation left is the same file
    write_deep_tao(path, sequence, overwrite=True)


def _rows(
    simulated: Iterable[tuple[str, Detections, dict[str, object]]], note: Note
) -> Iterator[pd.DataFrame]:
    for object_id, detections, truth in simulated:
        note(object_id, truth)
        count = len(detections.mjd)
        yield pd.DataFrame(
            {
                "object_id": np.full(count, object_id, dtype=object),
                "class_name": np.full(count, truth["class_name"], dtype=object),
                "mjd": detections.mjd,
                "mag": detections.mag,
                "magerr": detections.magerr,
            }
        )
