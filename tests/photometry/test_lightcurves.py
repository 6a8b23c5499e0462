"""Light curves from pixels, against the truth of simulated sequences, and laws they must obey."""

import numpy as np
import pytest

from taonet.photometry.lightcurves import light_curve
from taonet.simulate.objects import simulate_object
from taonet.simulate.presets import survey_named
from taonet.sky.flux import flux_of


def simulated(survey, class_name, index, *, keep=None, seed=2):
    sequence, truth = simulate_object(survey_named(survey), class_name, seed=seed, index=index)
    some = np.arange(len(sequence))[:keep]
    mag = np.array([np.inf if m is None else m for m in truth["mag"]])[some]
    return sequence.take(some), flux_of(mag, 25.0)


@pytest.mark.parametrize("mode", ["science", "difference"])
@pytest.mark.parametrize(("survey", "keep"), [("crts", 24), ("hits", 14), ("ztf", 12)])
def test_later_epochs_never_change_earlier_fluxes(survey, keep, mode):
    sequence, _ = simulated(survey, "SN", 3, keep=keep)
    whole = light_curve(sequence, mode=mode)
    for n in (1, 2, 6, 10):
        mjd = sequence.mjd[n - 1]
        early = light_curve(sequence.up_to(mjd), mode=mode)
        seen = len(early.mjd)
        np.testing.assert_allclose(early.flux, whole.flux[:seen], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(early.flux_err, whole.flux_err[:seen], rtol=1e-5)
        np.testing.assert_array_equal(early.quality, whole.quality[:seen])
