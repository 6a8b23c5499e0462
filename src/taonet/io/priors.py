"""A class mix as users write it: ``SN=0.1,CV=0.2``, or a table."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from taonet.errors import InputError
from taonet.io.column_names import NAMES, plain
from taonet.io.prediction_columns import is_prediction_table
from taonet.io.tables import read_table
from taonet.types import AnyPath

FORMS: Final = "give SN=0.1,CV=0.2,… or a table with the columns class and prior"


def read_prior(given: AnyPath) -> dict[str, object]:
    """Return the share of each class as it was given, in words or in a table.

    Parameters
    ----------
    given : str or Path
        ``SN=0.1,CV=0.2``, or the path of a table: a row a class with the columns ``class`` (or
        ``class_name``) and ``prior``, or a single row with a column a class.

    Raises
    ------
    InputError
        If it is neither, a prediction table, or a class is there twice.

    Examples
    --------
    >>> read_prior("SN=0.25, CV=0.75")
    {'SN': '0.25', 'CV': '0.75'}
    """
    path = Path(given)
    if path.is_file():
        return _prior_of_table(read_table(path), path)
    if "=" not in str(given):
        raise InputError("neither a class mix nor a table", where="prior", got=given, do=FORMS)
    parts = [part.strip() for part in str(given).split(",")]
    pairs = [[word.strip() for word in part.rpartition("=")[::2]] for part in parts if part]
    for name, number in pairs:
        if not name or not number:
            raise InputError("not CLASS=SHARE", where="prior", got=given, do=FORMS)
    return _shares_by_class(pairs, "prior")


def _prior_of_table(table: pd.DataFrame, path: Path) -> dict[str, object]:
    if is_prediction_table(table):
        raise InputError("a prediction table, not a class mix", where=path, do=FORMS)
    columns = {plain(str(name)): name for name in table.columns}
    names = next((columns[name] for name in NAMES["class_name"] if name in columns), None)
    if names is not None and "prior" in columns:
        return _shares_by_class(zip(table[names], table[columns["prior"]], strict=True), str(path))
    if names is not None or "prior" in columns or len(table) != 1:
        got = f"{', '.join(map(str, table.columns))} in {len(table)} rows"
        raise InputError("not a table of a class mix", where=path, got=got, do=FORMS)
    return {str(name): table[name].iloc[0] for name in table.columns}


def _shares_by_class(pairs: Iterable[Sequence[object]], where: str) -> dict[str, object]:
    shares: dict[str, object] = {}
    for name, number in pairs:
        if str(name) in shares:
            raise InputError("a class has two shares", where=where, got=name, do="give it one")
        shares[str(name)] = number
    return shares
