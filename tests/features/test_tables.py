"""Features of light curves in tables: an object's own, whoever is beside it; fluxes to the end."""

import numpy as np
import pandas as pd
import pytest

from taonet.data.redraw import redraw_curve
from taonet.errors import ConfigError
from taonet.experiment.baselines import READ
from taonet.experiment.curves.recipe import CurveRecipe
from taonet.features.curves import Curves
from taonet.features.early import EARLY_SETS
from taonet.features.sets import SETS, feature_table
from taonet.features.tables import curve_features, feature_rows, usual_colour
from taonet.io.lightcurves.tables import Curve, read_light_curves
from taonet.photometry.tables import lightcurve_rows
from taonet.sky.flux import flux_of
from taonet.sky.lightcurve import LightCurve
from taonet.tasks.photometry import Products


def star(name, bands, mags, *, n=25, seed=0):
    rng = np.random.default_rng(seed)
    mjd = 58000 + 3.0 * np.repeat(np.arange(n), len(bands)) + 0.01 * np.tile(range(len(bands)), n)
    mag = np.tile(mags, n) + rng.normal(0, 0.02, n * len(bands))
    return Curve(
        object_id=name, class_name=None, mjd=mjd, mag=mag, magerr=np.full(len(mag), 0.02),
        band=tuple(bands) * n,
    )  # fmt: skip


def as_light_curve(curve):
    flux = flux_of(curve.mag, 25.0)
    return LightCurve(
        object_id=curve.object_id, mjd=curve.mjd, flux=flux, flux_err=0.02 * flux,
        zero_point_mag=np.full(len(flux), 25.0), band=curve.band,
    )  # fmt: skip


A = star("a", ("g", "r"), (19.0, 18.0))
COMPANY = [
    star("b", ("g", "r", "i"), (19.0, 18.5, 18.2)),
    star("c", ("u", "g"), (20.0, 18.5)),
    star("d", ("B", "V"), (20.0, 18.5)),
    star("e", ("1", "R"), (20.0, 18.5)),
]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("neighbour", COMPANY, ids=lambda curve: " ".join(sorted(set(curve.band))))
def test_features_do_not_depend_on_the_bands_of_others(name, neighbour):
    alone = curve_features([A], name).iloc[0]
    beside = curve_features([neighbour, A], name).iloc[1]
    pd.testing.assert_series_equal(alone, beside, check_names=False)
    measured = [as_light_curve(curve) for curve in (neighbour, A)]
    last = list(feature_rows(measured, name))[1]
    pd.testing.assert_frame_equal(next(feature_rows(measured[1:], name)), last)


def test_the_colour_is_g_minus_r_for_all_who_have_both():
    for curve in (A, star("x", ("r", "i", "g", "u"), (18.0, 17.0, 19.0, 20.5))):
        np.testing.assert_allclose(curve_features([curve], "modern")["colour"], 1.0, atol=0.02)
    assert curve_features([star("y", ("g", "i"), (19.0, 17.0))], "modern")["colour"].isna().all()


def test_trees_that_learnt_from_one_colour_are_shown_no_other():
    v_i, b_v = star("x", ("V", "I"), (19.0, 17.5)), star("y", ("B", "V"), (19.0, 18.6))
    assert usual_colour([v_i, v_i, b_v]) == ("V", "I")
    assert usual_colour([A, COMPANY[0]]) == ("g", "r")
    assert usual_colour([star("z", ("g",), (19.0,))]) is None
    colours = curve_features([v_i, b_v], "modern", colour=("V", "I"))["colour"]
    np.testing.assert_allclose(colours, [1.5, np.nan], atol=0.02)


@pytest.fixture
def empty_place():
    """Forced fluxes of a place where nothing is, and after a while something."""
    rng = np.random.default_rng(1)
    n = 90
    flux = rng.normal(0, 10, n) + np.where(np.arange(n) > 70, 200.0, 0.0)
    return LightCurve(
        object_id="x", mjd=58000.0 + 2 * np.arange(n), flux=flux, flux_err=np.full(n, 10.0),
        zero_point_mag=np.full(n, 26.0), band=("g", "r") * (n // 2),
    )  # fmt: skip


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_features_of_our_own_table_of_light_curves_are_those_of_the_light_curve(
    tmp_path, empty_place, name, suffix
):
    rows, path = lightcurve_rows(empty_place), tmp_path / f"t{suffix}"
    rows.to_parquet(path) if suffix == ".parquet" else rows.to_csv(path, index=False)
    (curve,) = read_light_curves(path).curves
    direct = feature_table(Curves.from_light_curves([empty_place]), name)
    pd.testing.assert_frame_equal(curve_features([curve], name), direct, rtol=1e-6)


def test_what_was_measured_in_fluxes_is_redrawn_in_fluxes(empty_place):
    unit = flux_of(np.array([26.0]), 25.0)
    curve = Curve(
        object_id="x", class_name=None, mjd=empty_place.mjd, mag=empty_place.mag,
        magerr=empty_place.magerr, flux=empty_place.flux * unit,
        flux_err=empty_place.flux_err * unit,
    )  # fmt: skip
    again = redraw_curve(curve, np.random.default_rng(3))
    assert again.flux is not None
    assert 0.8 < np.std((again.flux - curve.flux) / curve.flux_err) < 1.2
    assert (again.flux < 0).any()
    np.testing.assert_array_equal(np.isnan(again.mag), again.flux <= 0)


def test_times_that_coincide_in_single_precision_give_no_infinite_feature():
    rng = np.random.default_rng(1)
    mjd = (55000 + 20 * np.repeat(np.arange(20), 4) + 0.0012 * np.tile(range(4), 20)).astype("f4")
    curve = Curve(
        object_id="x", class_name=None, mjd=mjd.astype(float), mag=18 + rng.normal(0, 0.05, 80),
        magerr=np.full(80, 0.05),
    )  # fmt: skip
    assert len(np.unique(mjd)) < 80
    for name in SETS:
        values = curve_features([curve], name).to_numpy(float)
        assert np.isfinite(values).any()
        assert not np.isinf(values).any()


def test_every_list_of_sets_is_drawn_from_the_one():
    assert set(EARLY_SETS) <= SETS.keys()
    begins = {begin.removesuffix(".") for columns in READ.values() for begin in columns}
    assert begins - {"context"} <= set(EARLY_SETS)
    for name in SETS:
        assert CurveRecipe(name="r", features=name).features == name
        assert Products(features=name).features == name
    with pytest.raises(ConfigError, match="did you mean 'modern'"):
        CurveRecipe(name="r", features="modem")
    with pytest.raises(ConfigError, match="did you mean 'modern'"):
        Products(features="modem")
