"""What the survey's database lists: the noise it says, the limit, and nothing of the class."""

import numpy as np
import pytest

from taonet.errors import ConfigError
from taonet.simulation.cadence import draw_mjd
from taonet.simulation.catalogue import measure_magnitudes, stated_error
from taonet.simulation.objects import simulate_detections
from taonet.simulation.presets.by_name import survey_preset
from taonet.simulation.presets.crts import CATALOGUE
from taonet.sky.taxonomy import CRTS

CATALINA = survey_preset("crts")
TIMES = np.sort(54000 + np.arange(300) * 7.3)


def first_stream(*, seed, index):
    root = np.random.SeedSequence(seed, spawn_key=(index,))
    return np.random.default_rng(root.spawn(1)[0]).spawn(3)[0]


def listed(mag, n=60):
    light = np.full(len(TIMES), float(mag))
    return [measure_magnitudes(light, TIMES, CATALOGUE, np.random.default_rng(i)) for i in range(n)]


@pytest.mark.parametrize(
    ("mag", "scatter"),
    # median absolute deviations (times 1.48) of real constant stars
    [(16.25, 0.030), (17.25, 0.060), (18.25, 0.133), (18.75, 0.185), (19.25, 0.267)],
)
def test_constant_stars_scatter_as_real_ones_do(mag, scatter):
    found = [1.4826 * np.median(np.abs(one.mag - np.median(one.mag))) for one in listed(mag)]
    assert np.median(found) == pytest.approx(scatter, rel=0.15)


@pytest.mark.parametrize(("mag", "stated"), [(16.25, 0.07), (18.25, 0.13), (19.75, 0.25)])
def test_errors_are_those_that_the_database_states(mag, stated):
    errors = np.concatenate([one.magerr for one in listed(mag, 20)])
    assert np.median(errors) == pytest.approx(stated, rel=0.1)
    assert stated_error(np.array([mag]), CATALOGUE)[0] == pytest.approx(stated, rel=0.1)


def test_faint_objects_are_listed_less_often_and_dark_ones_never():
    share = [np.mean([len(one.mag) for one in listed(mag, 20)]) / 300 for mag in (17, 20.3, 22)]
    assert share[0] > 0.97
    assert 0.3 < share[1] < 0.7
    assert share[2] < 0.08
    assert all(len(one.mag) == 0 for one in listed(np.inf, 5))


def test_magnitudes_and_errors_have_two_decimals_and_no_error_is_zero():
    for one in listed(19.0, 5):
        for values in (one.mag, one.magerr):
            np.testing.assert_allclose(values, np.round(values, 2), atol=1e-12)
        assert one.magerr.min() > 0


def test_the_cadence_does_not_know_the_class():
    """Whatever the class, an object of one number is listed at some of the same exposures."""
    listed = [next(simulate_detections(CATALINA, 1, seed=4, classes=[c]))[1] for c in CRTS.classes]
    exposures = draw_mjd(CATALOGUE.cadence, first_stream(seed=4, index=0))
    for one in listed:
        assert set(one.mjd.tolist()) <= set(exposures.tolist())


def test_an_object_depends_on_its_number_alone_whatever_the_workers():
    alone = list(simulate_detections(CATALINA, 6, seed=2))
    shared = list(simulate_detections(CATALINA, 3, seed=2, start=3, workers=2))
    for (name, one, truth), (other_name, other, other_truth) in zip(alone[3:], shared, strict=True):
        assert (name, truth) == (other_name, other_truth)
        np.testing.assert_array_equal(one.mag, other.mag)


def test_a_survey_without_a_database_is_refused():
    with pytest.raises(ConfigError, match="no light curves are known for 'tiny'"):
        next(simulate_detections(survey_preset("tiny"), 1, seed=1))
