"""Light curves: magnitudes of astropy, and times that never decrease."""

import numpy as np
import pytest
from astropy import units

from taonet.errors import InputError
from taonet.sky.lightcurve import LightCurve


def curve(**changes):
    n = len(changes.get("mjd", np.zeros(3)))
    columns = {
        "object_id": "a",
        "mjd": np.array([55000.0, 55000.0, 55003.5]),
        "flux": np.array([3631.0, -5.0, np.nan]),
        "flux_err": np.array([36.31, 5.0, np.nan]),
        "zero_point_mag": np.full(n, 8.9),
        "band": ("g",) * n,
    }
    return LightCurve(**{**columns, **changes})


def test_magnitudes_are_those_of_astropy():
    # a zero point of 8.9 is that of jansky, to a thousandth
    theirs = (curve().flux[0] * units.Jy).to(units.ABmag).value
    assert curve().mag[0] == pytest.approx(theirs, abs=1e-3)
    assert curve().magerr[0] == pytest.approx(0.01 * 2.5 / np.log(10))
    assert np.isnan(curve().mag[1:]).all()


def test_a_limit_is_five_sigma_wherever_there_is_an_error():
    limit = curve().limiting_mag
    assert limit[1] == pytest.approx(8.9 - 2.5 * np.log10(25.0))
    # one that is there at five sigma is as bright as the limit
    at_limit = curve(flux=5 * curve().flux_err)
    np.testing.assert_array_equal(at_limit.mag, limit)


@pytest.mark.parametrize(
    ("mjd", "message"),
    [
        ([55001.0, 55000.0], "light curve a: times decrease"),
        ([2455000.5, 2455001.5], r"light curve a.*2400000\.5"),
        ([55000.0, np.nan], "light curve a"),
    ],
)
def test_times_that_are_none_are_refused(mjd, message):
    n = {"flux": np.ones(2), "flux_err": np.ones(2)}
    with pytest.raises(InputError, match=message):
        curve(mjd=np.array(mjd), **n)
