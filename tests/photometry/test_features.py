import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.photometry.features import PUBLISHED, published_features


def curve(n=60, seed=0):
    rng = np.random.default_rng(seed)
    mjd = np.sort(rng.uniform(53500, 56500, n))
    return mjd, 18 + rng.normal(0, 0.4, n), rng.uniform(0.05, 0.2, n)


def test_the_published_values_of_real_curves(shared_data):
    folder = shared_data / "crts_features"
    published = pd.read_parquet(folder / "published_for_lightcurves.parquet").set_index("object_id")
    curves = pd.read_parquet(shared_data / "crts_lightcurves" / "transients.parquet")
    found = pd.DataFrame(
        {
            name: published_features(*(c[k].to_numpy(float) for k in ("mjd", "mag", "magerr")))
            for name, c in curves.groupby("object_id")
        }
    ).T
    assert list(found.columns) == [name for name in published if name != "label"]
    expected = published[found.columns].loc[found.index].to_numpy(float)
    off = np.abs(found.to_numpy() - expected) / np.abs(expected)
    assert off.shape == (194, 30)
    assert (off <= 1e-4).mean() >= 0.998
    assert off.max() <= 1e-3


def test_moments_are_those_of_pandas():
    mjd, mag, err = curve()
    features = published_features(mjd, mag, err)
    series = pd.Series(mag)
    for name, expected in (
        ("kurtosis", series.kurt()),
        ("skew", series.skew()),
        ("std", series.std()),
        ("amplitude", (series.max() - series.min()) / 2),
    ):
        np.testing.assert_allclose(features[name], expected)


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
    flat = published_features(mjd, np.full(60, 18.0), err)
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
