"""Tables in the formats that astronomers open: parquet, csv, ecsv, vot."""

from pathlib import Path

import pandas as pd

from taonet.errors import InputError, OutputError
from taonet.io.landing import landing_file

SUFFIXES = (".parquet", ".csv", ".ecsv", ".vot")
_ASTROPY = {".ecsv": "ascii.ecsv", ".vot": "votable"}


def write_table(table: pd.DataFrame, path: Path, *, overwrite: bool = False) -> None:
    """Write a table in the format that the suffix names, all or nothing.

    Raises
    ------
    OutputError
        If the suffix is none of .parquet, .csv, .ecsv, .vot, or the file exists.
    """
    check_suffix(path)
    with landing_file(path, overwrite=overwrite) as temporary:
        if path.suffix == ".parquet":
            table.to_parquet(temporary, index=False)
        elif path.suffix == ".csv":
            table.to_csv(temporary, index=False)
        else:
            _write_astropy(table, temporary, _ASTROPY[path.suffix])


def check_suffix(path: Path) -> None:
    """Refuse a file name whose format is not known, before any work is done.

    Raises
    ------
    OutputError
    """
    if path.suffix not in SUFFIXES:
        raise OutputError(
            "unknown table format", where=path, do=f"name it with one of {', '.join(SUFFIXES)}"
        )


def read_table(path: Path) -> pd.DataFrame:
    """Read a table in the format that the suffix names.

    Raises
    ------
    InputError
        If it is missing or is not what its suffix says.
    """
    if not path.is_file():
        raise InputError("no such file", where=path)
    if path.suffix not in SUFFIXES:
        raise InputError("unknown table format", where=path, do=f"use one of {', '.join(SUFFIXES)}")
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        if path.suffix == ".csv":
            return pd.read_csv(path)
        from astropy.table import Table

        table: pd.DataFrame = Table.read(path, format=_ASTROPY[path.suffix]).to_pandas()
        return table
    except Exception as error:  # every reader has its own family of errors
        raise InputError(f"not a readable {path.suffix} table", where=path, got=error) from error


def _write_astropy(table: pd.DataFrame, path: Path, kind: str) -> None:
    from astropy.table import Table

    plain = table.copy()
    for name in plain.columns:
        if not pd.api.types.is_numeric_dtype(plain[name]):
            plain[name] = plain[name].fillna("").astype(str)
    Table.from_pandas(plain).write(path, format=kind, overwrite=True)
