"""Differences are shown where a survey gives them, else the science frames."""

import numpy as np
import pytest

from taonet.photometry.lightcurves import light_curve
from taonet.photometry.object_curve import measure_curve
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset


@pytest.mark.parametrize(("survey", "mode"), [("crts", "science"), ("ztf", "difference")])
def test_the_curve_is_of_the_survey_s_differences_if_there_are_any(survey, mode):
    sequence, _ = next(simulate(survey_preset(survey), 1, seed=3, classes=("SN",)))
    few = sequence.take(np.arange(min(6, len(sequence))))
    np.testing.assert_array_equal(measure_curve(few).flux, light_curve(few, mode=mode).flux)
