"""Fluxes or magnitudes: which is read, and in which unit."""

import numpy as np
import pandas as pd
import pytest
from astropy import units

from fixtures.make_curve_tables import a_table, read
from taonet.io.lightcurves.fluxes import brightness_of
from taonet.sky.flux import flux_of

NAN, INF = np.nan, np.inf


@pytest.mark.parametrize("error", ["flux_err", "error"])
@pytest.mark.parametrize("zero_point", [None, 23.9])
def test_fluxes_stand_in_for_magnitudes(tmp_path, error, zero_point):
    table, zp = a_table(), zero_point or 25.0
    flux = flux_of(table["mag"].to_numpy(), zp)
    fluxes = pd.DataFrame({"object_id": table["object_id"], "mjd": table["mjd"], "flux": flux})
    fluxes[error] = flux * table["magerr"] / 1.0857362
    if zero_point:
        fluxes["zp"] = zero_point
    fluxes.loc[4, "flux"] = -1.0
    found = read(tmp_path, fluxes)
    one, other = found.curves
    np.testing.assert_allclose(one.mag, [18.0, 18.5, 19.0])
    np.testing.assert_allclose(one.magerr, [0.1, 0.1, 0.2], rtol=1e-6)
    # a negative flux is a measurement
    np.testing.assert_allclose(other.flux[1:], -flux_of(np.array([zp]), 25.0), rtol=1e-12)
    assert np.isnan(other.mag).tolist() == [False, True]
    assert found.mending.dropped_rows == 0


@pytest.mark.parametrize(
    ("flux", "flux_err"),
    [(-999.0, 1.0), (-999.0, -999.0), (-99.0, -99.0), (1e20, 1.0), (5.0, 1e20), (NAN, 1.0)],
)
def test_what_stands_for_no_flux_is_no_flux(tmp_path, flux, flux_err):
    table = a_table().drop(columns=["mag", "magerr"])
    table["flux"], table["flux_err"] = [5.0, flux, -99.0, 4.0, 3.0], [1.0, flux_err, 1.0, 1.0, 1.0]
    found = read(tmp_path, table.assign(zp=25.0))
    np.testing.assert_allclose(found.curves[0].flux, [5.0, -99.0])
    assert found.mending.not_a_number == 1


def test_a_flux_without_its_zero_point_is_left_out(tmp_path):
    table = a_table().drop(columns=["mag", "magerr"]).assign(flux=5.0, flux_err=1.0)
    table["flux"] += np.arange(5)
    found = read(tmp_path, table.assign(zp=[25.0, -999.0, 26.0, 25.0, NAN]))
    assert [len(curve.mjd) for curve in found.curves] == [2, 1]
    assert found.mending.not_a_number == 2
    bare = read(tmp_path, table)
    assert any("no zero point" in line and "25" in line for line in bare.remarks)


def test_magnitudes_beside_fluxes_tell_their_zero_point_or_are_used_themselves(tmp_path):
    table = a_table()
    flux = flux_of(table["mag"].to_numpy(), 27.0)
    table = table.assign(flux=flux, flux_err=flux / 10)
    table.loc[1, ["flux", "mag"]] = [-7.0, NAN]
    found = read(tmp_path, table)
    np.testing.assert_allclose(found.curves[0].mag, [18.0, NAN, 19.0])
    np.testing.assert_allclose(found.curves[0].flux[1], -7.0 * 10**-0.8)
    other = read(tmp_path, a_table(flux=[1.0, 900.0, 3.0, 2.0, 1.0], flux_err=1.0))
    assert other.curves[0].flux is None
    assert any("magnitudes are used" in line for line in other.remarks)


def test_magnitudes_without_errors_that_contradict_the_fluxes_are_left_alone(tmp_path):
    table = a_table(flux=[1.0, 900.0, 3.0, 2.0, 1.0], flux_err=1.0).drop(columns="magerr")
    found = read(tmp_path, table)
    assert found.curves[0].flux is not None
    assert any("fluxes have no zero point" in line for line in found.remarks)


@pytest.mark.parametrize("unit", ["uJy", "mJy", "Jy", "nJy", "erg / (s cm2 Hz)", "W / (m2 Hz)"])
def test_a_unit_of_flux_gives_the_magnitude_that_astropy_gives(unit):
    ours = pd.DataFrame({"flux": [3.0, -1.0], "flux_err": [0.1, 0.1]})
    names = {"flux": "brightness", "flux_err": "brightness_err"}
    found = brightness_of(ours, names, survey=None, units={"brightness": unit})
    theirs = (3.0 * units.Unit(unit)).to(units.ABmag).value
    np.testing.assert_allclose(25 - 2.5 * np.log10(found.values["flux"][0]), theirs, atol=1e-6)
    np.testing.assert_allclose(found.values["flux"][1] / found.values["flux"][0], -1 / 3)
    assert found.remarks == ()


def test_magnitudes_of_differences_have_the_sign_that_is_stated():
    ours = pd.DataFrame({"mag": [20.0, 20.0, 99.0], "magerr": 0.1, "sign": [1.0, -1.0, 1.0]})
    found = brightness_of(ours, {"mag": "magpsf", "magerr": "sigmapsf"}, survey=None, units={})
    np.testing.assert_allclose(found.values["flux"], [100.0, -100.0, np.nan])
    # a tenth of a magnitude is 0.1 ln(10)/2.5 of the flux
    np.testing.assert_allclose(found.values["flux_err"][:2], 100 * 0.04 * np.log(10))
