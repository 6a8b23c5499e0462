"""From the simulator into an archive, with a table of the truth beside it."""

import json
from collections.abc import Sequence
from pathlib import Path

from taonet.experiment.inputs import Track
from taonet.io.archive_writer import ArchiveWriter
from taonet.simulate.presets import survey_named
from taonet.simulate.survey import simulate


def simulate_archive(
    survey_name: str,
    output: Path,
    *,
    n_objects: int,
    classes: Sequence[str] | None = None,
    mix: str = "balanced",
    seed: int = 1,
    start: int = 0,
    overwrite: bool = False,
    track: Track = lambda items, _n, _title: items,
) -> int:
    """Simulate objects into an archive, one at a time; return the number of frames.

    An interrupted simulation with the same settings goes on where it stopped. The truth lies in
    the archive's folder as ``truth.jsonl``, one line an object, and is no part of the archive.

    Parameters
    ----------
    start : int
        Number of the first object; the same number is the same object whatever else is drawn.

    Raises
    ------
    ConfigError
        If there is no such preset, class or mix.
    OutputError
        If the output exists or there is no room.
    """
    survey = survey_named(survey_name)
    signature = repr((survey_name, n_objects, classes, mix, seed, start))
    with ArchiveWriter(
        output,
        survey=survey.taxonomy.name,
        signature=signature,
        overwrite=overwrite,
        simulated=True,
    ) as writer:
        done, truth = writer.n_objects, writer.work / "truth.jsonl"
        keep_lines(truth, done)
        drawn = simulate(
            survey, n_objects - done, seed=seed, classes=classes, mix=mix, start=start + done
        )
        with truth.open("a") as lines:
            for sequence, facts in track(drawn, n_objects - done, "simulating"):
                lines.write(json.dumps({"object_id": sequence.object_id, **facts}) + "\n")
                # the archive's journal must never run ahead of the truth
                lines.flush()
                writer.add(sequence, source=sequence.object_id)
        writer.finish()
    return writer.n_frames


def keep_lines(path: Path, count: int) -> None:
    """Cut a table of one line an object down to what the archive's journal knows."""
    lines = path.read_text().splitlines(keepends=True)[:count] if path.exists() else []
    path.write_text("".join(lines))
