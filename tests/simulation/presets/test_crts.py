"""The preset of CRTS: as many images as in the release, and all kinds of its classes."""

from functools import partial

import numpy as np
import pytest

from taonet.io.deep_tao.nights import exposure_names
from taonet.simulation.objects import simulate_object
from taonet.simulation.presets.by_name import survey_preset
from taonet.simulation.presets.crts import (
    CATALINA,
    CATALOGUE,
    FAINTEST_IN_IMAGES,
    NUMBERS,
    OTHERS,
    name_exposures,
)

TINY = survey_preset("tiny")


def one(class_name, index=0, seed=1):
    return simulate_object(TINY, class_name, seed=seed, index=index)


@pytest.mark.parametrize(("name", "five", "median", "ninety_five"), [("crts", 33, 105, 160)])
def test_images_an_object_are_as_many_as_in_the_release(name, five, median, ninety_five):
    visits = [survey_preset(name).visits(np.random.default_rng(i)) for i in range(400)]
    numbers = [len(one.mjd) for one in visits]
    found = np.percentile(numbers, [5, 50, 95])
    np.testing.assert_allclose(found, [five, median, ninety_five], rtol=0.2)
    assert all(np.all(np.diff(one.mjd) > 0) for one in visits)


NIGHTS = np.arange(53500.0, 55500.0, 10.0)


def drawn(transient, n, mjd=NIGHTS):
    return [transient(mjd, np.random.default_rng(seed)) for seed in range(n)]


def test_the_other_class_holds_all_its_kinds():
    assert {light.subtype for light in drawn(CATALINA.transients["OTHER"], 200)} == set(OTHERS)


def test_exposures_are_named_as_the_release_names_them():
    mjd = [54000.2, 54000.21, 54003.3]
    assert name_exposures("NON", mjd) == exposure_names(mjd, numbered=False)
    assert name_exposures("SN", mjd) == exposure_names(mjd, numbered=True)
    assert name_exposures("SN", mjd) != name_exposures("NON", mjd)


def test_objects_that_do_not_change_are_as_faint_as_images_and_database_show():
    for found in (CATALINA, CATALOGUE):
        light = found.transients["NON"]
        assert isinstance(light, partial)
        population = light.keywords["population"]
        brightest, faintest = NUMBERS["constant"]["mag"]
        expected = FAINTEST_IN_IMAGES if found is CATALINA else faintest
        assert population.mag == (brightest, expected)


def test_times_have_the_digits_of_the_files_and_no_band():
    visits = CATALINA.visits(np.random.default_rng(0))
    np.testing.assert_array_equal(visits.mjd, np.round(visits.mjd, 5))
    assert set(visits.band) == {""}
