"""The stack of epochs: shifted back, on one scale, and weighed by what each sees."""

import numpy as np
import pytest

from photometry.made import round_profile, star_images
from taonet.photometry.prepared_frames import PreparedFrames
from taonet.photometry.reference import STACK, deepest_epochs, stack, stack_deepest


def frames_of(light, noise):
    n = len(light)
    return PreparedFrames(
        light=light.astype(np.float32),
        valid=np.isfinite(light),
        saturated=np.zeros(light.shape, bool),
        sky=np.zeros(n),
        noise=np.asarray(noise, float),
        photon_noise=np.zeros(n),
        correlation=np.zeros((3, n)),
    )


def test_shifted_epochs_show_one_star_at_one_place():
    rng = np.random.default_rng(1)
    n = 6
    shift, scale = rng.uniform(-2, 2, (n, 2)), rng.uniform(0.3, 1.0, n)
    profile = round_profile(n, fwhm=3.0)
    light = star_images(
        n,
        x=20 + shift[:, 0],
        y=18 + shift[:, 1],
        flux=1000 * scale,
        size=40,
        noise=0,
        profile=profile,
    )
    members = np.arange(n)
    found = stack(frames_of(light, np.ones(n)), members, members, scale=scale, shift=shift)
    alone = star_images(1, x=20, y=18, flux=1000, size=40, noise=0, profile=profile.take([0]))[0]
    np.testing.assert_allclose(found.image, alone, atol=0.01 * alone.max())
    assert found.share.sum() == pytest.approx(1)
    np.testing.assert_allclose(found.seen, 1)


def test_the_noise_of_a_stack_is_that_of_its_pixels():
    rng = np.random.default_rng(2)
    noise, scale = rng.uniform(5, 20, 9), rng.uniform(0.5, 1.0, 9)
    light = noise[:, None, None] * rng.normal(size=(9, 64, 64))
    known = np.arange(9)
    found = stack(frames_of(light, noise), known, known, scale=scale, shift=np.zeros((9, 2)))
    assert found.image.std() == pytest.approx(found.noise, rel=0.03)
    # no other weights make less noise
    other = (light / scale[:, None, None]).mean(axis=0).std()
    assert found.noise < other


def test_the_deepest_epochs_are_those_that_see_the_faintest_stars():
    n = STACK + 6
    rng = np.random.default_rng(3)
    noise, scale, fwhm = rng.uniform(5, 20, n), rng.uniform(0.5, 1, n), rng.uniform(2, 4, n)
    frames = frames_of(np.zeros((n, 8, 8)), noise)
    found = deepest_epochs(frames, np.arange(n), scale=scale, fwhm_px=fwhm)
    limit = noise * fwhm / scale
    assert len(found) == STACK and (np.diff(found) > 0).all()
    left = np.setdiff1d(np.arange(n), found)
    assert limit[found].max() < limit[left].min()
    turned = deepest_epochs(frames, np.arange(n)[::-1], scale=scale, fwhm_px=fwhm)
    np.testing.assert_array_equal(turned, found)
    few = np.array([4, 9, 2])
    made = stack_deepest(
        frames, few, np.arange(n), scale=scale, shift=np.zeros((n, 2)), fwhm_px=fwhm
    )
    assert made.epochs.tolist() == [2, 4, 9]
    np.testing.assert_array_equal(made.serves, np.arange(n))
