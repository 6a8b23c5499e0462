"""Numbers that stand for "not known" are unknown, and no number that may be real is."""

import numpy as np
import pytest

from taonet.sky.unknown import (
    COORDINATE_SENTINELS,
    FLUX_SENTINELS,
    MAGNITUDE,
    PIXEL_SENTINELS,
    SEEING_FWHM_PX,
    ZERO_POINT_MAG,
    known_numbers,
)


@pytest.mark.parametrize(
    ("limits", "real"),
    [
        # the AB zero point of erg/s/cm²/Hz, HST's and Rubin's; Sirius, the Sun and the faintest
        (ZERO_POINT_MAG, [-48.6, 8.9, 25.0, 31.4]),
        (MAGNITUDE, [-26.8, -1.46, 0.0, 31.0]),
        (SEEING_FWHM_PX, [0.7, 2.5, 30.0]),
    ],
)
@pytest.mark.parametrize("sentinel", [-999.0, -99.0, 99.0, 99.999, 999.0, 1e20, np.inf, np.nan])
def test_sentinels_are_unknown_and_real_values_are_kept(limits, real, sentinel):
    found = known_numbers(np.array([*real, sentinel]), limits)
    assert found[:-1].tolist() == real
    assert np.isnan(found[-1])


def test_no_width_is_a_width():
    assert np.isnan(known_numbers(np.array([0.0, -1.0]), SEEING_FWHM_PX)).all()


def test_single_values_are_such_as_no_measurement_has():
    assert -99.0 not in FLUX_SENTINELS and -32768.0 not in FLUX_SENTINELS
    assert set(FLUX_SENTINELS) < set(PIXEL_SENTINELS)
    assert all(value < -90 for value in COORDINATE_SENTINELS)
