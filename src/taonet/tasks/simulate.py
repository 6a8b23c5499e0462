"""From the simulator into an archive, with a table of the truth beside it."""

import json
from collections.abc import Sequence
from pathlib import Path

from taonet.errors import ConfigError
from taonet.io.archive_writer import ArchiveWriter
from taonet.io.atomic import make_folder
from taonet.io.deep_tao.writer import write_deep_tao
from taonet.io.provenance import SIMULATION
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import preset_digest, survey_preset
from taonet.simulation.survey import Survey
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import CRTS
from taonet.types import Track, no_progress
from taonet.version import __version__


def simulate_archive(
    survey_name: str,
    output: str | Path,
    *,
    n_objects: int,
    classes: Sequence[str] | None = None,
    mix: str = "balanced",
    seed: int = 1,
    start: int = 0,
    workers: int = 1,
    fits: str | Path | None = None,
    overwrite: bool = False,
    track: Track = no_progress,
) -> int:
    """Simulate objects into an archive, one at a time; return the number of frames.

    An interrupted simulation with the same settings goes on where it stopped. The truth lies in
    the archive's folder as ``truth.jsonl``, one line an object, and is no part of the archive.

    Parameters
    ----------
    start : int
        Number of the first object; the same number is the same object whatever else is drawn.
    workers : int
        Processes that share the drawing; the archive is the same for any number.
    fits : Path, optional
        Also write ``<CLASS>/<object_id>.fits`` into this folder, in the layout of Deep-TAO.

    Raises
    ------
    ConfigError
        If there is no such preset, class or mix.
    OutputError
        If the output exists or there is no room.
    """
    survey, output = survey_preset(survey_name), Path(output)
    fits = None if fits is None else Path(fits)
    if fits is not None:
        _check_fits(fits, survey)
    signature = repr((survey_name, n_objects, classes, mix, seed, start))
    with ArchiveWriter(
        output,
        survey=survey.taxonomy.name,
        signature=signature,
        overwrite=overwrite,
        simulated=True,
    ) as writer:
        done, truth = writer.n_objects, writer.work / "truth.jsonl"
        command = _command(survey_name, n_objects, classes, mix, seed, start)
        told = {"command": command, "preset": preset_digest(survey_name), "taonet": __version__}
        (writer.work / SIMULATION).write_text(json.dumps(told))
        truncate_lines(truth, done)
        drawn = simulate(
            survey,
            n_objects - done,
            seed=seed,
            classes=classes,
            mix=mix,
            start=start + done,
            workers=workers,
        )
        with truth.open("a") as lines:
            for sequence, facts in track(drawn, n_objects - done, "simulating"):
                lines.write(json.dumps({"object_id": sequence.object_id, **facts}) + "\n")
                # the archive's journal must never run ahead of the truth
                lines.flush()
                if fits is not None:
                    _write_fits(fits, sequence)
                writer.add(sequence, source=sequence.object_id)
        writer.finish()
    return writer.n_frames


def _command(
    survey: str, n_objects: int, classes: Sequence[str] | None, mix: str, seed: int, start: int
) -> str:
    words = [f"taonet simulate {survey} --objects {n_objects} --seed {seed}"]
    words += [f"--mix {mix}"] if mix != "balanced" else []
    words += [f"--classes {','.join(classes)}"] if classes else []
    words += [f"(from object {start} on)"] if start else []
    return " ".join(words)


def _check_fits(folder: Path, survey: Survey) -> None:
    if survey.taxonomy is not CRTS:
        raise ConfigError(f"the layout of Deep-TAO is not that of {survey.name}", do="no --fits")
    make_folder(folder)


def _write_fits(folder: Path, sequence: ImageSequence) -> None:
    path = folder / str(sequence.class_name) / f"{sequence.object_id}.fits"
    make_folder(path.parent)
    # a file that an interrupted simulation left is the same file
    write_deep_tao(path, sequence, overwrite=True)


def truncate_lines(path: Path, count: int) -> None:
    """Cut a table of one line an object down to what the archive's journal knows."""
    lines = path.read_text().splitlines(keepends=True)[:count] if path.exists() else []
    path.write_text("".join(lines))
