"""Can a classifier separate simulated objects from real ones, and does training on them transfer?

Works on tables of numbers, one row an object, real and simulated.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

FOLDS = 5
RESAMPLES = 300
TREES = 700


@dataclass(frozen=True, kw_only=True)
class Separability:
    """How well a classifier separates real and simulated objects: 0.5 by chance, 1 perfectly.

    Parameters
    ----------
    auc, low, high : float
        Area under the ROC curve, out of fold, with a 95 % interval over objects.
    n : int
        Objects of each kind.
    by_column : dict
        The same for each column by itself, the most separating one first.
    """

    auc: float
    low: float
    high: float
    n: int
    by_column: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def measure_separability(
    real: pd.DataFrame,
    simulated: pd.DataFrame,
    *,
    seed: int,
    groups: Sequence[str] | None = None,
) -> Separability:
    """Separate real from simulated rows with gradient-boosted trees, out of fold.

    Parameters
    ----------
    real, simulated : DataFrame
        Rows of the same numeric columns; as many of each are used as the smaller has.
    groups : sequence of str, optional
        Real rows of one group (a field of the sky) are never on both sides of a fold.
    """
    rng = np.random.default_rng(seed)
    n = min(len(real), len(simulated))
    mine, theirs = (np.sort(rng.permutation(len(t))[:n]) for t in (real, simulated))
    columns = list(real.columns)
    rows = np.concatenate([real.to_numpy(float)[mine], simulated[columns].to_numpy(float)[theirs]])
    label = np.repeat([0, 1], n)
    fields = np.array(groups)[mine] if groups is not None else [f"r{i}" for i in range(n)]
    folds = np.concatenate([np.asarray(fields, object), [f"s{i}" for i in range(n)]])
    trees = HistGradientBoostingClassifier(max_iter=150, random_state=seed)
    chance = cross_val_predict(
        trees, rows, label, cv=GroupKFold(FOLDS), groups=folds, method="predict_proba"
    )[:, 1]
    low, high = auc_interval(label, chance, rng)
    single = {name: _column_auc(label, rows[:, i]) for i, name in enumerate(columns)}
    return Separability(
        auc=float(roc_auc_score(label, chance)),
        low=low,
        high=high,
        n=n,
        by_column=dict(sorted(single.items(), key=lambda item: -item[1])),
    )


def auc_interval(
    label: Int[np.ndarray, " row"], chance: Float[np.ndarray, " row"], rng: np.random.Generator
) -> tuple[float, float]:
    """Return the 95 % interval of the area under the ROC curve, resampling rows of each kind."""
    kinds = [np.flatnonzero(label == kind) for kind in (0, 1)]
    areas = []
    for _ in range(RESAMPLES):
        rows = np.concatenate([rng.choice(kind, len(kind)) for kind in kinds])
        areas.append(roc_auc_score(label[rows], chance[rows]))
    low, high = np.percentile(areas, [2.5, 97.5])
    return float(low), float(high)


def _column_auc(label: Int[np.ndarray, " row"], values: Float[np.ndarray, " row"]) -> float:
    known = np.isfinite(values)
    auc = float(roc_auc_score(label[known], values[known])) if known.any() else 0.5
    return round(max(auc, 1 - auc), 4)


def transfer_scores(
    simulated: pd.DataFrame,
    real_train: pd.DataFrame,
    real_test: pd.DataFrame,
    *,
    columns: Sequence[str],
    classes: Sequence[str],
    seed: int,
) -> dict[str, Any]:
    """Compare a forest trained on simulation with the same forest trained on real rows.

    Parameters
    ----------
    simulated, real_train, real_test : DataFrame
        ``class_name`` and the columns; both forests are scored on the real test rows.

    Returns
    -------
    dict
        F1 by class and macro F1 of both, their ratio, each with a 95 % interval over test rows.
    """
    tables = [t[t["class_name"].isin(classes)] for t in (simulated, real_train, real_test)]
    test = tables[2]
    predicted = {}
    for name, rows in zip(("simulated", "real"), tables[:2], strict=True):
        forest = RandomForestClassifier(TREES, class_weight="balanced", random_state=seed, n_jobs=1)
        forest.fit(rows[list(columns)], rows["class_name"])
        predicted[name] = forest.predict(test[list(columns)])
    truth = test["class_name"].to_numpy()
    rng = np.random.default_rng(seed)
    resamples = [rng.integers(len(truth), size=len(truth)) for _ in range(RESAMPLES)]

    def macro(answers: Any, rows: Any) -> float:
        return float(f1_score(truth[rows], answers[rows], labels=list(classes), average="macro"))

    every = np.arange(len(truth))
    ratios = [macro(predicted["simulated"], r) / macro(predicted["real"], r) for r in resamples]
    result: dict[str, Any] = {"classes": list(classes), "n_test": len(truth)}
    for name, answers in predicted.items():
        by_class = f1_score(truth, answers, labels=list(classes), average=None)
        result[name] = {
            "macro_f1": macro(answers, every),
            "interval": _interval([macro(answers, r) for r in resamples]),
            "f1": dict(zip(classes, by_class.round(4).tolist(), strict=True)),
        }
    ratio = result["simulated"]["macro_f1"] / result["real"]["macro_f1"]
    return {**result, "ratio": ratio, "ratio_interval": _interval(ratios)}


def _interval(values: Sequence[float]) -> list[float]:
    return [round(float(v), 4) for v in np.percentile(values, [2.5, 97.5])]
