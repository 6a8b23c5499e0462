"""Values of libraries taken apart: array, unit and mask, with astropy as the oracle."""

import numpy as np
import pandas as pd
import pytest
from astropy import units as u
from astropy.nddata import NDData
from astropy.utils.masked import Masked

from taonet.errors import InputError
from taonet.sky.array_parts import convert_unit, is_of, parts_of

VALUES = np.array([1.0, 2.0, 4.0])
MASK = np.array([False, True, False])


def parts(values):
    return parts_of(values, name="flux", where="here")


def test_a_plain_array_is_itself():
    assert parts(VALUES).array is VALUES
    assert parts(VALUES)[1:] == (None, None)


@pytest.mark.parametrize(
    ("values", "unit", "mask"),
    [
        (VALUES * u.Jy, u.Jy, None),
        (Masked(VALUES * u.Jy, mask=MASK), u.Jy, MASK),
        (NDData(VALUES, mask=MASK, unit=u.adu), u.adu, MASK),
        (np.ma.array(VALUES, mask=MASK), None, MASK),
        (pd.Series(VALUES), None, None),
        (VALUES.tolist(), None, None),
    ],
    ids=["Quantity", "Masked", "NDData", "numpy.ma", "Series", "list"],
)
def test_parts_of_every_library(values, unit, mask):
    array, its_unit, its_mask = parts(values)
    assert type(array) is np.ndarray
    np.testing.assert_array_equal(array, VALUES)
    assert its_unit == unit
    np.testing.assert_array_equal(its_mask, mask)


def test_a_list_of_quantities_has_the_unit_of_the_first():
    array, unit, _ = parts([1 * u.Jy, 2000 * u.mJy])
    np.testing.assert_allclose(array, [1, 2])
    assert unit == u.Jy
    with pytest.raises(InputError, match="unit of another quantity"):
        parts([1 * u.Jy, 2 * u.s])
    with pytest.raises(InputError, match="several shapes"):
        parts([VALUES, VALUES[:2]])


def test_units_are_converted_as_astropy_does():
    np.testing.assert_allclose(
        convert_unit(VALUES, u.hour, "d", name="mjd", where="x"),
        (VALUES * u.hour).to_value("d"),
    )
    with pytest.raises(InputError, match="give it in days"):
        convert_unit(VALUES, u.m, "d", name="mjd", where="x")


def test_a_library_that_is_not_loaded_has_no_values():
    assert not is_of(VALUES, "no.such.library", "Array")
    assert is_of(pd.Series(VALUES), "pandas", "Series")
