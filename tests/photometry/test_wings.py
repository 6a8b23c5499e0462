"""Fluxes of stars whose wings are not those that were expected, against the truth."""

import numpy as np
import pytest

from photometry.made import field
from taonet.photometry.growth import LEAST_MISMATCH, RADIUS_PX, profile_residuals, residuals_at
from taonet.photometry.lightcurves import measure_bands
from taonet.photometry.mismatch import USUAL
from taonet.photometry.prepared_frames import prepare_frames, variance_reduction
from taonet.photometry.profile import USUAL_BETA, Profile
from taonet.photometry.reference import Reference
from taonet.photometry.steepness import SPREAD, Steepness

BRIGHT = 2e4


def measured(n=24, *, causal=True, **of_field):
    sequence, truth = field(n, flux=BRIGHT, **of_field)
    (part,) = measure_bands(sequence, causal=causal)
    return part, part.fluxes.flux / (truth["flux"] * truth["clear"])


@pytest.mark.parametrize("beta", [2.1, 3.5, 4.6, 15.0])
def test_all_light_is_found_whatever_the_steepness(beta):
    part, _ = measured(beta=beta)
    off = np.abs(1 / part.calibration.profile.beta - 1 / beta)
    # the first epoch alone says little, all of them say it well
    assert off[-1] < 0.02
    assert off[-1] <= off[0] + 0.01
    _, ratio = measured(beta=beta, causal=False)
    assert abs(np.median(ratio) - 1) < 0.015


def test_the_error_of_the_steepness_is_that_of_few_stars():
    sequence, _ = field(24, flux=BRIGHT, size=48)  # no field star
    (alone,), (together, _) = measure_bands(sequence), measured()
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


def test_mismatch_is_measured():
    exact, _ = measured()
    assert np.sqrt(exact.calibration.mismatch.square[-1]) < 0.5 * USUAL
    sequence, _ = field(24, flux=BRIGHT)
    y, x = np.mgrid[:64, :64]
    frames = sequence.frames + 0.1 * (-1.0) ** (x + y) * (sequence.frames - 1000.0)
    (odd,) = measure_bands(type(sequence).from_frames("made", frames, sequence.mjd))
    # of the peak, so that a tenth of each pixel is somewhat less
    assert np.sqrt(odd.calibration.mismatch.square[-1]) == pytest.approx(0.08, abs=0.03)


def test_what_no_profile_has_is_found_in_the_stack():
    part, _ = measured(n=40, halo=0.15)
    (*_, reference) = part.calibration.references
    members = part.calibration.profile.take(reference.epochs)
    places = np.array([(12.3, 14.8), (50.6, 17.2), (20.1, 52.7), (47.4, 46.9)])
    own = profile_residuals(reference, members, places, 0.1)
    # beyond the profile there is light around, which the profile has too much of in the middle
    assert abs(own.sum()) < 0.03
    ring = np.hypot(*np.mgrid[-RADIUS_PX : RADIUS_PX + 1, -RADIUS_PX : RADIUS_PX + 1])
    assert own[(ring > 5) & (ring < 8)].sum() > 0
    at = np.zeros(1)
    assert residuals_at(own, at, at)[0] == pytest.approx(own[RADIUS_PX, RADIUS_PX])
    assert not profile_residuals(reference, members, places, LEAST_MISMATCH / 2).any()


def test_smoothing_is_seen_in_the_noise():
    rng = np.random.default_rng(2)
    sky = 1000 + 15 * rng.normal(size=(12, 65, 65))
    wide = [sky[:, i : i + 64, j : j + 64] for i in (0, 1) for j in (0, 1)]
    smooth, plain = prepare_frames(np.mean(wide, axis=0)), prepare_frames(sky[:, :64, :64])
    # each pixel is the mean of two along each axis: a variance of a quarter of a pixel squared
    np.testing.assert_allclose(smooth.blur_px2, 0.25, atol=0.03)
    assert not plain.blur_px2.any()
    # resampled pixels scatter half as much, which is no sign of more photons
    np.testing.assert_allclose(smooth.photon_noise, plain.photon_noise, rtol=0.12)
    np.testing.assert_allclose(variance_reduction(smooth.correlation), 4, rtol=0.1)


def test_faint_light_around_is_no_smoothing():
    rng = np.random.default_rng(3)
    y, x = np.mgrid[-32:32, -32:32]
    glow = 12 * np.exp(-np.hypot(x, y) / 12)
    found = prepare_frames(1000 + glow + 15 * rng.normal(size=(12, 64, 64)))
    assert not found.blur_px2.any()


def test_cores_of_bright_stars_are_no_cosmic_rays():
    sequence, _ = field(12, flux=2e5, seed=1)
    frames = sequence.frames.astype(float)
    # a core that is sharper on one side than any profile, as that of ZTF
    frames[:, :, 31:33, 32] += 0.3 * (frames[:, :, 31:33, 32] - 1000)
    frames[:, :, 31:33, 31] -= 0.3 * (frames[:, :, 31:33, 31] - 1000)
    changed = type(sequence).from_frames("made", frames, sequence.mjd)
    (part,) = measure_bands(changed)
    light = (frames[:, 0, 24:41, 24:41] - 1000).sum(axis=(1, 2))
    ratio = part.fluxes.flux / light
    assert abs(np.median(ratio) - 1) < 0.03


def test_a_neighbour_is_no_wing():
    one = Profile(
        fwhm_px=np.full(1, 2.5), stretch=np.zeros(1, complex), beta=np.full(1, 3.5),
        blur_px2=np.zeros(1),
    )  # fmt: skip
    y, x = np.mgrid[:64, :64].astype(float)
    light = 1000 * one.pixel_shares(x - 32.2, y - 31.9)

    def stack(image):
        return Reference(
            serves=np.arange(1), epochs=np.arange(1), share=np.ones(1), image=image,
            seen=np.ones((64, 64)), noise=0.1,
        )  # fmt: skip

    place = np.array([(32.2, 31.9)])
    halo = 0.05 * 1000 * np.exp(-((x - 32.2) ** 2 + (y - 31.9) ** 2) / 40) / (40 * np.pi)
    assert profile_residuals(stack(light + halo), one, place, 0.1).any()
    neighbour = 300 * one.pixel_shares(x - 39.0, y - 27.0)
    assert not profile_residuals(stack(light + neighbour), one, place, 0.1).any()
