"""Image subtraction: what the difference holds, and the noise that the template brings."""

from dataclasses import replace

import numpy as np
import pytest

from simulation.lamp import PERFECT, ZTF, aperture, neighbours_alike, one, survey_of
from taonet.simulation.difference import (
    SPARE,
    needed_visits,
    noise_equivalent_area_px,
    template_noise,
)
from taonet.simulation.light import DARK
from taonet.sky.cutout import sky_and_noise
from taonet.sky.psf import moffat


def test_the_difference_of_a_constant_star_is_noise():
    frames = np.concatenate([one(survey_of(17.0, 17.0), i)[0].frames[:, 2] for i in range(4)])
    difference = frames.astype(float)
    level, noise = sky_and_noise(frames)
    assert np.abs(level / noise).max() < 0.2
    standard = difference / noise[:, None, None]
    corner, centre = standard[:, :12, :12], standard[:, 29:34, 29:34]
    assert np.median(corner.std(axis=(1, 2))) == pytest.approx(1, abs=0.05)
    # a star of 17 mag brings photons of its own, and nothing but them
    assert np.abs(centre.mean()) < 0.2
    assert centre.std() < 3
    assert np.abs(centre.mean(axis=(1, 2))).max() < 3


def test_the_difference_holds_the_flux_of_the_truth():
    for mag in (15.0, 17.0):
        for index in range(3):
            sequence, truth = one(survey_of(mag, DARK), index)
            found = aperture(sequence.frames[:, 2].astype(float), truth, 15)
            expected = np.array(truth["difference_flux"])
            np.testing.assert_allclose(
                expected, 10 ** (0.4 * (sequence.zero_point_mag - mag)), rtol=1e-3
            )
            # 0.5 to 1 % of a Moffat profile lie beyond 15 pixels
            assert np.median(found / expected) == pytest.approx(0.99, abs=0.03)


def test_what_is_fainter_than_its_template_is_negative():
    sequence, truth = one(survey_of(17.0, 16.0))
    assert not any(truth["positive"])
    assert max(truth["difference_flux"]) < 0
    found = aperture(sequence.frames[:, 2].astype(float), truth, 10)
    ratio = found / np.array(truth["difference_flux"])
    assert np.median(ratio) == pytest.approx(0.99, abs=0.04)


def test_the_noise_of_the_template_is_one_pattern_smoothed_and_shifted():
    """Against the correlations measured on real templates: 0.27, and 0 two pixels apart."""
    rng = np.random.default_rng(0)
    seen = ZTF.conditions(ZTF.visits(rng), rng)
    fwhm = np.full(len(seen.sky_adu), 2.2)
    plain, matched = template_noise(PERFECT, seen, fwhm, 63, rng)
    assert plain.std() == pytest.approx(1, abs=0.05)
    assert neighbours_alike(plain) == pytest.approx(0.27, abs=0.06)
    assert abs(neighbours_alike(plain, 2)) < 0.06
    assert np.corrcoef(plain[0].ravel(), plain[1].ravel())[0, 1] > 0.6
    wide = seen.seeing_fwhm_px > 2.5
    assert matched[wide].std() < plain[wide].std()


@pytest.mark.parametrize("fwhm_px", [2.0, 3.1])
def test_the_noise_equivalent_area_is_that_of_the_profile_summed(fwhm_px):
    fine = 8
    profile = moffat(90 * fine, fwhm_px=fwhm_px * fine) * fine**2
    assert profile.sum() == pytest.approx(fine**2, rel=0.01)
    expected = fine**2 / (profile**2).sum()
    assert noise_equivalent_area_px(np.array([fwhm_px]))[0] == pytest.approx(expected, rel=0.02)


def test_as_many_visits_are_drawn_as_give_the_detections_that_are_kept():
    most = replace(PERFECT, most_epochs=10)
    # certain ones, even chances, hopeless ones
    assert needed_visits(np.full(100, 9.0), most) == 10 + SPARE
    assert needed_visits(np.zeros(100), most) == 20
    assert needed_visits(np.full(100, -9.0), most) == 20
