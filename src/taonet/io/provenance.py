"""How data came to be, where it was simulated: notes that lie beside it and are no part of it."""

import json
from pathlib import Path

SIMULATION = "simulation.json"
"""Says how an archive was simulated; lies in its folder and is no part of it."""


def describe_simulation(path: Path) -> str:
    """Return the command that simulated an archive and the preset's hash, empty if not known."""
    file = path / SIMULATION
    if not file.is_file():
        return ""
    note = json.loads(file.read_text())
    return f"{note['command']} (preset {note['preset'][:12]})"


def truth_path(table: Path) -> Path:
    """Return where the truth of a table of simulated light curves lies."""
    return table.with_name(f"{table.stem}.truth.jsonl")
