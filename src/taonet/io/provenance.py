"""The provenance of simulated data: notes beside the data, not counted in its hash."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from taonet.types import AnyPath
from taonet.version import __version__

SIMULATION = "simulation.json"
"""The note in an archive's folder on how it was simulated."""

TRUTH = "truth.jsonl"
"""The truth of an archive's objects, one line each; in its folder, not counted in its hash."""

NUMBERS, SOURCE = "preset_numbers", "preset"
"""Fields of the note for the hash of the preset: by its numbers, or by its source text, as archives
hold it that taonet wrote before it hashed numbers."""


def note_simulation(folder: AnyPath, *, command: str, preset_digest: str) -> None:
    """Write down how an archive was simulated.

    Parameters
    ----------
    folder : Path
        The archive, finished or not.
    command : str
        What makes the same archive again.
    preset_digest : str
        Hash of the numbers of the preset.
    """
    folder = Path(folder)
    note = {"command": command, NUMBERS: preset_digest, "taonet": __version__}
    (folder / SIMULATION).write_text(json.dumps(note))


def read_simulation(folder: AnyPath) -> dict[str, str]:
    """Return the note of how an archive was simulated, empty if there is none."""
    folder = Path(folder)
    file = folder / SIMULATION
    return dict(json.loads(file.read_text())) if file.is_file() else {}


def describe_simulation(folder: AnyPath) -> str:
    """Return the command that simulated an archive and the preset's hash, empty if not known."""
    folder = Path(folder)
    note = read_simulation(folder)
    if not note:
        return ""
    if NUMBERS in note:
        return f"{note['command']} (preset by its numbers: {note[NUMBERS][:12]})"
    return f"{note['command']} (preset by its source text: {note[SOURCE][:12]})"


def truth_path(table: AnyPath) -> Path:
    """Return the path of the truth of a table of simulated light curves."""
    table = Path(table)
    return table.with_name(f"{table.stem}.{TRUTH}")


@contextmanager
def append_truth(
    path: AnyPath, *, after: int = 0
) -> Iterator[Callable[[str, Mapping[str, Any]], None]]:
    """Open a file of truths, and give what writes the line of one object.

    Each line is written out at once, so that the truth is never behind the objects themselves.

    Parameters
    ----------
    path : Path
        One line of JSON for each object; made if it is not there.
    after : int
        So many lines stay; what an interruption left behind them is cut off.
    """
    path = Path(path)
    lines = path.read_text().splitlines(keepends=True)[:after] if path.exists() else []
    path.write_text("".join(lines))
    with path.open("a") as file:

        def write(object_id: str, facts: Mapping[str, Any]) -> None:
            file.write(json.dumps({"object_id": object_id, **facts}) + "\n")
            file.flush()

        yield write
