"""The prediction table behind the page: the last answer about each object as columns of numbers.

A table may hold millions of rows. Lists are made of the last rows alone, as arrays; the other rows
are taken when an object is looked at.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Float, Int, Shaped

from taonet.errors import InputError, MissingError
from taonet.io.prediction_columns import classes_of, columns_of, is_prediction_table
from taonet.io.prediction_table import prediction_table, read_predictions
from taonet.reports.object_document import MODEL
from taonet.sky.taxonomy import Taxonomy
from taonet.types import AnyPath

Column = Shaped[np.ndarray, " object"]

NUMBERS = (
    "n_epochs",
    "mjd_last",
    "typicality",
    "snr",
    "n_ignored",
    "ra",
    "dec",
)
"""Columns of the prediction table that lists hold as numbers, NaN where missing."""


@runtime_checkable
class RowSource(Protocol):
    """Where rows of a prediction table lie."""

    def take(self, index: Int[np.ndarray, " row"]) -> pd.DataFrame:
        """Return rows by number, as `taonet.io.prediction_table.read_predictions` does."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FrameRows:
    """Rows that are in memory as a DataFrame."""

    table: pd.DataFrame

    def take(self, index: Int[np.ndarray, " row"]) -> pd.DataFrame:
        """Return rows by number."""
        return self.table.iloc[index].reset_index(drop=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class ParquetRows:
    """Rows of a parquet file, in memory as arrow has them: sets of millions of rows stay packed."""

    table: pa.Table
    where: str

    def take(self, index: Int[np.ndarray, " row"]) -> pd.DataFrame:
        """Return rows by number."""
        rows = self.table.take(pa.array(index))
        frame = rows.to_pandas()
        stated = self.table.schema.metadata or {}
        frame.attrs["metadata"] = {key.decode(): value.decode() for key, value in stated.items()}
        if "set" in frame:
            frame["set"] = pd.Series(
                [None if one is None else tuple(one) for one in rows["set"].to_pylist()],
                index=frame.index,
                dtype="object",
            )
        return prediction_table(frame, where=self.where)


class AnswerTable:
    """A prediction table, ready to be listed, sorted and looked up.

    Parameters
    ----------
    rows : RowSource
    object_id : array (row,)
        The object of every row.
    n_epochs : array (row,)
        The number of epochs of every row.
    where : str
        What the table is called, for errors.

    Raises
    ------
    InputError
        If it is no prediction table, or holds no row.
    """

    def __init__(
        self,
        rows: RowSource,
        object_id: Shaped[np.ndarray, " row"],
        n_epochs: Shaped[np.ndarray, " row"],
        *,
        where: str = "the table",
    ) -> None:
        self.rows = rows
        codes, names = pd.factorize(object_id)
        if not len(codes) or (codes < 0).any():
            got = "no rows" if not len(codes) else "a row without an object_id"
            raise InputError("not a prediction table", where=where, got=got)
        self.object_id: list[str] = [str(name) for name in names]
        # rows of one object lie together, by number of epochs
        self._order = np.lexsort((np.asarray(n_epochs), codes))
        self._ends = np.cumsum(np.bincount(codes))
        self.last = rows.take(self._order[self._ends - 1])
        if not is_prediction_table(self.last):
            do = "it needs object_id, n_epochs and p_<CLASS> for every class"
            raise InputError("not a prediction table", where=where, do=do)
        self.classes = classes_of(self.last)

    @classmethod
    def read(cls, path: AnyPath) -> "AnswerTable":
        """Read a prediction table from a file.

        Raises
        ------
        InputError
            If it cannot be read, is no prediction table, or of a newer version.
        """
        path = Path(path)
        if path.suffix.lower() == ".parquet" and path.is_file():
            return cls._read_parquet(path)
        return cls.of_frame(read_predictions(path), where=str(path))

    @classmethod
    def _read_parquet(cls, path: Path) -> "AnswerTable":
        try:
            table = pq.read_table(path)
        except (OSError, pa.ArrowException) as error:
            raise InputError("not a readable .parquet table", where=path, got=error) from error
        if not {"object_id", "n_epochs"} <= set(table.column_names):
            return cls.of_frame(read_predictions(path), where=str(path))
        return cls(
            ParquetRows(table=table, where=str(path)),
            np.asarray(table["object_id"].cast(pa.string()).to_pandas(), dtype=object),
            table["n_epochs"].to_numpy(),
            where=str(path),
        )

    @classmethod
    def of_frame(cls, table: pd.DataFrame, *, where: str = "the table") -> "AnswerTable":
        """Take a prediction table in memory.

        Raises
        ------
        InputError
            If it is none.
        """
        if not is_prediction_table(table):
            got = f"columns {', '.join(map(str, table.columns[:8]))}"
            do = "it needs object_id, n_epochs and p_<CLASS> for every class"
            raise InputError("not a prediction table", where=where, got=got, do=do)
        n_epochs = table.get("n_epochs", pd.Series(np.ones(len(table))))
        names = np.asarray(table["object_id"], dtype=object)
        return cls(FrameRows(table=table), names, n_epochs.to_numpy(), where=where)

    def __len__(self) -> int:
        return len(self.object_id)

    def __contains__(self, object_id: str) -> bool:
        return object_id in self.index

    @cached_property
    def index(self) -> dict[str, int]:
        """The number of each object."""
        return {name: i for i, name in enumerate(self.object_id)}

    @property
    def n_rows(self) -> int:
        """The number of rows, of all objects and numbers of epochs."""
        return len(self._order)

    def all_rows(self) -> pd.DataFrame:
        """Return all rows, those of one object together."""
        return self.rows.take(self._order)

    @property
    def model(self) -> str | None:
        """The model that answered, if the table states it."""
        stated: str | None = self.last.attrs.get("metadata", {}).get(MODEL)
        return stated

    def rows_of(self, object_id: str) -> pd.DataFrame:
        """Return the rows about an object, by number of epochs.

        Raises
        ------
        MissingError
            If there is no object of the name.
        """
        number = self.index.get(object_id)
        if number is None:
            raise MissingError("no object of this name", got=object_id)
        start = self._ends[number - 1] if number else 0
        return self.rows.take(self._order[start : self._ends[number]])

    def set_of(self, number: int) -> list[str] | None:
        """Return the last set of classes of an object by number, None where there is none."""
        members = self.last["set"].iloc[number] if "set" in self.last else None
        return list(members) if isinstance(members, tuple) else None

    @cached_property
    def probabilities(self) -> Float[np.ndarray, "object class"]:
        """The last probabilities of each object."""
        names = columns_of(Taxonomy(name="", classes=self.classes))
        return self.last[names].to_numpy(np.float64)

    @cached_property
    def predicted_class(self) -> Column:
        """The class that each object is said to be, None where none is."""
        if "predicted_class" in self.last:
            return words_column(self.last["predicted_class"])
        return Taxonomy(name="", classes=self.classes).most_probable(self.probabilities)

    @cached_property
    def probability(self) -> Float[np.ndarray, " object"]:
        """The probability of that class; NaN where there is none."""
        labels = {name: i for i, name in enumerate(self.classes)}
        label = np.array([labels.get(name, -1) for name in self.predicted_class])
        own = self.probabilities[np.arange(len(label)), label]
        return np.where(label < 0, np.nan, own)

    @cached_property
    def entropy(self) -> Float[np.ndarray, " object"]:
        """How open the answer is: 0 where one class is certain, 1 where all are equal."""
        p = self.probabilities
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(p > 0, p * np.log(p), np.where(np.isnan(p), np.nan, 0.0))
        # adding 0 turns −0 into 0
        return np.asarray(-terms.sum(axis=1) / np.log(max(len(self.classes), 2)) + 0.0)

    @cached_property
    def set_size(self) -> Column:
        """The number of classes in the last set; NaN where there are no sets."""
        sets = self.last["set"] if "set" in self.last else [None] * len(self)
        return np.array([np.nan if not isinstance(one, tuple) else len(one) for one in sets])

    @cached_property
    def columns(self) -> dict[str, Column]:
        """What objects can be sorted and filtered by: numbers, words and truths."""
        numbers = {name: self._number(name) for name in NUMBERS}
        p = {f"p_{name}": self.probabilities[:, i] for i, name in enumerate(self.classes)}
        return {
            "object_id": np.array(self.object_id, dtype=object),
            "class_name": words_column(self.last.get("class_name", self._nothing)),
            "predicted_class": self.predicted_class,
            "probability": self.probability,
            "entropy": self.entropy,
            "set_size": self.set_size,
            "detected": self._truth("detected", missing=True),
            "unlike": self._truth("unlike", missing=False),
            **numbers,
            **p,
        }

    @property
    def _nothing(self) -> "pd.Series[Any]":
        return pd.Series([None] * len(self), dtype=object)

    def _number(self, name: str) -> Column:
        if name not in self.last:
            return np.full(len(self), np.nan)
        if self.last[name].dtype == np.int64:
            return self.last[name].to_numpy()
        return np.asarray(pd.to_numeric(self.last[name], errors="coerce"), np.float64)

    def _truth(self, name: str, *, missing: bool) -> Column:
        if name not in self.last:
            return np.full(len(self), missing)
        cells = self.last[name]
        return np.where(cells.isna(), missing, cells.astype("boolean").fillna(missing).astype(bool))


def words_column(cells: Any) -> Column:
    """Return a column of words, None where a cell is missing."""
    column = pd.Series(cells, dtype=object)
    return np.asarray(column.where(column.notna(), None), dtype=object)
