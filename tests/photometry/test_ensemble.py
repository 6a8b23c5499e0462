"""How much light came through, by made fluxes of stars whose truth is known."""

import numpy as np
import pytest

from taonet.photometry.ensemble import (
    STATED,
    WEATHER,
    ExpectedScales,
    StarFluxes,
    later_epoch_scales,
    solve_scales,
)

STARS = np.array([3e4, 2e4, 2e4, 1e4, 5e3])
ERROR = 100.0


def nights(n=40, seed=0):
    """Stars seen through clouds: what is measured, and what came through."""
    rng = np.random.default_rng(seed)
    clear = 10 ** (-0.4 * rng.exponential(0.2, n))
    flux = STARS * clear[:, None] + rng.normal(0, ERROR, (n, len(STARS)))
    return fluxes_of(flux), clear


def fluxes_of(flux):
    error = np.where(np.isfinite(flux), ERROR, np.nan)
    return StarFluxes(flux=flux, error=error, common_err=np.zeros(len(flux)))


def expected(n, *, stated=False, scale=1.0):
    return ExpectedScales(scale=np.full(n, scale), stated=np.full(n, stated))


def relative(scale, clear):
    ratio = scale / clear
    return ratio / np.median(ratio) - 1


def test_clouds_are_seen_in_the_stars_with_honest_errors():
    fluxes, clear = nights()
    scale, error = solve_scales(fluxes, expected(40), np.ones(40))
    assert np.std(relative(scale, clear)) < 0.006
    assert 0.3 < np.std(relative(scale, clear) / error) < 1.3


def test_neither_the_order_of_stars_nor_their_unit_counts():
    fluxes, _ = nights()
    scale, error = solve_scales(fluxes, expected(40), np.ones(40))
    turned = fluxes_of(fluxes.flux[:, ::-1])
    np.testing.assert_allclose(solve_scales(turned, expected(40), np.ones(40))[0], scale)
    larger = StarFluxes(flux=7 * fluxes.flux, error=7 * fluxes.error, common_err=fluxes.common_err)
    found = solve_scales(larger, expected(40), np.ones(40))
    np.testing.assert_allclose(found[0], scale)
    np.testing.assert_allclose(found[1], error)


def test_a_star_that_varies_does_not_carry_the_others_along():
    fluxes, clear = nights()
    fluxes.flux[::2, 1] *= 1.6
    scale, _ = solve_scales(fluxes, expected(40), np.ones(40))
    off = relative(scale, clear)
    assert abs(off[::2].mean() - off[1::2].mean()) < 0.03


def test_without_stars_the_expected_scale_holds_with_its_own_scatter():
    nothing = fluxes_of(np.full((6, 2), np.nan))
    for stated, spread in ((True, STATED), (False, WEATHER)):
        scale, error = solve_scales(nothing, expected(6, stated=stated, scale=3.0), np.ones(6))
        np.testing.assert_allclose(scale, 3.0)
        np.testing.assert_allclose(error, spread)


def test_stated_zero_points_are_not_moved_by_few_faint_stars():
    rng = np.random.default_rng(3)
    flux = 300 + rng.normal(0, ERROR, (20, 1))
    scale, _ = solve_scales(fluxes_of(flux), expected(20, stated=True), np.ones(20))
    np.testing.assert_allclose(scale, 1, atol=0.01)


def test_later_epochs_are_measured_by_earlier_stars_each_by_itself():
    fluxes, clear = nights(60)
    early, late = (
        StarFluxes(flux=fluxes.flux[i], error=fluxes.error[i], common_err=fluxes.common_err[i])
        for i in (slice(0, 20), slice(20, 60))
    )
    known, _ = solve_scales(early, expected(20), np.ones(20))
    scale, error = later_epoch_scales(late, expected(40), early, expected(20), known)
    assert np.std(relative(np.r_[known, scale], clear)) < 0.008
    one = StarFluxes(flux=late.flux[7:8], error=late.error[7:8], common_err=late.common_err[7:8])
    alone = later_epoch_scales(one, expected(1), early, expected(20), known)
    assert (alone[0][0], alone[1][0]) == pytest.approx((scale[7], error[7]))
