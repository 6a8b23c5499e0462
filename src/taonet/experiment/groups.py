"""Which objects of a prediction table belong together: what is scored as one in intervals."""

from collections.abc import Mapping
from typing import TypeVar

import pandas as pd

from taonet.data.splits import groups_of

PLACE = ["ra", "dec"]

Name = TypeVar("Name")


def with_groups(table: pd.DataFrame, objects: pd.DataFrame) -> pd.DataFrame:
    """Return a prediction table with the ``group`` of each object, as `groups_of` finds them.

    Parameters
    ----------
    objects : DataFrame
        As for `taonet.data.splits.groups_of`; an object that is not among them counts by itself.
    """
    group = dict(zip(objects["object_id"], groups_of(objects).tolist(), strict=True))
    return table.assign(group=table["object_id"].map(group))


def all_with_groups(
    tables: Mapping[Name, pd.DataFrame], objects: pd.DataFrame | None = None
) -> dict[Name, pd.DataFrame]:
    """Return prediction tables of the same objects, with the same groups in all of them.

    Parameters
    ----------
    objects : DataFrame, optional
        As for `with_groups`. Without it groups are those that a table states in a column ``group``,
        or else objects at one place.
    """
    if objects is not None:
        return {name: with_groups(table, objects) for name, table in tables.items()}
    stated = [table for table in tables.values() if "group" in table]
    if stated:
        first = stated[0].drop_duplicates("object_id", keep="last")
        group = dict(zip(first["object_id"], first["group"], strict=True))
        return {n: t.assign(group=t["object_id"].map(group)) for n, t in tables.items()}
    positions = [t[["object_id", *PLACE]] for t in tables.values() if {*PLACE} <= set(t.columns)]
    if not positions:
        return dict(tables)
    located = pd.concat(positions).dropna().drop_duplicates("object_id").reset_index(drop=True)
    located = located.assign(field_id=located["object_id"])
    return {name: with_groups(table, located) for name, table in tables.items()}
