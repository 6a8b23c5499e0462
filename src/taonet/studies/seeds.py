"""Runs that differ in their seed only, scored together: is a margin more than luck?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from taonet.errors import InputError
from taonet.evaluation.predictions import restrict_classes
from taonet.evaluation.repeated_runs import mean_difference, score_draws
from taonet.experiment.groups import all_with_groups
from taonet.experiment.run import NETWORK
from taonet.experiment.stages import prediction_file, read_scores
from taonet.io.prediction_table import read_predictions
from taonet.sky.taxonomy import Taxonomy


def score_seeds(
    runs: Sequence[Path],
    taxonomy: Taxonomy,
    *,
    objects: pd.DataFrame | None = None,
    classes: Sequence[str] = (),
    n_bootstrap: int = 1000,
    seed: int = 1,
) -> dict[str, dict[str, Any]]:
    """Score every method of some finished runs, as means over the runs.

    Parameters
    ----------
    runs : sequence of Path
        Folders of runs that tested the same objects.
    taxonomy : Taxonomy
        The classes that they were taught.
    objects : DataFrame, optional
        Those of the archive, which say what belongs together; see `taonet.experiment.groups`.
    classes : sequence of str
        Score which of these an object is; all by default.
    n_bootstrap, seed : int
        Resamples of runs and objects.

    Returns
    -------
    dict
        By method: ``macro_recall``, ``macro_f1`` with intervals, ``per_class``; and for methods
        other than the network ``f1_behind``, the macro F1 of the network less theirs, on the same
        resamples.

    Raises
    ------
    InputError
        If a run is not finished, or the runs do not answer for the same objects.
    """
    methods = methods_of(runs)
    read = {(m, run): read_predictions(prediction_file(run, m)) for m in methods for run in runs}
    read = all_with_groups(read, objects)
    found = {method: [read[method, run] for run in runs] for method in methods}
    if classes:
        few = Taxonomy(name=taxonomy.name, classes=tuple(classes))
        found = {
            method: [restrict_classes(table, taxonomy, classes)[0] for table in tables]
            for method, tables in found.items()
        }
        taxonomy = few
    scores = {}
    for method, tables in found.items():
        own = score_draws(tables, taxonomy, n_bootstrap=n_bootstrap, seed=seed).to_dict()
        if method != NETWORK:
            behind = mean_difference(
                found[NETWORK], tables, taxonomy, score="f1", n_bootstrap=n_bootstrap, seed=seed
            )
            own["f1_behind"] = behind.to_dict()
        scores[method] = own
    return scores


def methods_of(runs: Sequence[Path]) -> list[str]:
    """Return the methods that all of the runs answer with, the network first.

    Raises
    ------
    InputError
        If a run has no answers of the network.
    """
    for run in runs:
        if not (run / "scores.json").is_file():
            raise InputError("not a finished run", where=run, do="give folders made by `train`")
    told = [
        [name for name in read_scores(run) if prediction_file(run, name).is_file()] for run in runs
    ]
    return [name for name in told[0] if all(name in other for other in told[1:])]


def seed_lines(scores: dict[str, dict[str, Any]]) -> str:
    """Return the scores as a table in Markdown."""
    lines = [
        "| method | macro F1 | macro recall | network's macro F1 less its own |",
        "|---|---|---|---|",
    ]
    for method, score in scores.items():
        recall = {
            "value": score["macro_recall"],
            **dict(zip(("low", "high"), score["interval"], strict=True)),
        }
        behind = _cell(score["f1_behind"], "+") if "f1_behind" in score else ""
        lines.append(f"| {method} | {_cell(score['macro_f1'])} | {_cell(recall)} | {behind} |")
    return "\n".join(lines)


def _cell(number: dict[str, Any], sign: str = "") -> str:
    value, low, high = (format(number[name], f"{sign}.3f") for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"
