"""What last answers say besides a class: detected, unlike what was learnt, epochs ignored."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from taonet.evaluation.resampling import wilson_interval
from taonet.evaluation.scored_rows import final_rows

OTHER_ANSWERS: Final = ("detected", "unlike", "n_ignored")
"""Columns of the prediction table."""

ALL: Final = "all"


def other_answers(
    table: pd.DataFrame, *, by: str = "class_name", order: Sequence[str] = ()
) -> pd.DataFrame | None:
    """Count what is said besides a class; None where a table does not say it.

    Parameters
    ----------
    table : DataFrame
        A prediction table with the columns `OTHER_ANSWERS`, of any number of rows an object.
    by : str
        Column whose values are counted apart.
    order : sequence of str, optional
        Of these values; others come after them.

    Returns
    -------
    DataFrame
        One row a value of ``by``, and `ALL`: ``name``, ``n_objects``; the shares ``detected`` and
        ``unlike`` with ``_low`` and ``_high`` (Wilson, 95 %), the latter NaN where no
        typicality is known; ``with_ignored``, objects with ignored epochs, and ``n_ignored``,
        the number of these epochs.

    Examples
    --------
    >>> rows = pd.DataFrame({"object_id": ["a", "b"], "n_epochs": 3, "class_name": "SN",
    ...     "detected": [True, False], "typicality": 0.5, "unlike": False, "n_ignored": [0, 2]})
    >>> other_answers(rows)[["name", "detected", "with_ignored", "n_ignored"]].values.tolist()
    [['SN', 0.5, 1, 2], ['all', 0.5, 1, 2]]
    """
    if not {*OTHER_ANSWERS, by} <= set(table.columns):
        return None
    rows = final_rows(table)
    rows = rows[rows["detected"].notna()]
    if rows.empty:
        return None
    own = dict(iter(rows.groupby(by, sort=False)))
    names = [name for name in dict.fromkeys([*order, *own]) if name in own]
    parts = [(str(name), own[name]) for name in names]
    return pd.DataFrame([_count(name, own) for name, own in [*parts, (ALL, rows)]])


def _count(name: str, rows: pd.DataFrame) -> dict[str, object]:
    typicality = rows.get("typicality", pd.Series(float("nan"), index=rows.index))
    ignored = rows["n_ignored"].fillna(0)
    return {
        "name": name,
        "n_objects": len(rows),
        **_share("detected", rows["detected"]),
        **_share("unlike", rows["unlike"][typicality.notna()]),
        "with_ignored": int((ignored > 0).sum()),
        "n_ignored": int(ignored.sum()),
    }


def _share(name: str, is_so: "pd.Series[bool]") -> dict[str, float]:
    values = (float("nan"),) * 3
    if len(is_so):
        values = wilson_interval(int(is_so.astype(bool).sum()), len(is_so))
    return dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))
