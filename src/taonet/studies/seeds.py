"""Scores of several runs that differ in their seed only: is a margin more than luck?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from taonet.errors import InputError
from taonet.evaluation.intervals import Interval
from taonet.evaluation.repeated_runs import mean_difference, score_runs
from taonet.evaluation.scored_rows import restrict_classes
from taonet.experiment.groups import all_with_groups
from taonet.experiment.run import NETWORK
from taonet.experiment.stages import prediction_file, read_scores
from taonet.io.prediction_table import read_predictions
from taonet.sky.taxonomy import Taxonomy
from taonet.types import AnyPath


def score_seeds(
    runs: Sequence[AnyPath],
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
        The classes of the runs.
    objects : DataFrame, optional
        Those of the archive, with their groups; see `taonet.experiment.groups`.
    classes : sequence of str
        Restrict predictions and objects to these classes; all by default.
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
        If a run is not finished, or the runs do not contain the same objects.
    """
    methods = methods_of(runs)
    loaded = {(m, run): read_predictions(prediction_file(run, m)) for m in methods for run in runs}
    loaded = all_with_groups(loaded, objects)
    by_method = {method: [loaded[method, run] for run in runs] for method in methods}
    if classes:
        few = Taxonomy(name=taxonomy.name, classes=tuple(classes))
        by_method = {
            method: [restrict_classes(table, taxonomy, classes)[0] for table in tables]
            for method, tables in by_method.items()
        }
        taxonomy = few
    scores = {}
    for method, tables in by_method.items():
        own = score_runs(tables, taxonomy, n_bootstrap=n_bootstrap, seed=seed).to_dict()
        if method != NETWORK:
            behind = mean_difference(
                by_method[NETWORK], tables, taxonomy, score="f1", n_bootstrap=n_bootstrap, seed=seed
            )
            own["f1_behind"] = behind.to_dict()
        scores[method] = own
    return scores


def methods_of(runs: Sequence[AnyPath]) -> list[str]:
    """Return the methods that all of the runs have predictions of, the network first.

    Raises
    ------
    InputError
        If a run is not finished.
    """
    for run in map(Path, runs):
        if not (run / "scores.json").is_file():
            raise InputError("not a finished run", where=run, do="give folders made by `train`")
    by_run = [
        [name for name in read_scores(run) if prediction_file(run, name).is_file()] for run in runs
    ]
    return [name for name in by_run[0] if all(name in other for other in by_run[1:])]


def seed_lines(scores: dict[str, dict[str, Any]]) -> str:
    """Return the scores as a table in Markdown."""
    lines = [
        "| method | macro F1 | macro recall | network's macro F1 less its own |",
        "|---|---|---|---|",
    ]
    for method, score in scores.items():
        low, high = score["interval"]
        recall = Interval(value=score["macro_recall"], low=low, high=high)
        f1, behind = Interval.from_dict(score["macro_f1"]), score.get("f1_behind")
        gap = "" if behind is None else f"{Interval.from_dict(behind):+.3f}"
        lines.append(f"| {method} | {f1} | {recall} | {gap} |")
    return "\n".join(lines)
