"""The provenance of simulated data: notes beside the data, which are no part of it."""

import json
from pathlib import Path

SIMULATION = "simulation.json"
"""The note in an archive's folder on how it was simulated."""


def describe_simulation(path: Path) -> str:
    """Return the command that simulated an archive and the preset's hash, empty if not known."""
    file = path / SIMULATION
    if not file.is_file():
        return ""
    note = json.loads(file.read_text())
    return f"{note['command']} (preset {note['preset'][:12]})"


def truth_path(table: Path) -> Path:
    """Return the path of the truth of a table of simulated light curves."""
    return table.with_name(f"{table.stem}.truth.jsonl")
