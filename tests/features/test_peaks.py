import numpy as np
import pytest

from features.made import constant_curves, curves_of
from taonet.features.nights import average_nights
from taonet.features.peaks import Peaks
from taonet.sky.flux import POGSON


def outburst(t, *, peak=55100.0, rise=6.0, fall=20.0, faint=0.0):
    since = t - peak
    return faint + 1000 * np.exp(np.where(since < 0, since / rise, -since / fall))


def peaks(light, *, error=2.0, begin=55000.0, end=55300.0, step=1.0):
    return Peaks(average_nights(curves_of([np.arange(begin, end, step)], light, error=error)))


@pytest.mark.parametrize("faint", [0.0, 300.0])
def test_half_of_the_height_is_passed_when_it_should_be(faint):
    found = peaks(lambda t: outburst(t, faint=faint))
    np.testing.assert_allclose(found.mjd, 55100)
    np.testing.assert_allclose(found.rise_days(), 6 * np.log(2), rtol=0.05)
    np.testing.assert_allclose(found.fall_days(), 20 * np.log(2), rtol=0.05)


def test_exponential_slopes_are_straight_in_magnitudes():
    found = peaks(outburst)
    np.testing.assert_allclose(found.rise_slope(), -POGSON / 6, rtol=0.05)
    np.testing.assert_allclose(found.fall_slope(), POGSON / 20, rtol=0.05)


def test_first_detection_counts_only_where_there_was_none_before():
    found = peaks(outburst)
    # ten units are five sigma
    np.testing.assert_allclose(found.days_from_detection(), 6 * np.log(100), atol=2)
    assert np.isnan(peaks(lambda t: outburst(t, faint=300.0)).days_from_detection())
    late = peaks(outburst, begin=55095.0)
    assert np.isnan(late.days_from_detection()).all()


def test_before_the_peak_there_is_no_decline():
    found = peaks(outburst, end=55101.0)
    assert np.isfinite(found.rise_days()).all()
    assert np.isnan(found.fall_days()).all()
    assert np.isnan(found.fall_slope()).all()


def test_noise_has_no_peak():
    found = Peaks(average_nights(constant_curves(200, n_nights=80, span_days=400)))
    assert np.isnan(found.place).mean() > 0.97


def test_one_low_point_within_its_error_ends_no_outburst():
    def light(t):
        # four nights after the peak a cloud: below half, but known poorly
        return np.where(t == 55104, 480.0, outburst(t))

    curves = curves_of([np.arange(55000.0, 55200)], light, error=2.0)
    curves.flux_err[104] = 100.0
    np.testing.assert_allclose(Peaks(average_nights(curves)).fall_days(), 20 * np.log(2), rtol=0.05)
