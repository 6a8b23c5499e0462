"""The columns of the prediction table: their names, types, units and meaning."""

from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from taonet.sky.taxonomy import Taxonomy


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
