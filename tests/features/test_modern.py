import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from features.made import constant_curves, curves_of, nights_of
from taonet.features.curves import Curves
from taonet.features.modern import MODERN, modern_features
from taonet.simulation.populations.nuclei import damped_random_walk
from taonet.sky.flux import POGSON, flux_of

CADENCES = {
    "four a night for years": {"n_nights": 30, "span_days": 3000, "per_night": 4},
    "four a night for a fortnight": {"n_nights": 10, "span_days": 14, "per_night": 4},
    "every other night for a season": {"n_nights": 40, "span_days": 90},
}


def by_name(curves):
    return dict(zip(MODERN, modern_features(curves).T, strict=True))


def variable_curves(n_curves=6, *, factor=1.0, shift=0.0, error=2.0):
    """A period, an outburst and noise, so that every feature of one band is there."""
    rng = np.random.default_rng(5)
    mjds = [nights_of(rng, n_nights=60, span_days=200, per_night=2) for _ in range(n_curves)]

    def light(t):
        since = t - t[0] - 100
        burst = 60 * np.exp(np.where(since < 0, since / 5, -since / 20))
        return burst * (np.abs(since) < 60) + 12 + 8 * np.sin(2 * np.pi * t / 3.7)

    curves = curves_of(mjds, light, error=error)
    return Curves.from_fluxes(
        curves.mjd + shift,
        curves.flux * factor,
        curves.flux_err * factor,
        counts=curves.segments.counts,
    )


@pytest.mark.parametrize("cadence", CADENCES.values(), ids=CADENCES)
def test_constant_light_looks_constant(cadence):
    found = by_name(constant_curves(200, **cadence))
    for name, expected, close in (
        ("chi2", 1.0, 0.06),
        ("von_neumann", 1.0, 0.06),
        ("robust_scatter", 1.0, 0.08),
        ("fractional_rms", 0.0, 0.015),
        ("max_significance", 20.0, 0.2),
        ("significance_skew", 0.0, 0.1),
        ("median_mag", 20.0, 0.01),
        ("detected_5", 1.0, 1e-9),
    ):
        assert abs(np.nanmedian(found[name]) - expected) < close, name
    for name in ("period_days", "walk_tau_days", "rise_days", "fall_slope"):
        assert np.isnan(found[name]).mean() > 0.95, name


def test_noise_does_not_tell_its_cadence():
    one, *others = (
        modern_features(constant_curves(300, **cadence, error=20.0, seed=seed))
        for seed, cadence in enumerate(CADENCES.values())
    )
    for other in others:
        for name, a, b in zip(MODERN, one.T, other.T, strict=True):
            a, b = a[np.isfinite(a)], b[np.isfinite(b)]
            if min(len(a), len(b)) < 30:
                continue
            auc = roc_auc_score(np.r_[np.zeros(len(a)), np.ones(len(b))], np.r_[a, b])
            assert 0.35 < auc < 0.65, (name, auc)


def test_a_brighter_source_varies_all_the_same():
    one, other = by_name(variable_curves()), by_name(variable_curves(factor=2.0))
    for name in MODERN:
        shift = 2.5 * np.log10(2) if name == "median_mag" else 0.0
        np.testing.assert_allclose(other[name] + shift, one[name], rtol=1e-6, err_msg=name)


def test_another_time_origin_changes_nothing():
    one, other = by_name(variable_curves()), by_name(variable_curves(shift=123.5))
    for name in MODERN:
        # the best frequency is known to the step of the search
        np.testing.assert_allclose(one[name], other[name], rtol=1e-4, atol=1e-9, err_msg=name)


def test_every_feature_of_one_band_can_be_measured():
    found = by_name(variable_curves())
    missing = {name for name, values in found.items() if np.isnan(values).all()}
    assert missing == {"colour", "colour_slope"}


def test_a_sine_gives_its_period_and_amplitude():
    rng = np.random.default_rng(3)
    # at all hours: at one hour a day, periods of a day and of eleven look alike
    mjds = [55000 + np.sort(rng.uniform(0, 300, 60)) for _ in range(10)]
    found = by_name(curves_of(mjds, lambda t: 100 + 20 * np.sin(2 * np.pi * t / 11.7), error=4.0))
    np.testing.assert_allclose(found["period_days"], 11.7, rtol=0.01)
    np.testing.assert_allclose(found["period_amplitude"], 0.2, atol=0.03)
    np.testing.assert_allclose(np.median(found["fractional_rms"]), 0.2 / np.sqrt(2), atol=0.01)


