"""Cells as words or numbers, whatever another program stored them as."""

import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.io.cells import numbers, numbers_and_text, words


@pytest.mark.parametrize(
    ("column", "names"),
    [
        (pd.Series([101, 102]), ["101", "102"]),
        (pd.Series([101.0, np.nan]), ["101", None]),
        (pd.Series([101, None], dtype="Int64"), ["101", None]),
        (pd.Series(["101.0", "102.0"]), ["101", "102"]),
        (pd.Series(["101.0", "x1.0"]), ["101.0", "x1.0"]),
        (pd.Series([101.0, "a"], dtype=object), ["101", "a"]),
        (pd.Series(["007", " 7\t"]), ["007", "7"]),
        (pd.Series(["NA", "None", "nan", "null"]), ["NA", "None", "nan", "null"]),
        (pd.Series([b"SN", b"NON\0\0", b" "]), ["SN", "NON", None]),
        (pd.Series(["b'SN'", 'b"NON"']), ["SN", "NON"]),
        (pd.Series(["b'SN'", "AGN"]), ["b'SN'", "AGN"]),
        (pd.Series(["g ", "r", "g "], dtype="category"), ["g", "r", "g"]),
        (pd.Series(["", None, pd.NA], dtype="string"), [None, None, None]),
        (pd.Series([4295806720000000001, 4295806720000000003]), None),
        (pd.Series(["1e5", "2e5"]), ["1e5", "2e5"]),
        (pd.Series([], dtype=object), []),
    ],
)
def test_a_name_is_the_same_text_however_it_is_stored(column, names):
    expected = [str(name) for name in column] if names is None else names
    assert words(column, "t").tolist() == expected


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([4.295806720e18, 4.295806721e18]),
        pd.Series([16777217.0, 1.0], dtype=np.float32).add(2),
        pd.Series(["4.29580672e+18", "4.29580673E18"]),
        pd.Series(["4295806720000000001.0", "1.0"]),
        pd.Series([4.295806720e18, "a"], dtype=object),
    ],
)
def test_names_that_have_lost_digits_are_refused_with_their_column(column):
    with pytest.raises(InputError, match=r"column 'star'.*floats.*text or whole numbers"):
        words(column.rename("star"), "t")


def test_numbers_are_read_from_text_bytes_and_masked_cells_and_words_are_told_from_gaps():
    column = pd.Series([b"1.5", "2", "", "--", None, "n.d.", 3], dtype=object)
    values, text = numbers_and_text(column)
    np.testing.assert_array_equal(values, [1.5, 2, np.nan, np.nan, np.nan, np.nan, 3])
    assert text.tolist() == [False] * 5 + [True, False]
    masked = pd.Series([1, None], dtype="Int64")
    np.testing.assert_array_equal(numbers(masked, "t"), [1, np.nan])
    with pytest.raises(InputError, match=r"1 of 7 rows \(got 'n.d.'\)"):
        numbers(column, "t")


def test_moments_are_mjd_and_no_nanoseconds():
    moments = pd.Series(pd.to_datetime(["1858-11-18T12:00", "2019-01-05T06:00", "NaT"]))
    np.testing.assert_allclose(numbers(moments, "t"), [1.5, 58488.25, np.nan])
