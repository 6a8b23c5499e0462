"""Light against time follows the formulas and the truth that comes with it."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from celerite2 import GaussianProcess, terms
from scipy.stats import chi2, kstest

from taonet.errors import ConfigError
from taonet.simulation.light import MISSED_SHARE
from taonet.simulation.populations.cataclysmic import Cataclysmics, dwarf_nova
from taonet.simulation.populations.nuclei import damped_random_walk
from taonet.simulation.populations.stars import fast_mover, flare_shape, rr_lyrae
from taonet.simulation.populations.supernovae import TEMPLATES, magnitudes_below_peak, supernova
from taonet.simulation.presets.by_name import SURVEYS
from taonet.simulation.presets.crts import CATALINA, OTHERS

NIGHTS = np.arange(53500.0, 55500.0, 10.0)


def drawn(transient, n, mjd=NIGHTS):
    return [transient(mjd, np.random.default_rng(seed)) for seed in range(n)]


def test_a_survey_without_the_light_or_share_of_a_class_is_refused():
    transients, shares = dict(CATALINA.transients), dict(CATALINA.shares)
    del transients["BZ"], shares["BZ"]
    with pytest.raises(ConfigError, match="without a transient: BZ"):
        replace(CATALINA, transients=transients)
    with pytest.raises(ConfigError, match="without a share: BZ"):
        replace(CATALINA, shares=shares)


def test_the_shares_of_a_mixture_sum_to_one():
    assert sum(share for share, _ in OTHERS.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("survey", "class_name"), [(name, one) for name in SURVEYS for one in SURVEYS[name].transients]
)
def test_light_is_a_number_or_dark_and_its_truth_fit_for_json(survey, class_name):
    before = NIGHTS.copy()
    for light in drawn(SURVEYS[survey].transients[class_name], 40):
        assert light.mag.shape == NIGHTS.shape
        assert not np.isnan(light.mag).any()
        assert np.isfinite(light.mag).any() or light.host or not light.truth["covered"]
        assert np.all(light.mag > 8)
        json.dumps(light.truth, allow_nan=False)
    np.testing.assert_array_equal(NIGHTS, before)


def test_the_other_class_holds_all_its_kinds():
    assert {light.subtype for light in drawn(CATALINA.transients["OTHER"], 200)} == set(OTHERS)


def test_simulated_walks_are_drawn_from_the_process_of_celerite():
    rng = np.random.default_rng(8)
    chances = []
    for _ in range(400):
        mjd = 53500 + np.sort(rng.uniform(0, 3000, 60))
        tau, sf_inf = rng.uniform(5, 600), rng.uniform(0.05, 1.0)
        walk = damped_random_walk(mjd, rng, tau_days=tau, sf_inf_mag=sf_inf)
        process = GaussianProcess(terms.RealTerm(a=sf_inf**2 / 2, c=1 / tau), mean=0.0)
        process.compute(mjd)
        # of a draw of the process this is a χ² of as many degrees of freedom as epochs
        chances.append(chi2.sf(walk @ process.apply_inverse(walk), len(mjd)))
    assert kstest(chances, "uniform").pvalue > 1e-3
    # and each whitened step is a standard normal one
    lower = np.linalg.cholesky(process.kernel.get_value(mjd[:, None] - mjd))
    walks = [damped_random_walk(mjd, rng, tau_days=tau, sf_inf_mag=sf_inf) for _ in range(300)]
    white = np.linalg.solve(lower, np.array(walks).T)
    assert kstest(white.ravel(), "norm").pvalue > 1e-3
    assert np.abs(np.corrcoef(white) - np.eye(60)).max() < 6 / np.sqrt(300)


def test_the_damped_random_walk_has_its_structure_function():
    rng = np.random.default_rng(0)
    mjd = np.sort(rng.uniform(0, 2000, 40))
    walks = np.stack(
        [damped_random_walk(mjd, rng, tau_days=200.0, sf_inf_mag=0.4) for _ in range(4000)]
    )
    # equal scatter at every epoch: the walk starts in its stationary state
    np.testing.assert_allclose(walks.std(axis=0), 0.4 / np.sqrt(2), rtol=0.05)
    for i, j in ((0, 1), (10, 15), (5, 39)):
        found = np.sqrt(((walks[:, i] - walks[:, j]) ** 2).mean())
        formula = 0.4 * np.sqrt(1 - np.exp(-(mjd[j] - mjd[i]) / 200))
        np.testing.assert_allclose(found, formula, rtol=0.06)


@pytest.mark.parametrize("subtype", TEMPLATES)
def test_a_supernova_is_dark_rises_peaks_and_fades(subtype):
    days = np.linspace(-40, 300, 3401)
    below = magnitudes_below_peak(days, TEMPLATES[subtype])
    rise = TEMPLATES[subtype].rise_days
    assert np.all(np.isinf(below[days < -rise - 0.01]))
    assert np.all(np.isfinite(below[days > -rise + 0.11]))
    assert days[np.argmin(below)] == pytest.approx(0, abs=0.11)
    assert np.all(np.diff(below[days >= 0]) > 0)
    # nothing jumps after the first days
    assert np.abs(np.diff(below[days > -rise + 2])).max() < 0.15
    late = np.polyfit(days[days > 250], below[days > 250], 1)[0]
    (day1, mag1), (day2, mag2) = TEMPLATES[subtype].fall[-2:]
    assert late == pytest.approx((mag2 - mag1) / (day2 - day1), rel=1e-6)


def test_stretch_is_a_factor_on_all_times():
    days, shape = np.linspace(-15, 90, 50), TEMPLATES["Ia"]
    np.testing.assert_allclose(
        magnitudes_below_peak(1.2 * days, shape, stretch=1.2), magnitudes_below_peak(days, shape)
    )


def test_a_supernova_peaks_when_and_where_it_says():
    daily = np.arange(53500.0, 54500.0, 0.05)
    for light in drawn(supernova, 20, daily):
        peak = light.truth["peak_mjd"]
        if light.truth["covered"] and peak > daily[0]:
            assert daily[np.argmin(light.mag)] == pytest.approx(peak, abs=0.06)
            assert light.mag.min() == pytest.approx(light.truth["peak_mag"], abs=1e-4)
        assert light.host is not None


def test_most_supernovae_are_covered_by_an_epoch_near_their_peak():
    lights = drawn(supernova, 600)
    covered = np.array([light.truth["covered"] for light in lights])
    assert 1 - covered.mean() == pytest.approx(MISSED_SHARE, abs=0.03)
    seen = [light.mag.min() - light.truth["peak_mag"] < 1.5 for light in lights]
    assert np.mean(np.array(seen)[covered]) > 0.95
    dark = [np.isinf(lights[i].mag).all() for i in np.flatnonzero(~covered)]
    assert all(dark)


def test_dwarf_novae_burst_as_often_and_as_high_as_they_say():
    hourly = np.arange(53000.0, 57000.0, 0.25)
    counted, expected = 0, 0.0
    steady = partial(dwarf_nova, population=Cataclysmics(flicker_mag=(0.01, 0.1)))
    for light in drawn(steady, 8, hourly):
        quiet, amplitude = light.truth["quiet_mag"], light.truth["amplitude_mag"]
        bright = light.mag < quiet - 0.5 * amplitude
        starts = np.flatnonzero(np.diff(bright.astype(int)) == 1)
        counted += 1 + int(np.count_nonzero(np.diff(starts) > 8))
        expected += 4000 / light.truth["recurrence_days"]
        assert 0.7 * amplitude < quiet - light.mag.min() < amplitude + 0.7
    assert counted == pytest.approx(expected, rel=0.25)


def test_every_dwarf_nova_is_caught_bright():
    for light in drawn(dwarf_nova, 100):
        assert light.mag.min() < light.truth["quiet_mag"] - 1


def test_a_flare_has_half_its_peak_over_its_width():
    t = np.linspace(-3, 30, 33001)
    flux = flare_shape(t)
    assert flux.max() == pytest.approx(1, abs=0.01)
    assert t[np.argmax(flux)] == pytest.approx(0, abs=0.01)
    above = t[flux > 0.5]
    # the published coefficients come to 0.91
    assert above[-1] - above[0] == pytest.approx(1, abs=0.1)
    assert flux[-1] < 1e-3
    assert flux[0] == 0


def test_a_pulsating_star_repeats_itself():
    light = rr_lyrae(NIGHTS, np.random.default_rng(5))
    period = light.truth["period_days"]
    again = rr_lyrae(NIGHTS + 100 * period, np.random.default_rng(5))
    np.testing.assert_allclose(light.mag, again.mag, atol=1e-5)
    assert np.ptp(light.mag) < light.truth["amplitude_mag"] * 1.001


def test_a_fast_mover_moves_and_does_not_vary():
    light = fast_mover(NIGHTS, np.random.default_rng(0))
    assert np.ptp(light.mag) == 0
    motion = np.hypot(light.pm_x_arcsec_per_year, light.pm_y_arcsec_per_year)
    assert motion == pytest.approx(light.truth["pm_arcsec_per_year"])
    assert motion >= 0.5
