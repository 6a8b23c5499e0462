"""What the encoder says of epochs, as a record; zero points come back from ratios exactly."""

from dataclasses import fields, replace

import numpy as np
import pytest

from taonet.data.encoder_inputs import encoder_inputs
from taonet.data.epoch_photometry import LEAST_ERROR, LIGHT, UNMEASURED
from taonet.data.frame_encodings import (
    CONDITIONS,
    FrameEncodings,
    chain_zero_points,
    encodings_of,
)

BANDS = np.array([0, 1, 0, 0, 1, 0, 1, 1])


def made(n=8, *, seed=0):
    """Return made-up encodings of frames of different noise and transparency."""
    rng = np.random.default_rng(seed)
    columns = {f.name: rng.uniform(0.5, 2, n) for f in fields(FrameEncodings)}
    columns["flux"] = rng.normal(100, 30, n)
    shaped = {"sky": rng.uniform(90, 110, (n, 1)), "noise": rng.uniform(5, 9, (n, 1))}
    return FrameEncodings(**columns | shaped)


def test_it_comes_back_from_an_array_and_epochs_can_be_taken():
    found = made()
    again = FrameEncodings.from_array(found.to_array())
    few = found.take(np.array([5, 2]))
    for f in fields(FrameEncodings):
        ours, theirs = getattr(found, f.name), getattr(again, f.name)
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(theirs, ours, rtol=1e-6, err_msg=f.name)
        np.testing.assert_array_equal(getattr(few, f.name), ours[[5, 2]])
    nothing = found.take(np.arange(0))
    assert FrameEncodings.from_array(nothing.to_array()).host_light.shape == (0,)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("bands", [1, 3])
def test_transparencies_come_back_exactly_from_exact_ratios(seed, bands):
    rng = np.random.default_rng(seed)
    n = 40
    band, noise = rng.integers(bands, size=n), rng.uniform(1, 30, n)
    noise[rng.random(n) < 0.1] = np.nan  # such frames have no weight in a mean
    transparency = rng.uniform(0.6, 1.4, n)
    log_ratio, expected, usual = np.zeros(n), np.ones(n), np.ones(n)
    for one in range(bands):
        own = np.flatnonzero(band == one)
        noise[own[0]] = 5.0
        expected[own] = transparency[own] / transparency[own[0]]
        for k in range(1, len(own)):
            before = own[:k][np.isfinite(noise[own[:k]])]
            usual[own[k]] = np.average(expected[before], weights=noise[before] ** -2.0)
            log_ratio[own[k]] = np.log(expected[own[k]] / usual[own[k]])
    scale, before = chain_zero_points(log_ratio, noise, band)
    np.testing.assert_allclose(scale, expected, rtol=1e-12)
    np.testing.assert_allclose(before, usual, rtol=1e-12)


def test_ratios_that_cannot_be_are_limited_and_later_ones_change_nothing():
    ratio, noise = np.array([0.3, np.nan, 50.0, -50.0, 0.1]), np.ones(5)
    scale, _ = chain_zero_points(ratio, noise, np.zeros(5, int))
    assert np.isfinite(scale).all()
    assert (scale > 0).all()
    for n in range(1, 5):
        early, _ = chain_zero_points(ratio[:n], noise[:n], np.zeros(n, int))
        np.testing.assert_array_equal(early, scale[:n])


def test_light_is_in_units_of_the_usual_noise_so_far_by_band():
    found = made()
    light, own = found.light(BANDS), found.noise[:, 0] / found.scale
    assert light.shape == (8, LIGHT)
    for k in range(8):
        usual = np.median(own[: k + 1][BANDS[: k + 1] == BANDS[k]])
        assert light[k, 0] == pytest.approx(found.flux[k] / usual, rel=1e-6)
        assert light[k, 1] == pytest.approx(max(found.flux_err[k] / usual, LEAST_ERROR), rel=1e-6)
    np.testing.assert_allclose(light[:, 2], found.place_x, rtol=1e-6)


def test_the_usual_sky_is_that_of_the_band():
    found = made()
    brighter = replace(found, sky=found.sky + 1000 * BANDS[:, None])
    np.testing.assert_allclose(brighter.conditions(BANDS), found.conditions(BANDS), atol=1e-5)


def test_an_unknown_flux_counts_for_nothing_and_is_told():
    found = made()
    found.flux[3] = np.nan
    light, conditions = found.light(BANDS), found.conditions(BANDS)
    assert light[3].tolist() == [0, UNMEASURED, 0, 0, UNMEASURED]
    assert conditions.shape == (8, CONDITIONS)
    assert conditions[:, 5].tolist() == [0, 0, 0, 1, 0, 0, 0, 0]
    assert np.isfinite(conditions).all()
    assert np.abs(conditions).max() <= 10


@pytest.mark.parametrize("name", ["light", "conditions"])
def test_what_is_read_of_an_epoch_does_not_depend_on_later_ones(name):
    found = made()
    whole = getattr(found, name)(BANDS)
    for n in range(1, 8):
        early = getattr(found.take(np.arange(n)), name)(BANDS[:n])
        np.testing.assert_array_equal(early, whole[:n])


def test_the_flux_of_a_constant_star_is_the_same_whatever_the_frame_was_seen_through():
    rng = np.random.default_rng(2)
    transparency = rng.uniform(0.7, 1.3, 8)
    frames = rng.normal(100, 5, (8, 32, 32))
    inputs = encoder_inputs(frames, BANDS)
    # a perfect encoder: the flux at the zero point of the mean before, in units of the usual noise
    before = np.ones(8)
    for k in range(8):
        earlier = np.flatnonzero(BANDS[:k] == BANDS[k])
        weight = inputs.weight[earlier]
        before[k] = np.average(transparency[earlier], weights=weight) if len(earlier) else np.nan
    before = np.where(np.isfinite(before), before, transparency)
    numbers = np.zeros((8, 10))
    numbers[:, 0], numbers[:, 1] = 1000 * before / inputs.unit, 3 * before / inputs.unit
    numbers[:, 2] = np.log(transparency / before)
    found = encodings_of(inputs, numbers, BANDS)
    for band in (0, 1):
        own = np.flatnonzero(band == BANDS)
        first = transparency[own[0]]
        np.testing.assert_allclose(found.scale[own], transparency[own] / first, rtol=1e-9)
        np.testing.assert_allclose(found.flux[own], 1000 * first, rtol=1e-9)
        np.testing.assert_allclose(found.flux_err[own], 3 * first, rtol=1e-9)


def test_a_blank_frame_has_no_flux():
    frames = np.random.default_rng(0).normal(100, 5, (3, 32, 32))
    frames[1] = 7.0
    found = encodings_of(
        encoder_inputs(frames, np.zeros(3, int)), np.ones((3, 10)), np.zeros(3, int)
    )
    assert np.isfinite(found.flux).tolist() == [True, False, True]
