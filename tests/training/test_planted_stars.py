"""Planted stars: as much light as is told, at the object's place, in frames and means alike."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.data.encoder_inputs import FRAME_PX
from taonet.sky.psf import moffat
from taonet.training import planted_stars as module
from taonet.training.planted_stars import Planting, draw_taught_batch
from training.conftest import empty_frames

STILL = Planting(changing=0, steady=0, varying=0, uneven=0, small=0, sequences=3, frames=12)


def draw(planting, *, seed=0, **changes):
    return draw_taught_batch(empty_frames(**changes), planting, np.random.default_rng(seed))


@pytest.mark.parametrize("fwhm", [1.8, 2.5, 3.5])
def test_a_star_has_its_light_at_its_place(fwhm):
    (known, *_) = empty_frames().sequences
    (star,) = module._stars(np.array([fwhm]), known)
    side, middle = module.STAMP_PX, module.STAMP_PX // 2
    # a Moffat profile has this share of its light outside a circle
    alpha = fwhm / (2 * np.sqrt(2 ** (1 / module.STEEPNESS) - 1))
    outside = (1 + (middle / alpha) ** 2) ** (1 - module.STEEPNESS)
    assert 1 - outside - 1e-3 < star.sum() < 1 + 1e-3
    y, x = np.indices(star.shape) - middle
    assert ((star * x).sum() / star.sum(), (star * y).sum() / star.sum()) == pytest.approx(
        (known.x, known.y), abs=0.01
    )
    elsewhere = moffat(side, fwhm_px=fwhm, x=middle + known.x, y=middle + known.y)
    np.testing.assert_allclose(star, elsewhere, atol=0.1 * star.max())


def test_without_stars_frames_are_shown_as_they_are(taught):
    batch = draw_taught_batch(taught, STILL, rng())
    assert not batch.planted.any()
    shown = {one.tobytes() for one in batch.frames.numpy().astype(np.float16)}
    assert shown <= {one.tobytes() for one in np.asarray(taught.frames)}
    assert len(batch.host) == len(batch.steady) == len(batch.place) == 3
    assert batch.of_sequence.unique().tolist() == [0, 1, 2]


def rng(seed=0):
    return np.random.default_rng(seed)


def test_a_batch_depends_on_its_generator_alone(taught):
    one, same, other = (draw_taught_batch(taught, Planting(), rng(seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one, same, strict=True))
    assert not np.array_equal(one.flux, other.flux)


def test_a_steady_star_is_in_frames_and_means_as_bright_as_is_told():
    batch = draw(replace(STILL, steady=1.0))
    for i in range(3):
        own = batch.of_sequence == i
        flux = batch.flux[own].numpy()
        assert np.ptp(flux) == 0
        assert flux[0] > 0
        sums = batch.frames[own].sum((1, 2)).numpy()
        np.testing.assert_allclose(sums, flux * np.exp(batch.log_ratio[own].numpy()), rtol=5e-3)
        before = batch.means[own].sum((1, 2)).numpy()
        has_mean = batch.conditions[own, 2].numpy()
        np.testing.assert_allclose(before, flux * has_mean, rtol=5e-3)
    assert not batch.planted.any()


def test_a_star_that_varies_gives_each_frame_another_part_of_its_light():
    batch = draw(replace(STILL, steady=1.0, varying=1.0))
    sums = batch.frames.sum((1, 2)).numpy()
    expected = (batch.flux * batch.log_ratio.exp()).numpy()
    np.testing.assert_allclose(sums, expected, rtol=5e-3)
    own = (batch.of_sequence == 0) & (batch.conditions[:, 2] > 0)
    part = batch.flux[own].numpy() / batch.means[own].sum((1, 2)).numpy()
    assert part.max() > 5 * part.min()


def test_an_uneven_background_is_no_light_of_the_object():
    batch = draw(replace(STILL, uneven=1.0))
    assert not batch.flux.any()
    middle, edge = batch.frames[:, 31:33, 31:33], batch.frames[:, :2, :2]
    assert (middle.mean((1, 2)) - edge.mean((1, 2))).abs().max() > 0.05
    before = batch.conditions[:, 2] > 0
    shared = batch.frames[before] / batch.log_ratio[before].exp()[:, None, None]
    np.testing.assert_allclose(shared, batch.means[before], atol=1e-5)
    assert not batch.means[~before].any()


def test_a_star_that_fades_takes_its_light_from_the_frame_alone():
    batch = draw(replace(STILL, changing=1.0, fading=1.0))
    assert (batch.flux < 0).all()
    np.testing.assert_array_equal(batch.flux, batch.planted)
    expected = (batch.planted * batch.log_ratio.exp()).numpy()
    np.testing.assert_allclose(batch.frames.sum((1, 2)), expected, rtol=5e-3)
    assert not batch.means.any()


def test_a_bright_star_has_photon_noise():
    planting = replace(STILL, changing=1.0, fading=0.0, faintest=4.0, brightest=4.0)
    batch = draw(planting)
    expected = (batch.planted * batch.log_ratio.exp()).numpy()
    sums = batch.frames.sum((1, 2)).numpy()
    # of so many electrons: the unit is 5 counts, a count some electrons
    least, most = (1e4 * 5 * gain for gain in module.GAINS)
    pulls = (sums / expected - 1) / np.sqrt(1 / least)
    assert np.abs(pulls).max() < 5
    assert pulls.std() > 0.5 * np.sqrt(least / most)


def test_shares_are_as_told():
    planting = replace(STILL, changing=0.5, fading=0.2, frames=200, sequences=3)
    batch = draw(planting, n=200)
    planted = batch.planted[batch.planted != 0]
    assert len(planted) / len(batch.planted) == pytest.approx(0.5, abs=0.08)
    assert (planted < 0).float().mean().item() == pytest.approx(0.2, abs=0.08)
    assert planted.abs().log10().min() >= planting.faintest - 1e-6
    assert planted.abs().log10().max() <= planting.brightest + 1e-6


def test_where_seeing_is_not_stated_no_star_is_planted():
    batch = draw(replace(STILL, changing=1.0, steady=1.0), seeing=[float("nan")] * 20)
    assert not batch.frames.any()
    assert not batch.flux.any()
    assert batch.seeing.isnan().all()


def test_a_small_field_shows_its_centre_alone():
    taught = empty_frames()
    ones = np.ones_like(taught.frames)
    taught = replace(taught, frames=ones, means=ones)
    batch = draw_taught_batch(taught, replace(STILL, small=1.0), rng())
    middle = FRAME_PX // 2
    for images in (batch.frames, batch.means):
        lit = images.sum((1, 2)).sqrt().numpy()
        np.testing.assert_array_equal(lit % 1, 0)  # a square around the centre
        assert (lit >= module.SMALL_FIELDS[0]).all()
        assert (lit < module.SMALL_FIELDS[1]).all()
        assert (images[:, middle, middle] == 1).all()


def test_frames_know_how_many_of_their_band_came_before():
    batch = draw(STILL, earlier=[k // 2 for k in range(20)])
    before = np.expm1(batch.conditions[:, 0].numpy())
    assert before.max() < 10
    np.testing.assert_allclose(before, np.rint(before), atol=1e-4)
    np.testing.assert_array_equal(batch.conditions[:, 2] > 0, before > 0.5)
