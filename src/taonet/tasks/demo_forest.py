"""The forest of the demo's first act: taught in seconds, asked about the same objects."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.experiment.baselines import final_table
from taonet.experiment.stages import staged_table
from taonet.features.tables import feature_rows
from taonet.io.archive import Archive
from taonet.io.prediction_table import write_predictions
from taonet.models.bundle import Bundle
from taonet.models.trees.trees import ForestConfig, Trees
from taonet.parallel import map_in_order
from taonet.photometry.tables import measure_curve
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.lightcurve import LightCurve
from taonet.types import Track, no_progress

TAUGHT: Final = 180
"""Objects that the forest learns from: as many as are simulated and measured in half a minute."""

FEATURES: Final = "modern"
"""The stronger of the two sets of features that have names."""

TREES: Final = 300


def answer_by_forest(
    archive: Archive,
    bundle: Bundle,
    folder: Path,
    *,
    seed: int,
    n_taught: int = TAUGHT,
    workers: int = 1,
    track: Track = no_progress,
) -> Path:
    """Teach a forest on light curves of simulated objects, and ask it about those of known class.

    Parameters
    ----------
    archive : Archive
        Its objects of known class are classified.
    bundle : Bundle
        Names the classes, and which epochs are read.
    folder : Path
        Where features and answers are kept; what is there is not made again.
    seed : int
        Of the objects that it is taught on.

    Returns
    -------
    Path
        The prediction table.
    """
    answers = folder / "forest.parquet"
    if answers.exists():
        return answers
    numbers = track(range(n_taught), n_taught, "simulating others, for the forest")
    simulated = map_in_order(partial(simulate_curve, seed), numbers, workers=workers)
    taught = staged_table(folder / "forest-taught.parquet", lambda: _features(simulated))
    known = [i for i, name in enumerate(archive.class_names) if name is not None]
    sequences = (archive[i] for i in known)
    asked = _features(map_in_order(measure_curve, sequences, workers=workers))
    trees = Trees(ForestConfig(trees=TREES), n_classes=len(bundle.taxonomy.classes), seed=1)
    label = [bundle.taxonomy.label(name) for name in taught["class_name"]]
    trees.fit(_values(taught), np.array(label, np.int64))
    probabilities = trees.probabilities(_values(asked))
    again = (archive[i] for i in known)
    table = final_table(again, bundle.reading, probabilities, bundle.taxonomy)
    write_predictions(table, answers)
    return answers


def simulate_curve(seed: int, index: int) -> LightCurve:
    """Return the light curve of a simulated object, measured in its pixels."""
    sequence, _ = next(simulate(survey_preset("crts"), 1, seed=seed, start=index))
    return measure_curve(sequence)


def _features(curves: Iterable[LightCurve]) -> pd.DataFrame:
    return pd.concat(feature_rows(curves, FEATURES), ignore_index=True)


def _values(features: pd.DataFrame) -> Float[np.ndarray, "object feature"]:
    return features.drop(columns=["object_id", "class_name"]).to_numpy(np.float64)
