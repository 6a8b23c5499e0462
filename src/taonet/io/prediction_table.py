"""The prediction table: what its columns are, and how it is made, written and read.

A row holds what is known about one object after so many epochs. Networks and trees write the same
columns in the same order. To be scored a table needs only the required ones, so that anybody's can
be.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Bool, Float, Int

from taonet.errors import InputError
from taonet.io.class_sets import ClassSet, decode_sets, encode_set
from taonet.io.object_facts import KnownObject
from taonet.io.tables import read_table, table_in_memory, write_parts
from taonet.sky.taxonomy import Taxonomy
from taonet.trust.typicality import UNLIKE_BELOW
from taonet.types import AnyPath

SCHEMA_VERSION: Final = 2
"""Of tables written here; those before there were versions are of version 0."""

VERSION_KEY: Final = "taonet_schema_version"
"""Where parquet, ECSV and VOTable files say the version; csv has no place for it."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the prediction table.

    Parameters
    ----------
    name : str
    dtype : {"text", "bool", "int64", "float64", "set"}
        Text is None where it is missing, a float NaN; a set see `taonet.io.class_sets`.
    unit : str
        Empty for pure numbers and text.
    meaning : str
    required : bool
        No table is scored without it.
    """

    name: str
    dtype: Literal["text", "bool", "int64", "float64", "set"]
    unit: str = ""
    meaning: str
    required: bool = False


PROBABILITY: Final = Column(
    name="p_<CLASS>",
    dtype="float64",
    meaning="probability of the class, one column a class in label order; their sum is 1",
    required=True,
)

PRIOR: Final = Column(
    name="prior",
    dtype="text",
    meaning="class mix that the probabilities refer to, only where one was given",
)

COLUMNS: Final = (
    Column(name="object_id", dtype="text", meaning="name of the object", required=True),
    Column(name="ra", dtype="float64", unit="deg", meaning="right ascension, J2000"),
    Column(name="dec", dtype="float64", unit="deg", meaning="declination, J2000"),
    Column(
        name="class_name",
        dtype="text",
        meaning="the true class, missing where it is not known",
        required=True,
    ),
    Column(
        name="n_epochs",
        dtype="int64",
        meaning="number of epochs (of light curves: points) that were read",
        required=True,
    ),
    Column(name="mjd_last", dtype="float64", unit="d", meaning="MJD of the last of them"),
    PROBABILITY,
    Column(
        name="predicted_class",
        dtype="text",
        meaning="the most probable class, but NON where nothing is detected, which is missing "
        "where the model has no such class or a probability is not finite",
    ),
    Column(
        name="set",
        dtype="set",
        meaning="classes in label order; contains the true class at the stated rate; missing where "
        "no sets were fitted",
    ),
    Column(
        name="typicality",
        dtype="float64",
        meaning="share of calibration objects at least as atypical, 0 to 1; NaN where "
        "it was not fitted",
    ),
    Column(
        name="mjd_detected",
        dtype="float64",
        unit="d",
        meaning="MJD of the first detection, NaN until then and for trees",
    ),
    Column(
        name="detected",
        dtype="bool",
        meaning="whether anything is seen at the object's place so far; true for light curves",
    ),
    Column(
        name="snr",
        dtype="float64",
        meaning="by how much the sum of the frames so far stands out there; NaN for trees",
    ),
    Column(
        name="unlike",
        dtype="bool",
        meaning="whether the object is unlike those calibrated on: its typicality is below 0.05",
    ),
    PRIOR,
    Column(
        name="n_ignored",
        dtype="int64",
        meaning="number of epochs so far that were not read; of the last answer, of all epochs",
    ),
    Column(
        name="ignored_reason",
        dtype="text",
        meaning="why, with the number for each reason; missing where there are none",
    ),
)
"""In order. All are written, but for `PRIOR` where there is none."""

_TEXTS: Final = tuple(column.name for column in COLUMNS if column.dtype == "text")

_ARROW: Final = {
    "text": pa.string(),
    "bool": pa.bool_(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "set": pa.list_(pa.string()),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What a model answers, row by row.

    Parameters
    ----------
    n_epochs : array (row,)
    mjd_last : array (row,)
        MJD of the last epoch that was read.
    probabilities : array (row, class)
    sets : sequence of tuple, optional
        Class names in label order, or None, for each row.
    typicality : array (row,), optional
    detected : array (row,), optional
        Whether anything is seen so far; all by default.
    snr, mjd_detected : array (row,), optional
    prior : str, optional
        The class mix that the probabilities refer to.
    n_ignored : array (row,), optional
        Epochs that were not read; 0 by default.
    ignored_reason : sequence of str or None, optional
        Why.
    """

    n_epochs: Int[np.ndarray, " row"]
    mjd_last: Float[np.ndarray, " row"]
    probabilities: Float[np.ndarray, "row class"]
    sets: Sequence[ClassSet | None] | None = None
    typicality: Float[np.ndarray, " row"] | None = None
    detected: Bool[np.ndarray, " row"] | None = None
    snr: Float[np.ndarray, " row"] | None = None
    mjd_detected: Float[np.ndarray, " row"] | None = None
    prior: str | None = None
    n_ignored: Int[np.ndarray, " row"] | None = None
    ignored_reason: Sequence[str | None] | None = None


