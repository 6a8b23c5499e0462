import numpy as np

from taonet.photometry.nightly_means import nightly_means
from taonet.sky.lightcurve import LightCurve


def curve():
    mjd = np.array([55000.99, 55001.0, 55001.01, 55001.02, 55005.9, 55005.91])
    return LightCurve(
        object_id="x",
        mjd=mjd,
        flux=np.array([1.0, 3.0, np.nan, 10.0, np.nan, np.nan]),
        flux_err=np.array([1.0, 0.5, np.nan, 1.0, np.nan, np.nan]),
        zero_point_mag=np.full(6, 25.0),
        band=("r", "r", "r", "g", "r", "r"),
        quality=np.array([1, 5, 1, 0, 4, 6], np.int32),
    )


def test_a_night_is_not_cut_at_midnight_nor_mixed_over_bands():
    means = nightly_means(curve())
    assert means.band == ("r", "g", "r")
    np.testing.assert_allclose(means.flux, [(1 + 4 * 3) / 5, 10, np.nan])
    np.testing.assert_allclose(means.flux_err, [1 / np.sqrt(5), 1, np.nan])
    np.testing.assert_allclose(means.mjd, [(55000.99 + 4 * 55001.0) / 5, 55001.02, 55005.905])
    assert means.quality is not None
    assert means.quality.tolist() == [1, 0, 4]


def test_errors_of_means_are_honest():
    rng = np.random.default_rng(0)
    mjd = 55000 + np.repeat(np.arange(400.0), 4) + np.tile([0, 0.01, 0.02, 0.03], 400)
    error = rng.uniform(0.5, 3, 1600)
    many = LightCurve(
        object_id="x", mjd=mjd, flux=rng.normal(7, error), flux_err=error,
        zero_point_mag=np.full(1600, 25.0), band=("r",) * 1600,
    )  # fmt: skip
    means = nightly_means(many)
    assert len(means.mjd) == 400
    assert abs(np.std((means.flux - 7) / means.flux_err) - 1) < 0.1


def test_a_night_has_the_template_of_what_was_measured_in_it():
    curve = LightCurve(
        object_id="x",
        mjd=np.array([1.0, 1.01, 2.0, 2.01]),
        flux=np.array([np.nan, np.nan, np.nan, 3.0]),
        flux_err=np.array([np.nan, np.nan, np.nan, 1.0]),
        zero_point_mag=np.full(4, 25.0),
        band=("r",) * 4,
        template=("", "", "", "a"),
    )
    assert nightly_means(curve).template == ("", "a")
