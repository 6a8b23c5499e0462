"""What an object shows: its light with that of its host, and when a survey discovered it."""

import numpy as np
import pytest

from taonet.simulation.light import (
    DARK,
    MISSED_SHARE,
    Galaxy,
    Light,
    discovery_mjd,
    shift_to_mean,
)

MJD = np.arange(54000.0, 54100.0, 5.0)


def test_light_of_object_and_host_adds_up_as_flux():
    host = Galaxy(mag=18.0, radius_arcsec=2.0, dx_arcsec=3.0, dy_arcsec=4.0)
    light = Light(mag=np.array([18.0, 16.0, DARK]), subtype="x", host=host)
    # twice the flux is 0.7526 mag; 10^0.8 + 1 times it at 16 mag
    expected = [18 - 2.5 * np.log10(2), 18 - 2.5 * np.log10(1 + 10**0.8), 18.0]
    np.testing.assert_allclose(light.all_light_mag(within_arcsec=5.0), expected)
    assert light.all_light_mag(within_arcsec=4.9) is light.mag
    assert Light(mag=MJD, subtype="x").all_light_mag(within_arcsec=9.0) is MJD


def test_a_shift_moves_every_magnitude_alike():
    light = Light(mag=np.array([17.0, 17.5]), subtype="x", truth={"mean_mag": 17.25, "p": 3})
    shifted = shift_to_mean(light, 20.0)
    np.testing.assert_allclose(shifted.mag, [19.75, 20.25])
    assert shifted.truth == {"mean_mag": 20.0, "p": 3}
    assert light.truth["mean_mag"] == 17.25


def test_a_discovery_is_an_epoch_or_comes_months_after_the_last():
    draws = [discovery_mjd(MJD, None, np.random.default_rng(i)) for i in range(2000)]
    covered = np.array([one for _, one in draws])
    assert 1 - covered.mean() == pytest.approx(MISSED_SHARE, abs=0.02)
    assert all((mjd in MJD) if seen else mjd >= MJD[-1] + 100 for mjd, seen in draws)


def test_within_years_of_discoveries_it_is_the_first_epoch_from_that_day_on():
    for seed in range(50):
        mjd, covered = discovery_mjd(MJD, (53950.0, 54150.0), np.random.default_rng(seed))
        day = float(np.random.default_rng(seed).uniform(53950.0, 54150.0))
        assert covered == (day <= MJD[-1])
        assert mjd == (MJD[day <= MJD].min() if covered else day)