def make_rows(
    objects: KnownObject | Sequence[KnownObject], answers: Answers, *, taxonomy: Taxonomy
) -> pd.DataFrame:
    """Lay out answers as rows of the prediction table.

    Parameters
    ----------
    objects : object, or sequence of objects
        What all rows are about, or each of them.
    answers : Answers
    taxonomy : Taxonomy
        Its classes are those of the probabilities.

    Returns
    -------
    DataFrame
        With the columns of `COLUMNS`, in their order.

    Examples
    --------
    >>> from taonet.io.object_facts import ObjectFacts
    >>> star = ObjectFacts(object_id="a", ra=10.0, dec=-5.0, class_name=None)
    >>> p = np.array([[0.9, 0.1]])
    >>> answers = Answers(n_epochs=np.array([1]), mjd_last=np.array([60000.0]), probabilities=p)
    >>> two = Taxonomy(name="two", classes=("SN", "CV"))
    >>> make_rows(star, answers, taxonomy=two)["predicted_class"].tolist()
    ['SN']
    """
    n = len(answers.n_epochs)
    seen = np.ones(n, bool) if answers.detected is None else answers.detected
    typicality = _or_nan(answers.typicality, n)
    each = objects if isinstance(objects, Sequence) else [objects] * n
    cells: dict[str, Any] = {
        "object_id": _cells([one.object_id for one in each]),
        "ra": np.array([one.ra for one in each], np.float64),
        "dec": np.array([one.dec for one in each], np.float64),
        "class_name": _cells([one.class_name for one in each]),
        "n_epochs": answers.n_epochs,
        "mjd_last": answers.mjd_last,
        "predicted_class": _cells(_predicted_classes(answers, seen, taxonomy)),
        "set": _cells(_sets(answers, seen, taxonomy)),
        "typicality": typicality,
        "mjd_detected": _or_nan(answers.mjd_detected, n),
        "detected": seen,
        "snr": _or_nan(answers.snr, n),
        "unlike": typicality < UNLIKE_BELOW,
        "prior": _cells([answers.prior] * n),
        "n_ignored": np.zeros(n, np.int64) if answers.n_ignored is None else answers.n_ignored,
        "ignored_reason": _cells(answers.ignored_reason or [None] * n),
    }
    cells |= dict(zip(columns_of(taxonomy), answers.probabilities.T, strict=True))
    names = column_names(taxonomy, with_prior=answers.prior is not None)
    return pd.DataFrame({name: cells[name] for name in names})


def _or_nan(values: Float[np.ndarray, " row"] | None, n: int) -> Float[np.ndarray, " row"]:
    return np.full(n, np.nan) if values is None else values


def _predicted_classes(
    answers: Answers, seen: Bool[np.ndarray, " row"], taxonomy: Taxonomy
) -> Sequence[str | None]:
    """Return the class of each row: where nothing is seen, nothing changes, whatever else is said.

    A network has learnt how transients look, and an empty frame looks a little like one.
    """
    most = taxonomy.most_probable(answers.probabilities)
    unseen = ~seen & np.isfinite(answers.probabilities).all(axis=1)
    return list(np.where(unseen, taxonomy.quiet_class, most))


def _sets(
    answers: Answers, seen: Bool[np.ndarray, " row"], taxonomy: Taxonomy
) -> list[ClassSet | None]:
    """Return the sets, which hold the class of what does not change where nothing is seen."""
    sets = [None] * len(seen) if answers.sets is None else list(answers.sets)
    quiet = taxonomy.quiet_class
    for i in np.flatnonzero(~seen).tolist() if quiet else ():
        members = sets[i]
        if members is not None:
            sets[i] = tuple(c for c in taxonomy.classes if c in members or c == quiet)
    return sets


def _cells(values: Iterable[object], index: pd.Index | None = None) -> "pd.Series[Any]":
    # as an array, tuples of equal length would have two axes
    return pd.Series(list(values), index=index, dtype="object")


def column_names(taxonomy: Taxonomy, *, with_prior: bool = False) -> list[str]:
    """Return the names of all columns in order."""
    names: list[str] = []
    for column in COLUMNS:
        if column is PROBABILITY:
            names += columns_of(taxonomy)
        elif column is not PRIOR or with_prior:
            names.append(column.name)
    return names


def columns_of(taxonomy: Taxonomy) -> list[str]:
    """Return the names of the probability columns, in label order."""
    return [f"p_{name}" for name in taxonomy.classes]


