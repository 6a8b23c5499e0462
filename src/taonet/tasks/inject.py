"""Plant transients into sequences of an archive that do not change, into a new archive."""

from pathlib import Path

import numpy as np

from taonet.errors import ConfigError, InputError
from taonet.io.archive import Archive
from taonet.io.archive_writer import ArchiveWriter
from taonet.io.provenance import TRUTH, append_truth
from taonet.io.rejection import Rejection
from taonet.simulation.inject import check_class, inject
from taonet.simulation.presets.by_name import SURVEYS, survey_preset
from taonet.simulation.survey import Survey
from taonet.sky.taxonomy import QUIET_CLASS, Taxonomy
from taonet.types import AnyPath, Track, no_progress


def inject_archive(
    path: AnyPath,
    output: AnyPath,
    *,
    class_name: str,
    survey_name: str = "",
    n_objects: int | None = None,
    seed: int = 1,
    overwrite: bool = False,
    track: Track = no_progress,
) -> int:
    """Plant transients into sequences of an archive, one at a time; return how many.

    Objects that do not change are taken in an order drawn by the seed, each once: more of them
    continue fewer. Sequences without a frame that shows anything are set aside. An interrupted
    injection with the same settings goes on where it stopped. The truth lies in the new
    archive's folder as ``truth.jsonl``, one line an object.

    Parameters
    ----------
    path : Path
        An archive with objects of class NON.
    survey_name : str
        The preset that knows the light and the detector; that of the archive's survey if empty.
    n_objects : int, optional
        All there are by default.

    Raises
    ------
    ConfigError
        If there is no such preset, or the class cannot be planted.
    InputError
        If there is no archive, or it has too few objects to plant into.
    OutputError
        If the output exists or there is no room.
    """
    archive, output = Archive(path), Path(output)
    survey = survey_of(archive, survey_name)
    check_class(survey, class_name)
    indices = _choose_objects(archive, n_objects, seed)
    signature = repr((archive.digest, class_name, survey.name, len(indices), seed))
    with ArchiveWriter(
        output,
        survey=archive.survey,
        taxonomy=_taxonomy_of(archive, survey, class_name),
        signature=signature,
        overwrite=overwrite,
        simulated=True,
    ) as writer:
        names = archive.objects["object_id"].tolist()
        remaining = [index for index in indices if names[index] not in writer.done]
        with append_truth(writer.work / TRUTH, after=writer.n_objects) as note:
            for index in track(remaining, len(remaining), "planting"):
                if not archive[index].usable.any():
                    writer.reject(Rejection(source=names[index], reason="every frame is blank"))
                    continue
                sequence, facts = inject(archive[index], survey, class_name, seed=seed, index=index)
                # first: the archive's journal must never run ahead of the truth
                note(sequence.object_id, facts)
                writer.add(sequence, source=names[index])
        writer.finish()
    return writer.n_objects


def survey_of(archive: Archive, survey_name: str = "") -> Survey:
    """Return the preset that knows the light and the detector of an archive.

    Parameters
    ----------
    survey_name : str
        That of the archive's survey if empty.

    Raises
    ------
    ConfigError
        If there is no such preset.
    """
    if survey_name:
        return survey_preset(survey_name)
    if archive.survey not in SURVEYS:
        raise ConfigError(
            f"no survey {archive.survey!r} to simulate, which is what the archive says it is of",
            where=archive.path,
            do=f"name one that is like it with --survey: {', '.join(SURVEYS)}",
        )
    return survey_preset(archive.survey)


def _taxonomy_of(archive: Archive, survey: Survey, class_name: str) -> Taxonomy | None:
    """Return the survey's classes with the planted one, if the archive is of that survey."""
    if archive.survey != survey.taxonomy.name:
        return None
    return survey.taxonomy_with([class_name])


def _choose_objects(archive: Archive, n_objects: int | None, seed: int) -> list[int]:
    quiet = [i for i, name in enumerate(archive.class_names) if name == QUIET_CLASS]
    if not quiet:
        raise InputError(
            f"no object of class {QUIET_CLASS} to plant into",
            where=archive.path,
            got=f"{len(archive)} objects",
            do="give an archive with objects that are known not to change",
        )
    if n_objects is not None and n_objects > len(quiet):
        raise InputError(
            "too few objects to plant into",
            where=archive.path,
            got=f"{len(quiet)} of class {QUIET_CLASS}",
            do=f"use --objects {len(quiet)} or fewer",
        )
    order = np.random.default_rng([seed, 0]).permutation(quiet)
    return [int(index) for index in order[:n_objects]]
