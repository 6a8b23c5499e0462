"""Light against time follows the formulas and the truth that comes with it."""

import json

import numpy as np
import pytest

from taonet.simulation.presets.by_name import SURVEYS

NIGHTS = np.arange(53500.0, 55500.0, 10.0)


def drawn(transient, n, mjd=NIGHTS):
    return [transient(mjd, np.random.default_rng(seed)) for seed in range(n)]


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