def classes_of(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the classes that a table gives probabilities of, in its order.

    Examples
    --------
    >>> classes_of(pd.DataFrame(columns=["object_id", "p_SN", "p_42"]))
    ('SN', '42')
    """
    return tuple(c[2:] for c in map(str, table.columns) if c.startswith("p_") and c != "p_")


def is_prediction_table(table: pd.DataFrame) -> bool:
    """Return whether a table gives objects probabilities of classes."""
    return "object_id" in table and bool(classes_of(table))


def write_predictions(
    parts: pd.DataFrame | Iterable[pd.DataFrame],
    path: AnyPath,
    *,
    metadata: Mapping[str, str] = MappingProxyType({}),
    overwrite: bool = False,
) -> int:
    """Write a prediction table, whole or as its parts come; return the number of rows.

    Sets are a list column in parquet and JSON lists in the other formats. Without any row nothing
    is written. See `taonet.io.tables.write_parts`.

    Parameters
    ----------
    metadata : mapping
        What else the file states about itself, such as the model that answered; csv states nothing.

    Raises
    ------
    OutputError
        If the suffix is none of .parquet, .csv, .ecsv, .vot, or the file exists.
    """
    path = Path(path)
    tables = [parts] if isinstance(parts, pd.DataFrame) else parts
    if path.suffix != ".parquet":
        tables = map(_with_text_sets, tables)
    return write_parts(
        tables,
        path,
        types={column.name: _ARROW[column.dtype] for column in COLUMNS},
        metadata={**metadata, VERSION_KEY: str(SCHEMA_VERSION)},
        units={column.name: column.unit for column in COLUMNS if column.unit},
        overwrite=overwrite,
    )


def _with_text_sets(part: pd.DataFrame) -> pd.DataFrame:
    if "set" not in part:
        return part
    return part.assign(set=_cells(map(encode_set, part["set"]), part.index))


def read_predictions(path: AnyPath) -> pd.DataFrame:
    """Read a prediction table, ours of any version or anybody else's.

    Sets become tuples of class names, or None. A table of anything else is returned as it is.

    Raises
    ------
    InputError
        If it cannot be read, is of a newer version, or its sets name other classes.
    """
    path = Path(path)
    table = read_table(path, text=_TEXTS)
    is_parquet = path.suffix.lower() == ".parquet" and "set" in pq.read_schema(path).names
    if is_parquet and _has_version_0_sets(table):
        # an empty text is no name, so that as a word it would be missing
        cells = pq.read_table(path, columns=["set"]).column("set").to_pylist()
        return _with_sets(table, path, cells=cells)
    return _with_sets(table, path)


def prediction_table(table: Any, *, where: object = "the table") -> pd.DataFrame:
    """Return a prediction table in memory as `read_predictions` returns it from a file.

    Parameters
    ----------
    table : DataFrame, or astropy Table
        It is not changed.
    where : object
        What the table is called, for errors.

    Raises
    ------
    InputError
        As `read_predictions`.

    Examples
    --------
    >>> rows = pd.DataFrame({"object_id": [7], "n_epochs": 3, "p_SN": 1.0, "set": ['["SN"]']})
    >>> prediction_table(rows)[["object_id", "set"]].values.tolist()
    [['7', ('SN',)]]
    """
    own = table_in_memory(table, where=where, text=_TEXTS)
    if isinstance(table, pd.DataFrame) and "set" in table and _has_version_0_sets(own):
        return _with_sets(own, where, cells=table["set"].tolist())
    return _with_sets(own, where)


def _with_sets(
    table: pd.DataFrame, where: object, *, cells: Sequence[object] | None = None
) -> pd.DataFrame:
    """Return a prediction table with sets as tuples, any other table as it is.

    Parameters
    ----------
    cells : sequence, optional
        Those that hold sets, where empty ones differ from missing ones.
    """
    if not is_prediction_table(table):
        return table
    _check_version(table, where)
    if "set" not in table:
        return table
    sets = table["set"] if cells is None else _cells(cells, table.index)
    if cells is None and _has_version_0_sets(table):
        # text formats wrote an empty set and a missing one alike
        sets = sets.fillna("")
    try:
        decoded = decode_sets(sets, classes_of(table))
    except InputError as error:
        place = f"{where}, {error.where}"
        raise InputError(error.what, where=place, got=error.got, do=error.do) from error
    return table.assign(set=_cells(decoded, table.index))


def _has_version_0_sets(table: pd.DataFrame) -> bool:
    """Return whether sets are names with blanks between."""
    cells = table.get("set", ())
    return any(isinstance(cell, str) and not cell.startswith(("[", "(")) for cell in cells)


def _check_version(table: pd.DataFrame, where: object) -> None:
    version = str(table.attrs.get("metadata", {}).get(VERSION_KEY, 0))
    if not version.isdigit() or int(version) > SCHEMA_VERSION:
        raise InputError(
            "a prediction table of a newer version of taonet",
            where=where,
            got=f"schema version {version}",
            do="upgrade taonet",
        )