def test_a_walk_gives_its_scatter_and_time():
    rng = np.random.default_rng(4)
    mjds = [nights_of(rng, n_nights=100, span_days=2500) for _ in range(50)]
    mag = np.concatenate(
        [19 + damped_random_walk(t, rng, tau_days=60.0, sf_inf_mag=0.2) for t in mjds]
    )
    mag += rng.normal(0, 0.02, len(mag))
    curves = Curves.from_magnitudes(
        np.concatenate(mjds), mag, np.full(len(mag), 0.02), counts=np.full(50, 100)
    )
    found = by_name(curves)
    np.testing.assert_allclose(np.median(found["walk_sigma"]), 0.2 / np.sqrt(2) / POGSON, rtol=0.12)
    assert 40 < np.nanmedian(found["walk_tau_days"]) < 90
    # after 30 to 120 days it has forgotten two thirds
    expected = 0.2 / POGSON * np.sqrt(1 - np.exp(-75 / 60))
    np.testing.assert_allclose(np.median(found["structure_60d"]), expected, rtol=0.1)


def test_light_that_changes_from_night_to_night_is_told_from_bad_errors():
    rng = np.random.default_rng(6)
    nights = nights_of(rng, n_nights=25, span_days=300, per_night=4)
    level = 100 + rng.normal(0, 30, 25).repeat(4)
    steady = Curves.from_fluxes(
        nights, level + rng.normal(0, 5, 100), np.full(100, 5.0), counts=np.array([100])
    )
    jumpy = Curves.from_fluxes(
        nights, 100 + rng.normal(0, 30, 100), np.full(100, 5.0), counts=np.array([100])
    )
    slow, fast = by_name(steady), by_name(jumpy)
    assert slow["night_stetson"] > 3 > 1 > abs(fast["night_stetson"])
    assert slow["night_scatter"] < 1.3 < 5 < fast["night_scatter"]
    assert min(slow["chi2"], fast["chi2"]) > 20


def test_the_band_with_most_points_is_measured():
    curves = constant_curves(1, n_nights=30, span_days=200)
    mjd, flux = (
        np.append(curves.mjd, curves.mjd[:5] + 0.01),
        np.append(curves.flux, np.full(5, 1e4)),
    )
    band = np.r_[np.ones(30, np.int64), np.zeros(5, np.int64)]
    both = Curves.from_fluxes(
        mjd, flux, np.full(35, 5.0), counts=np.array([35]), band=band, bands=("g", "r")
    )
    one, other = by_name(curves), by_name(both)
    for name in set(MODERN) - {"colour", "colour_slope"}:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    np.testing.assert_allclose(other["colour"], -5, atol=0.1)


def test_every_prefix_has_features_and_a_batch_says_what_each_says_alone():
    whole = variable_curves(1)
    lengths = np.array([0, 1, 2, 3, 4, 5, 8, 9, 30, 120])
    pieces = [np.arange(n) for n in lengths]
    every = np.concatenate(pieces)
    together = modern_features(
        Curves.from_fluxes(
            whole.mjd[every], whole.flux[every], whole.flux_err[every], counts=lengths
        )
    )
    for found, piece in zip(together, pieces, strict=True):
        alone = modern_features(
            Curves.from_fluxes(
                whole.mjd[piece],
                whole.flux[piece],
                whole.flux_err[piece],
                counts=np.array([len(piece)]),
            )
        )[0]
        np.testing.assert_allclose(found, alone, rtol=1e-9, atol=1e-9)
    assert not {n for n, value in zip(MODERN, together[0], strict=True) if np.isfinite(value)}
    share = np.isfinite(together).mean(axis=1)
    assert (np.diff(share) >= 0).all()
    assert share[-1] > 0.85


def test_negative_and_flat_light_is_no_harm():
    t = 55000 + np.arange(40.0)
    noise = np.random.default_rng(7).normal(0, 1, 40)
    flux = np.concatenate([noise - 50, noise, np.full(40, 3.0), flux_of(np.full(40, 99.0), 25.0)])
    curves = Curves.from_fluxes(np.tile(t, 4), flux, np.ones(160), counts=np.full(4, 40))
    found = modern_features(curves)
    assert not np.isinf(found).any()
    names = list(MODERN)
    assert np.isnan(found[:2, names.index("fractional_rms")]).all()
    assert (found[1, names.index("detected_5")]) == 0


def test_nothing_has_no_features():
    assert modern_features(Curves.from_light_curves([])).shape == (0, len(MODERN))
