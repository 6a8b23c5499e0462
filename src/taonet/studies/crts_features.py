"""Trees on the published feature tables of the CRTS transients, beside the published scores.

The tables are those of the work before MANTRA on the same survey: 30 features a light curve, split
70:30 by class by its authors. Test rows are scored, and nothing is chosen on them: the grid's best
is marked by 2-fold cross-validation on the training rows; the features of the boosted trees, and
their settings, come from 5-fold cross-validation on the training rows of the eight classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.errors import InputError
from taonet.evaluation.intervals import Interval
from taonet.evaluation.resampling import Resamples, resample
from taonet.features.published import PUBLISHED
from taonet.features.ratios import add_ratios
from taonet.io.tables import read_table
from taonet.models.trees.selection import choose_config
from taonet.models.trees.trees import GRID, BoostedConfig, ForestConfig, Trees, TreesConfig
from taonet.types import AnyPath, Track, no_progress

SCORES: Final = {
    "six_transients": (77.54, 74.44),
    "seven_transients": (66.39, 65.92),
    "eight_classes": (66.05, 63.69),
}
"""Best published weighted and macro F1, in percent, by table."""

BETTER: Final = "boosted trees, with ratios"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One method on one table; F1 at the arg-max, from 0 to 1.

    Parameters
    ----------
    method : str
    weighted_f1, macro_f1 : Interval
    chosen : bool
        The grid's best by cross-validation on the training rows.
    minus_chosen : Interval or None
        Macro F1 minus that of the chosen forest, on the same resamples.
    """

    method: str
    weighted_f1: Interval
    macro_f1: Interval
    chosen: bool = False
    minus_chosen: Interval | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        minus = self.minus_chosen.to_dict() if self.minus_chosen else None
        return {
            "method": self.method,
            "weighted_f1": self.weighted_f1.to_dict(),
            "macro_f1": self.macro_f1.to_dict(),
            "chosen": self.chosen,
            "macro_f1_minus_chosen": minus,
        }


def published_scores(
    folder: AnyPath,
    *,
    grid: Sequence[TreesConfig] = GRID,
    better: BoostedConfig | None = None,
    seed: int = 1,
    n_bootstrap: int = 1000,
    track: Track = no_progress,
) -> dict[str, Any]:
    """Score the published grid, and better trees, on the published tables.

    Parameters
    ----------
    folder : Path
        With ``<table>_min10.parquet`` for the tables of `SCORES`: ``split`` (train, test),
        ``label`` and the 30 published features.
    better : BoostedConfig, optional
        Settings of the boosted trees; the defaults if not given.

    Returns
    -------
    dict
        By table: the published scores, and one entry a method, as `Row.to_dict`.

    Raises
    ------
    InputError
        If a table is missing or is none of published features.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "a file, not a folder of feature tables" if folder.exists() else "no such folder"
        raise InputError(what, where=folder)
    scores: dict[str, Any] = {}
    for name in track(SCORES, len(SCORES), "growing trees"):
        rows = _rows(
            _read_features(folder / f"{name}_min10.parquet"),
            grid, better or BoostedConfig(), seed=seed, n_bootstrap=n_bootstrap,
        )  # fmt: skip
        weighted, macro = SCORES[name]
        scores[name] = {
            "published": {"weighted_f1": weighted / 100, "macro_f1": macro / 100},
            "methods": [row.to_dict() for row in rows],
        }
    return scores


def score_lines(scores: dict[str, Any]) -> str:
    """Return the scores as text, in percent."""
    lines = []
    for name, part in scores.items():
        lines.append(f"{name:36}{'weighted F1':20}{'macro F1':20}minus chosen")
        best = part["published"]
        lines.append(f"{'  published':36}{_format_percent(best['weighted_f1']):20}"
                     f"{_format_percent(best['macro_f1'])}")  # fmt: skip
        lines += [_line(row) for row in part["methods"]]
    return "\n".join(lines)


def _read_features(path: Path) -> pd.DataFrame:
    table = read_table(path)
    missing = [name for name in ("split", "label", *PUBLISHED) if name not in table]
    if missing:
        got = f"no {', '.join(missing[:3])}"
        raise InputError("not a table of published features", where=path, got=got)
    return table


def _rows(
    table: pd.DataFrame,
    grid: Sequence[TreesConfig],
    better: BoostedConfig,
    *,
    seed: int,
    n_bootstrap: int,
) -> list[Row]:
    train = (table["split"] == "train").to_numpy()
    label = np.unique(table["label"], return_inverse=True)[1].astype(np.int64)
    plain = table[list(PUBLISHED)]
    wide = add_ratios(plain).to_numpy(np.float64)
    values = plain.to_numpy(np.float64)

    def score_trees(config: TreesConfig, features: Float[np.ndarray, "n feature"]) -> Resamples:
        trees = Trees(config, n_classes=int(label.max()) + 1, seed=seed)
        trees.fit(features[train], label[train])
        answers = trees.probabilities(features[~train])
        return resample(label[~train], answers, n_bootstrap=n_bootstrap, seed=seed)

    chosen = choose_config(grid, values[train], label[train], seed=seed).config
    by_config = {config: score_trees(config, values) for config in grid}
    rows = [_row(_name(c), resamples, chosen=c == chosen) for c, resamples in by_config.items()]
    return [*rows, _row(BETTER, score_trees(better, wide), against=by_config[chosen])]


def _row(
    method: str, resamples: Resamples, *, chosen: bool = False, against: Resamples | None = None
) -> Row:
    return Row(
        method=method,
        weighted_f1=resamples.interval("weighted_f1"),
        macro_f1=resamples.interval("macro_f1"),
        chosen=chosen,
        minus_chosen=None if against is None else resamples.minus(against, "macro_f1"),
    )


def _name(config: TreesConfig) -> str:
    if isinstance(config, ForestConfig):
        return f"forest, {config.trees} trees, {config.max_features}"
    return f"boosted, {config.rounds} rounds"


def _line(row: dict[str, Any]) -> str:
    cells = [
        f"{Interval.from_dict(number).in_percent():.1f}" if number else ""
        for number in (row["weighted_f1"], row["macro_f1"], row["macro_f1_minus_chosen"])
    ]
    name = f"  {row['method']}{' (chosen)' if row['chosen'] else ''}"
    return f"{name:36}{''.join(f'{cell:20}' for cell in cells)}".rstrip()


def _format_percent(share: float) -> str:
    return f"{100 * share:.1f}"
