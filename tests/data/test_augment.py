"""Varied examples are what another observer would have seen."""

import numpy as np
import pytest

from taonet.data.augment import Augmentation, augment, change_each_light
from taonet.data.epoch_photometry import LIGHT, UNMEASURED
from taonet.data.running_mean import SOFTENING, look_epochs
from taonet.data.transforms import SOFT_SCALE

N = 4000


def seen_as(augmentation, *, seed=0, flux=200.0, error=5.0, looks=3):
    light = np.tile(np.array([flux, error, 0.1, -0.2, 0.3], np.float32), (N, 1))
    light[0, :2] = 0.0, UNMEASURED
    seen = {
        "images": np.zeros((N, 1, 0, 0), np.float32),
        "deep": np.full((looks, 1, 32, 32), np.arcsinh(40 / SOFTENING) / SOFT_SCALE, np.float32),
        "light": light,
        "days": np.full(N, 2.0, np.float32),
    }
    return augment(seen, augmentation, np.random.default_rng(seed))


def drawn(augmentation, changed):
    """Return the first outcome in which something was changed."""
    for seed in range(40):
        found = seen_as(augmentation, seed=seed)
        if changed(found):
            return found
    raise AssertionError("nothing was ever changed")


def test_a_fainter_object_has_less_light_and_the_same_noise():
    found = drawn(Augmentation(fainter_mag=1.0), lambda f: f["light"][1:, 0].std() > 0)
    flux, share = found["light"][1:, 0], found["light"][1:, 0].mean() / 200
    assert 0.39 < share < 1
    # what is left of the noise that came with the light, and what was added, make what it was
    assert np.hypot(share * 5, flux.std()) == pytest.approx(5, rel=0.05)
    np.testing.assert_array_equal(found["light"][:, 1:], seen_as(Augmentation())["light"][:, 1:])


def test_the_field_grows_fainter_with_it_and_its_noise_falls_with_epochs():
    found = drawn(Augmentation(fainter_mag=1.0), lambda f: f["light"][1:, 0].std() > 0)
    share = found["light"][1:, 0].mean() / 200
    linear = SOFTENING * np.sinh(SOFT_SCALE * found["deep"].astype(np.float64))
    np.testing.assert_allclose(linear.mean(axis=(1, 2, 3)), 40 * share, rtol=0.02)
    expected = np.sqrt((1 - share**2) / look_epochs(20)[:3])
    np.testing.assert_allclose(linear.std(axis=(1, 2, 3)), expected, rtol=0.1)


def test_added_noise_is_told():
    found = drawn(Augmentation(noisier=1.0), lambda f: f["light"][1:, 0].std() > 0)
    flux, error = found["light"][1:, 0], found["light"][1, 1]
    assert error > 5
    assert np.hypot(5, flux.std()) == pytest.approx(error, rel=0.05)


@pytest.mark.parametrize("more", [{"fainter_mag": 1.0}, {"noisier": 1.0}])
def test_what_was_not_measured_stays_so(more):
    found = drawn(Augmentation(**more), lambda f: f["light"][1:, 0].std() > 0)
    assert found["light"][0, 0] == 0
    assert found["light"][0, 1] >= UNMEASURED


def test_intervals_are_stretched_together():
    days = np.stack([seen_as(Augmentation(stretch=0.2), seed=s)["days"] for s in range(20)])
    assert np.ptp(days, axis=1).max() == 0
    assert (np.abs(np.log(days / 2)) <= 0.2).all()
    assert len(np.unique(days[:, 0])) == 20


def test_alone_an_object_has_no_field():
    alone = [not seen_as(Augmentation(alone=0.5), seed=s)["deep"].any() for s in range(60)]
    assert 15 < sum(alone) < 45


def light_of(n=300, *, seed=4):
    """Return measured light, some of it not measured."""
    rng = np.random.default_rng(seed)
    light = rng.uniform(1, 20, (n, LIGHT)).astype(np.float32)
    light[::7, :2] = 0.0, UNMEASURED
    return light


def faded_as_before(light, more, rng):
    """Return what was made of measured light when no other was known."""
    if rng.random() >= 0.5:
        return light
    flux, error = light[:, 0], light[:, 1]
    if "fainter_mag" in more:
        share = 10 ** (-0.4 * rng.uniform(0, more["fainter_mag"]))
        drawn = np.where(error < UNMEASURED, error * rng.standard_normal(len(error)), 0.0)
        flux = share * flux + np.sqrt(1 - share**2) * drawn
    else:
        times = rng.uniform(0, more["noisier"])
        drawn = np.where(error < UNMEASURED, error * rng.standard_normal(len(error)), 0.0)
        flux, error = flux + times * drawn, error * np.hypot(1, times)
    return np.column_stack([flux, error, light[:, 2:]]).astype(np.float32)


def varied(light, more, seed):
    nothing = np.zeros((len(light), 1, 0, 0), np.float32)
    seen = {"images": nothing, "deep": nothing, "light": light, "days": np.zeros(len(light))}
    how = Augmentation(turns=False, **more)
    return augment(seen, how, np.random.default_rng(seed))["light"]


@pytest.mark.parametrize("more", [{"fainter_mag": 1.0}, {"noisier": 1.0}])
def test_one_light_varies_to_the_bit_as_it_did_when_there_was_no_other(more):
    light = light_of()
    for seed in range(6):
        expected = faded_as_before(light, more, np.random.default_rng(seed))
        np.testing.assert_array_equal(varied(light, more, seed), expected)


@pytest.mark.parametrize("more", [{"fainter_mag": 1.0}, {"noisier": 1.0}])
def test_light_that_is_known_twice_gets_the_same_noise_in_units_of_its_errors(more):
    one, other = light_of(), light_of(seed=5)
    other[::7, :2], other[3, :2] = (4.0, 2.0), (0.0, UNMEASURED)
    both = np.concatenate([one, other], axis=1)
    seed = next(s for s in range(9) if not np.array_equal(varied(one, more, s), one))
    found = varied(both, more, seed)
    # each as if it were alone: what is drawn does not depend on what else is known
    np.testing.assert_array_equal(found[:, :LIGHT], varied(one, more, seed))
    np.testing.assert_array_equal(found[:, LIGHT:], varied(other, more, seed))
    assert found[3, LIGHT] == 0
    assert not found[::7, 0].any()


def test_where_no_light_is_known_none_is_made_up():
    nothing = np.zeros((5, 0), np.float32)
    assert change_each_light(nothing, lambda own: own + 1).shape == (5, 0)
    assert varied(nothing, {"fainter_mag": 1.0, "noisier": 1.0}, 1).shape == (5, 0)
