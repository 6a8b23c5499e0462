"""The steepness of the wings of stars: found whatever it is, and causally."""

import numpy as np
import pytest

from photometry.made import BRIGHT, field, measure_bright_field
from taonet.photometry.lightcurves import measure_bands
from taonet.photometry.profile import USUAL_BETA
from taonet.photometry.steepness import SPREAD, Steepness


@pytest.mark.parametrize("beta", [2.1, 3.5, 4.6, 15.0])
def test_all_light_is_found_whatever_the_steepness(beta):
    part, _ = measure_bright_field(beta=beta)
    off = np.abs(1 / part.calibration.profile.beta - 1 / beta)
    # the first epoch alone says little, all of them say it well
    assert off[-1] < 0.02
    assert off[-1] <= off[0] + 0.01
    _, ratio = measure_bright_field(beta=beta, causal=False)
    assert abs(np.median(ratio) - 1) < 0.015


def test_the_error_of_the_steepness_is_that_of_few_stars():
    sequence, _ = field(24, flux=BRIGHT, size=48)  # no field star
    (alone,), (together, _) = measure_bands(sequence), measure_bright_field()
    first, last = (part.calibration.steepness.error[-1] for part in (alone, together))
    assert last < first <= SPREAD


def test_galaxies_among_the_stars_tell_less():
    known = Steepness.default(40)
    sure = np.full(40, 0.02**-2.0)
    star = known.update(np.full(40, 0.4), sure, n_stars=2, causal=True)
    galaxy = known.update(np.full(40, 0.9), sure, n_stars=2, causal=True)
    off = np.array([star.mean[-1], galaxy.mean[-1]]) - 1 / USUAL_BETA
    assert off[0] > 0.5 * (0.4 - 1 / USUAL_BETA)
    assert off[1] < 0.25 * (0.9 - 1 / USUAL_BETA)


def test_later_epochs_have_no_say_in_earlier_ones():
    known, rng = Steepness.default(20), np.random.default_rng(0)
    said, precision = rng.normal(0.3, 0.05, 20), np.full(20, 400.0)
    whole = known.update(said, precision, n_stars=4, causal=True)
    early = Steepness.default(7).update(said[:7], precision[:7], n_stars=4, causal=True)
    np.testing.assert_allclose(whole.mean[:7], early.mean)
    archival = known.update(said, precision, n_stars=4, causal=False)
    assert np.ptp(archival.mean) == 0
