import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.features.curves import Curves
from taonet.features.published import PUBLISHED, published_array, published_features


def curve(n=60, seed=0):
    rng = np.random.default_rng(seed)
    mjd = np.sort(rng.uniform(53500, 56500, n))
    return mjd, 18 + rng.normal(0, 0.4, n), rng.uniform(0.05, 0.2, n)


def as_published(values):
    # the shortest decimal that rounds to the stored float32: the digits before they were stored
    return values.astype(str).astype(np.float64).to_numpy()


def as_stored(values):
    return values.to_numpy(np.float64)


@pytest.mark.parametrize(
    ("read", "close", "share", "furthest"),
    [(as_published, 1e-6, 1.0, 1e-6), (as_stored, 1e-4, 0.998, 1e-3)],
)
def test_the_published_values_of_real_curves(shared_data, read, close, share, furthest):
    folder = shared_data / "crts_features"
    published = pd.read_parquet(folder / "published_for_lightcurves.parquet").set_index("object_id")
    curves = pd.read_parquet(shared_data / "crts_lightcurves" / "transients.parquet")
    curves = curves.sort_values("object_id", kind="stable")
    together = Curves.from_magnitudes(
        curves["mjd"].to_numpy(),
        read(curves["mag"]),
        read(curves["magerr"]),
        counts=curves.groupby("object_id").size().to_numpy(),
    )
    names = curves["object_id"].unique()
    found = pd.DataFrame(published_array(together), columns=list(PUBLISHED), index=names)
    assert list(found.columns) == [name for name in published if name != "label"]
    expected = published[found.columns].loc[found.index].to_numpy(float)
    off = np.abs(found.to_numpy() - expected) / np.abs(expected)
    assert off.shape == (194, 30)
    assert (off <= close).mean() >= share
    assert off.max() <= furthest


def test_moments_are_those_of_pandas():
    mjd, mag, err = curve()
    features = published_features(mjd, mag, err)
    series = pd.Series(mag)
    for name, expected in (
        ("kurtosis", pd.to_numeric(series.kurt())),
        ("skew", pd.to_numeric(series.skew())),
        ("std", series.std()),
        ("amplitude", (series.max() - series.min()) / 2),
    ):
        np.testing.assert_allclose(features[name], expected)


def test_formulas_are_those_written_down():
    mjd, mag, err = curve()
    features = published_features(mjd, mag, err)
    flux, days = pd.Series(10.0**-mag), mjd - mjd.mean()
    wide = flux.quantile(0.95) - flux.quantile(0.05)
    z = np.sqrt(60 / 59) * (mag - mag.mean()) / err
    j = sum(np.sign(a * b) * abs(a * b) ** 0.5 for a, b in zip(z[1:], z[:-1], strict=True)) / 59
    cubic, *_ = np.linalg.lstsq(np.vander(days / 1000, 4), mag)
    for name, expected in (
        ("flux_percentile_ratio_35", (flux.quantile(0.675) - flux.quantile(0.325)) / wide),
        ("stetson_j", j),
        ("max_slope", np.abs(np.diff(mag) / np.diff(24 * mjd)).max()),
        ("poly3_t3", cubic[0] / 1e9),
        ("poly3_t1", cubic[2] / 1e3),
    ):
        np.testing.assert_allclose(features[name], expected, rtol=1e-7, err_msg=name)


def test_a_slower_clock_changes_slopes_only():
    mjd, mag, err = curve()
    one, other = published_features(mjd, mag, err), published_features(mjd / 2, mag, err)
    for name in PUBLISHED:
        days = int(name[-1]) if name.startswith("poly") else int(name == "max_slope")
        np.testing.assert_allclose(one[name] * 2.0**days, other[name], rtol=1e-7, err_msg=name)


def test_between_points_of_one_time_there_is_no_slope():
    mjd, mag, err = curve()
    twice = (np.r_[mjd, mjd[7]], np.r_[mag, mag[7] + 1e-3], np.r_[err, err[7]])
    features = published_features(*twice)
    assert np.isfinite(list(features.values())).all()
    np.testing.assert_allclose(
        features["max_slope"], published_features(mjd, mag, err)["max_slope"], rtol=0.01
    )


def test_what_is_not_defined_is_nan_and_the_rest_is_measured():
    mjd, mag, err = curve()
    three_times = published_features(np.repeat(mjd[:3], 20), mag, err)
    missing = {name for name, value in three_times.items() if np.isnan(value)}
    assert missing == {name for name in PUBLISHED if name.startswith(("poly3", "poly4"))}
    one_time = published_features(np.full(60, 55000.0), mag, err)
    missing = {name for name, value in one_time.items() if np.isnan(value)}
    assert missing == {n for n in PUBLISHED if n.startswith("poly")} | {"max_slope"}
    one_outlier = published_features(mjd, np.r_[19.0, np.full(59, 18.0)], err)
    missing = {name for name, value in one_outlier.items() if np.isnan(value)}
    assert missing == {n for n in PUBLISHED if n.startswith("flux_percentile_ratio")}


def test_order_and_repetition_of_points_change_nothing():
    mjd, mag, err = curve()
    shuffled = np.random.default_rng(1).permutation(np.r_[np.arange(60), np.arange(20)])
    one = published_features(mjd, mag, err)
    other = published_features(mjd[shuffled], mag[shuffled], err[shuffled])
    assert one == other


def test_another_time_origin_changes_nothing():
    mjd, mag, err = curve()
    one, other = published_features(mjd, mag, err), published_features(mjd - 1000, mag, err)
    for name in PUBLISHED:
        np.testing.assert_allclose(one[name], other[name], rtol=1e-5, err_msg=name)


def test_a_fainter_object_varies_all_the_same():
    mjd, mag, err = curve()
    one, other = published_features(mjd, mag, err), published_features(mjd, mag + 1, err)
    for name in set(PUBLISHED) - {"small_kurtosis"}:
        np.testing.assert_allclose(one[name], other[name], rtol=1e-8, err_msg=name)


def test_gaps_are_left_out_and_short_or_flat_curves_have_no_features():
    mjd, mag, err = curve()
    gappy = mag.copy()
    gappy[::2] = np.nan
    assert published_features(mjd, gappy, err) == published_features(
        mjd[1::2], mag[1::2], err[1::2]
    )
    assert np.isnan(list(published_features(mjd[:9], mag[:9], err[:9]).values())).all()
    flat = published_features(mjd, np.full(60, 18.1), err)  # whose mean is not 18.1 to the bit
    assert np.isnan(list(flat.values())).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t, m, e: (t[1:], m, e), "a time and an error for each"),
        (lambda t, m, e: (t, m, 0 * e), "not positive"),
        (lambda t, m, e: (t + 2_400_000.5, m, e), "MJD = JD - 2400000.5"),
    ],
)
def test_curves_that_make_no_sense_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        published_features(*change(*curve()))
