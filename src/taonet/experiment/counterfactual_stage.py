"""The stage that asks what if: scores of test objects in which one thing was made different.

Frames that were changed have to be measured and encoded anew, some twenty times as many sequences
as objects; so it is a few objects of each class, `counterfactuals` in ``[prediction]`` of the
recipe.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from jaxtyping import Int

from taonet.data.counterfactuals import AS_IS, COUNTERFACTUALS
from taonet.data.splits import Split, rounds_of
from taonet.evaluation.counterfactual_scores import score_counterfactuals
from taonet.experiment.groups import with_groups
from taonet.experiment.plan import Experiment
from taonet.experiment.stages import staged_predictions
from taonet.experiment.training_stage import train_round
from taonet.models.bundle import Bundle
from taonet.models.counterfactual_answers import COUNTERFACTUAL, counterfactual_answers
from taonet.sky.taxonomy import Taxonomy


def score_test_counterfactuals(
    experiment: Experiment, split: Split, *, workers: int, say: Callable[[str], None]
) -> pd.DataFrame | None:
    """Score the networks of all rounds on counterfactuals of objects that they did not learn from.

    Every round answers for an equal share of the objects. The networks answer as they would for a
    user, with calibration.

    Returns
    -------
    DataFrame or None
        As from `score_answers`; None if the recipe asks for no object.
    """
    recipe, objects = experiment.recipe, experiment.archive.objects
    rounds = rounds_of(split, objects["object_id"].tolist())
    share = -(-recipe.prediction.counterfactuals // len(rounds))
    if not share:
        return None
    parts = []
    for name, train, test in rounds:
        chosen = choose_objects(experiment.label, test, share, seed=recipe.seed)
        bundle = train_round(experiment, split, name, train, say)
        parts.append(_answer_round(experiment, bundle, name, chosen, workers=workers))
    answers = with_groups(pd.concat(parts, ignore_index=True), objects)
    return score_answers(
        answers, experiment.taxonomy, n_bootstrap=recipe.prediction.bootstrap, seed=recipe.seed
    )


def choose_objects(
    label: Int[np.ndarray, " object"],
    members: Int[np.ndarray, " member"],
    limit: int,
    *,
    seed: int,
) -> Int[np.ndarray, " chosen"]:
    """Draw objects, of each class in turn until there are enough, or none is left.

    Parameters
    ----------
    label : array
        Of every object.
    members : array
        Indices of the objects to draw from.

    Examples
    --------
    >>> label = np.array([0, 0, 0, 0, 0, 1, 1])
    >>> chosen = choose_objects(label, np.arange(7), 5, seed=1)
    >>> np.bincount(label[chosen]).tolist()
    [3, 2]
    """
    order = np.random.default_rng(seed).permutation(members)
    labels = pd.Series(label[order])
    turn = labels.groupby(labels).cumcount().to_numpy()
    return np.sort(order[np.argsort(turn, kind="stable")][:limit])


def score_answers(
    answers: pd.DataFrame, taxonomy: Taxonomy, *, n_bootstrap: int = 1000, seed: int
) -> pd.DataFrame:
    """Return the scores of each counterfactual, with what it is and what should happen.

    Parameters
    ----------
    answers : DataFrame
        As from `taonet.models.counterfactual_answers.counterfactual_answers`.

    Returns
    -------
    DataFrame
        The columns of `taonet.evaluation.counterfactual_scores.score_counterfactuals`, and
        ``description`` and ``expected`` of `taonet.data.counterfactuals.COUNTERFACTUALS`.
    """
    by_name = {
        name: part.drop(columns=COUNTERFACTUAL)
        for name in (AS_IS, *COUNTERFACTUALS)
        if len(part := answers[answers[COUNTERFACTUAL] == name])
    }
    gone = [name for name, entry in COUNTERFACTUALS.items() if entry.expected == "becomes NON"]
    table = score_counterfactuals(
        by_name, taxonomy, as_is=AS_IS, without_truth=gone, n_bootstrap=n_bootstrap, seed=seed
    )
    entries = [COUNTERFACTUALS.get(name) for name in table["counterfactual"]]
    table.insert(1, "description", [entry.description if entry else "" for entry in entries])
    table.insert(2, "expected", [entry.expected if entry else "" for entry in entries])
    return table


def _answer_round(
    experiment: Experiment,
    bundle: Bundle,
    name: str,
    chosen: Int[np.ndarray, " chosen"],
    *,
    workers: int,
) -> pd.DataFrame:
    recipe, archive = experiment.recipe, experiment.archive

    def answer_all() -> pd.DataFrame:
        sequences = (archive[i] for i in chosen.tolist())
        return counterfactual_answers(
            bundle,
            experiment.track(sequences, len(chosen), f"asking what if {name}"),
            seed=recipe.seed,
            turns=recipe.prediction.turns,
            workers=workers,
        )

    file = experiment.folder / "training" / name / "counterfactuals.parquet"
    return staged_predictions(file, answer_all)
