"""Tables of light curves that other programs wrote: one row a point."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.errors import InputError
from taonet.io.tables import SUFFIXES, read_table

NAMES = {
    "object_id": ("object_id", "id", "oid", "objectid", "masterid", "name"),
    "mjd": ("mjd", "time", "t", "date"),
    "mag": ("mag", "magnitude"),
    "magerr": ("magerr", "mag_err", "error", "err", "magnitude_error"),
    "class_name": ("class_name", "label", "class"),
}
"""What the columns are called elsewhere; the first name is ours."""

NEEDED = ("object_id", "mjd", "mag", "magerr")


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """The points of one object, in order of time.

    Parameters
    ----------
    object_id : str
    class_name : str or None
    mjd, mag, magerr : arrays (point,)
    """

    object_id: str
    class_name: str | None
    mjd: Float[np.ndarray, " point"]
    mag: Float[np.ndarray, " point"]
    magerr: Float[np.ndarray, " point"]


def is_table(path: Path) -> bool:
    """Return whether a path is a file that can be read as a table."""
    return path.is_file() and path.suffix in SUFFIXES


def read_light_curves(path: Path) -> tuple[int, Iterator[Curve]]:
    """Return the number of objects in a table of light curves, and the objects one by one.

    Points without time, magnitude or error are left out.

    Raises
    ------
    InputError
        If a column is missing.
    """
    table = read_table(path)
    table = table.rename(columns=_ours(table, path))
    columns = [name for name in NAMES if name in table]
    table = table[columns].dropna(subset=["mjd", "mag", "magerr"])
    table = table.sort_values(["object_id", "mjd"], kind="stable")
    groups = table.groupby("object_id", sort=False)
    return groups.ngroups, (_curve(str(name), rows) for name, rows in groups)


def _ours(table: pd.DataFrame, path: Path) -> dict[str, str]:
    there = {str(column).lower(): str(column) for column in table.columns}
    found = {}
    for ours, others in NAMES.items():
        name = next((there[other] for other in others if other in there), None)
        if name is not None:
            found[name] = ours
        elif ours in NEEDED:
            raise InputError(
                f"no column {ours!r}",
                where=path,
                got=", ".join(there.values()),
                do=f"name it one of {', '.join(others)}",
            )
    return found


def _curve(object_id: str, rows: pd.DataFrame) -> Curve:
    known = rows["class_name"].iloc[0] if "class_name" in rows else None
    return Curve(
        object_id=object_id,
        class_name=None if known is None or pd.isna(known) else str(known),
        mjd=rows["mjd"].to_numpy(np.float64),
        mag=rows["mag"].to_numpy(np.float64),
        magerr=rows["magerr"].to_numpy(np.float64),
    )
