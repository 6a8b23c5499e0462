"""From the simulator's light curves into a table, with a table of the truth beside it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd

from taonet.io.atomic import atomic_file, refuse_existing
from taonet.io.provenance import truth_path
from taonet.io.tables import check_suffix, write_parts
from taonet.simulation.catalogue import Detections
from taonet.simulation.objects import simulate_detections
from taonet.simulation.presets.by_name import survey_preset
from taonet.types import Track, no_progress


def simulate_light_curves(
    survey_name: str,
    output: str | Path,
    *,
    n_objects: int,
    classes: Sequence[str] | None = None,
    mix: str = "balanced",
    seed: int = 1,
    workers: int = 1,
    overwrite: bool = False,
    track: Track = no_progress,
) -> int:
    """Simulate what a survey's database lists, one object at a time; return the number of points.

    The table has a row a detection: object_id, class_name, mjd, mag, magerr. The truth lies
    beside it as ``NAME.truth.jsonl``, one line an object.

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
    drawn = simulate_detections(
        survey_preset(survey_name), n_objects, seed=seed, classes=classes, mix=mix, workers=workers
    )
    with atomic_file(beside, overwrite=overwrite) as temporary, temporary.open("w") as lines:
        return write_parts(
            _rows(track(drawn, n_objects, "simulating"), lines), output, overwrite=overwrite
        )


def _rows(
    drawn: Iterable[tuple[str, Detections, dict[str, object]]], lines: TextIO
) -> Iterator[pd.DataFrame]:
    for object_id, detections, truth in drawn:
        lines.write(json.dumps({"object_id": object_id, **truth}) + "\n")
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
