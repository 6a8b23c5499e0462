"""Values of astropy, pandas and numpy.ma where ours are expected; astropy itself is the oracle."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from astropy import units as u
from astropy.coordinates import AltAz, Angle, Galactic, Latitude, Longitude, SkyCoord
from astropy.nddata import CCDData, NDData
from astropy.table import Column, MaskedColumn
from astropy.time import Time, TimeDelta
from astropy.utils.masked import Masked

from taonet.errors import InputError
from taonet.sky.lightcurve import LightCurve
from taonet.sky.plain_values import plain_mjd, unit_zero_point
from taonet.sky.sequence import ImageSequence

MJD = 58000.0 + np.array([0.25, 1.5, 3.125])
FRAMES = np.random.default_rng(0).integers(1, 1000, (3, 1, 4, 4)).astype(np.uint16)
MASK = np.array([False, True, False])
NAN = np.nan
DATES = pd.Series(Time(MJD, format="mjd").datetime64)


def sequence(frames=FRAMES, mjd=MJD, **more):
    return ImageSequence.from_frames("x", frames, mjd, **more)


def curve(**changes):
    columns = {"flux": np.array([1.0, 2.0, 4.0]), "flux_err": np.full(3, 0.5), "mjd": MJD}
    return LightCurve(object_id="x", **{**columns, "band": "g", **changes})


# ---- times


AHEAD_OF_UTC = {"utc": 0, "tai": 37, "tt": 69.184, "tdb": 69.184, "tcb": 89.08, "tcg": 70.1}
"""Seconds, in 2017."""


@pytest.mark.parametrize("scale", AHEAD_OF_UTC)
def test_moments_of_any_scale_are_mjd_in_utc(scale):
    moments = getattr(Time(MJD, format="mjd", scale="utc"), scale)
    for given in (moments, list(moments), Time(moments.isot, scale=scale, precision=9)):
        np.testing.assert_allclose(sequence(mjd=given).mjd, MJD, rtol=0, atol=1e-8)  # isot: ms
    assert abs(moments.mjd[0] - MJD[0]) * 86400 == pytest.approx(
        {"utc": 0, "tai": 37, "tt": 69.184, "tdb": 69.184, "tcb": 89.08, "tcg": 70.1}[scale],
        abs=0.1,
    )


@pytest.mark.parametrize(
    "given",
    [
        MJD * u.day,
        (MJD * 86400) * u.s,
        list(MJD),
        list(MJD * u.day),
        pd.Series(MJD, index=[5, 6, 7]),
        DATES,
        DATES.dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"),
        DATES.to_numpy(),
        Column(MJD, unit="d"),
        Masked(MJD, mask=[False] * 3),
        MJD.astype(">f8"),
    ],
    ids=lambda given: type(given).__name__,
)  # fmt: skip
def test_times_may_be_of_many_kinds(given):
    made = sequence(mjd=given, mjd_raw=given)
    np.testing.assert_array_equal(made.mjd, MJD)
    np.testing.assert_array_equal(made.mjd_raw, MJD)
    assert type(made.mjd) is np.ndarray
    np.testing.assert_array_equal(curve(mjd=given).mjd, MJD)


def masked_moments():
    moments = Time(MJD, format="mjd")
    moments[1] = np.ma.masked
    return moments


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (masked_moments(), "x: a time is not a number"),
        (np.ma.masked_array(MJD, MASK), "a time is not a number"),
        (Masked(MJD * u.day, mask=MASK), "a time is not a number"),
        (TimeDelta(MJD, format="jd"), "mjd: durations, not moments"),
        ([2019.1, 2019.2, 2019.3] * u.yr, r"mjd: times are years .*365.25"),
        (MJD * u.m, "mjd has a unit of another quantity .got m. — give it in days"),
        (["a", "b", "c"], "mjd holds no numbers"),
        (Time(MJD, format="mjd").jd, "use MJD = JD"),
        (Time(MJD[:2], format="mjd"), "mjd has not one value a frame .got 2 for 3 frames"),
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_is_no_time_is_one_line(given, message):
    with pytest.raises(InputError, match=message) as caught:
        sequence(mjd=given)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "moment",
    [
        MJD[1],
        Time(MJD[1], format="mjd"),
        Time(MJD[1:2], format="mjd").tdb,
        Time("2017-09-05T12:00:00"),
        MJD[1] * u.day,
        np.array(MJD[1]),
        np.datetime64("2017-09-05T12:00"),
        pd.Timestamp("2017-09-05T12:00").to_datetime64(),
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_was_known_at_a_moment_of_astropy(moment):
    # 2017-09-05 is MJD 58001
    assert len(sequence().up_to(moment)) == 2


def test_up_to_takes_one_moment():
    with pytest.raises(InputError, match="mjd is not one value"):
        sequence().up_to(Time(MJD, format="mjd"))


# ---- positions

M31 = SkyCoord("00h42m44.33s +41d16m07.5s")


@pytest.mark.parametrize(
    "position",
    [
        M31, M31.galactic, M31.fk4, M31.barycentrictrueecliptic, M31.galactic.frame,
        SkyCoord([M31.ra], [M31.dec]), (M31.ra, M31.dec), (M31.ra.deg, M31.dec.deg),
        (M31.ra.to(u.rad), Latitude(M31.dec)), np.array([M31.ra.deg, M31.dec.deg]),
    ],
    ids=lambda given: type(given).__name__,
)  # fmt: skip
def test_positions_of_any_frame_are_icrs(position):
    made = sequence(position=position)
    assert (made.ra, made.dec) == pytest.approx((10.68470833, 41.26875), abs=1e-7)


def test_the_centre_of_the_galaxy_is_where_it_is_published():
    # Reid & Brunthaler 2004: the pole of galactic coordinates defines it as 17:45:37.2, -28:56:10
    made = sequence(position=Galactic(0 * u.deg, 0 * u.deg))
    assert (made.ra, made.dec) == pytest.approx((266.40499, -28.93617), abs=1e-4)


@pytest.mark.parametrize(
    ("ra", "dec"),
    [
        (150 * u.deg, -30 * u.deg),
        (10 * u.hourangle, -1800 * u.arcmin),
        (Longitude("10h"), Latitude("-30d")),
        (Angle("10h"), Angle("-30d")),
        (np.float32(150), np.array([-30.0])),
        (Masked(150.0 * u.deg, mask=False), -30),
    ],
    ids=lambda given: type(given).__name__,
)
def test_coordinates_may_be_angles(ra, dec):
    made = sequence(ra=ra, dec=dec)
    assert (made.ra, made.dec) == pytest.approx((150, -30), abs=1e-12)


def test_a_masked_coordinate_is_not_known():
    made = sequence(ra=Masked(150.0 * u.deg, mask=True), dec=np.ma.masked)
    assert np.isnan([made.ra, made.dec]).all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ra": M31}, "ra is a position — give it as position="),
        ({"position": M31, "ra": 10.0}, "both a position and ra, dec"),
        ({"position": SkyCoord([1, 2] * u.deg, [3, 4] * u.deg)}, "ra is not one value .got 2"),
        ({"position": 10.0}, "a position is two numbers"),
        ({"position": (1, 2, 3)}, "a position is two numbers"),
        ({"position": AltAz(1 * u.deg, 2 * u.deg)}, "no position of ICRS"),
        ({"ra": 10 * u.m}, "ra has a unit of another quantity .got m. — give it in degrees"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, dict) else "",
)
def test_what_is_no_position_is_one_line(given, message):
    with pytest.raises(InputError, match=message) as caught:
        sequence(**given)
    assert "\n" not in str(caught.value)


# ---- frames


def test_frames_of_one_channel_may_have_three_axes():
    for given in (FRAMES[:, 0], list(FRAMES[:, 0]), FRAMES[:, 0].tolist(), list(FRAMES)):
        np.testing.assert_array_equal(sequence(given).frames, FRAMES)
    assert sequence(list(FRAMES[:, 0])).frames.dtype == np.uint16
    with pytest.raises(InputError, match=r"\(epoch, channel, y, x\).*\(3, 4, 4\)"):
        sequence(FRAMES[:, 0], channels=("science", "template"))
    pairs = [[frame[0], frame[0] + 1] for frame in FRAMES]
    made = sequence(pairs, channels=("science", "template"))
    np.testing.assert_array_equal(made.frames[:, 1], FRAMES[:, 0] + 1)


COVERED = np.zeros(FRAMES.shape, bool)
COVERED[1, 0, 2:] = True


@pytest.mark.parametrize(
    "frames",
    [
        np.ma.masked_array(FRAMES, COVERED),
        Masked(FRAMES, mask=COVERED),
        Masked(FRAMES * u.adu, mask=COVERED),
        NDData(FRAMES, mask=COVERED),
        CCDData(FRAMES, mask=COVERED, unit="adu"),
        [CCDData(f, mask=m, unit="adu") for f, m in zip(FRAMES[:, 0], COVERED[:, 0], strict=True)],
        [NDData(FRAMES[0, 0]), NDData(FRAMES[1, 0], mask=COVERED[1, 0]), FRAMES[2, 0]],
        [np.ma.masked_array(f, m) for f, m in zip(FRAMES, COVERED, strict=True)],
    ],
    ids=lambda frames: type(frames).__name__,
)
def test_what_a_mask_covers_is_no_data(frames):
    made = sequence(frames)
    assert type(made.frames) is np.ndarray
    np.testing.assert_array_equal(np.isnan(made.frames), COVERED)
    np.testing.assert_array_equal(made.frames[~COVERED], FRAMES[~COVERED])


def test_the_unit_of_frames_is_dropped():
    np.testing.assert_array_equal(sequence(FRAMES * u.electron).frames, FRAMES)
    assert sequence(CCDData(FRAMES, unit="adu")).frames.dtype == np.uint16


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        (
            [CCDData(FRAMES[0, 0], unit=unit) for unit in ("adu", "s", "adu")],
            "frames has a unit of",
        ),
        ([np.ones((4, 4)), np.ones((4, 5)), np.ones((4, 4))], "frames of several shapes"),
        (np.full((3, 1, 4, 4), "a"), "frames are not numbers"),
    ],
    ids=["units", "shapes", "words"],
)
def test_frames_that_do_not_belong_together_are_one_line(frames, message):
    with pytest.raises(InputError, match=message):
        sequence(frames)


# ---- what each epoch has


def test_zero_points_and_seeing_have_units():
    zero_points = [25000, 25500, 26000] * u.Unit("mmag")
    for given in (zero_points, [25, 25.5, 26] * u.ABmag, [25, 25.5, 26] * u.mag(u.AB / u.ct)):
        np.testing.assert_allclose(sequence(zero_point_mag=given).zero_point_mag, [25, 25.5, 26])
    masked = Masked([2, 2.5, 3] * u.pix, mask=MASK)
    np.testing.assert_array_equal(sequence(seeing_fwhm_px=masked).seeing_fwhm_px, [2, NAN, 3])
    column = MaskedColumn([2, 2.5, 3], mask=MASK, unit="pix")
    np.testing.assert_array_equal(sequence(seeing_fwhm_px=column).seeing_fwhm_px, [2, NAN, 3])
    series = pd.Series([2, None, 3], dtype="Float64")
    np.testing.assert_array_equal(sequence(seeing_fwhm_px=series).seeing_fwhm_px, [2, NAN, 3])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seeing_fwhm_px": [1, 1, 1] * u.arcsec}, "seeing_fwhm_px.*arcsec. — give it in pixels"),
        ({"zero_point_mag": [1, 1, 1] * u.Jy}, "zero_point_mag.*Jy. — give it in AB magnitudes"),
        (
            {"zero_point_mag": [25, 25, 25] * u.STmag},
            "zero_point_mag.*ST.*in AB magnitudes",
        ),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, dict) else "",
)
def test_units_of_another_quantity_are_one_line(given, message):
    with pytest.raises(InputError, match=message):
        sequence(**given)


@pytest.mark.parametrize(
    ("band", "expected"),
    [
        (np.array(["g", "r", "g"]), ("g", "r", "g")),
        (np.array([b"g", b"r", b"g"]), ("g", "r", "g")),
        (pd.Series(["g", None, "r"]), ("g", "", "r")),
        (np.ma.masked_array(["g", "r", "i"], MASK), ("g", "", "i")),
        (Column(["g", "r", "i"]), ("g", "r", "i")),
        (["g", np.str_("r"), None], ("g", "r", "")),
        ("ztf_g", ("ztf_g",) * 3),
        ("", ("",) * 3),
    ],
    ids=lambda given: type(given).__name__,
)
def test_words_are_tuples_of_text(band, expected):
    made = sequence(band=band, exposure_id=np.array(["a", "b", "c"]), class_name=np.str_("SN"))
    assert made.band == expected
    assert {type(word) for word in (*made.band, *made.exposure_id, made.class_name)} == {str}
    assert curve(band=band).band == expected


# ---- light curves


@pytest.mark.parametrize(
    ("unit", "zero_point"), [("Jy", 8.9), ("mJy", 16.4), ("uJy", 23.9), ("nJy", 31.4)]
)
def test_fluxes_with_a_unit_have_its_zero_point(unit, zero_point):
    made = curve(flux=[1, 2, 4] * u.Unit(unit), flux_err=(np.ones(3) * u.Unit(unit)).to("mJy"))
    np.testing.assert_allclose(made.zero_point_mag, zero_point, atol=1e-9)
    np.testing.assert_array_equal(made.flux, [1, 2, 4])
    np.testing.assert_allclose(made.flux_err, 1)
    # astropy's AB magnitude of the same flux; its AB is of 3631 Jy, 8.9 of 3630.8
    magnitudes = u.Quantity([1, 2, 4], unit).to_value(u.ABmag)
    np.testing.assert_allclose(made.mag, magnitudes, atol=2e-4)


def test_a_stated_zero_point_counts_and_counts_are_instrumental():
    jansky = {"flux": [1, 2, 4] * u.Jy, "flux_err": np.ones(3) * u.Jy}
    assert set(curve(**jansky, zero_point_mag=np.full(3, 20.0)).zero_point_mag) == {20}
    counts = {"flux": [1, 2, 4] * u.electron / u.s, "flux_err": np.ones(3) * u.electron / u.s}
    assert set(curve(**counts).zero_point_mag) == set(curve().zero_point_mag) == {25}
    assert unit_zero_point(u.dimensionless_unscaled) is unit_zero_point(None) is None
    assert unit_zero_point(u.erg / u.s / u.cm**2 / u.Hz) == pytest.approx(-48.6, abs=1e-3)


@pytest.mark.parametrize("mask", [np.ma.masked_array, Masked], ids=["numpy", "astropy"])
def test_masked_fluxes_are_not_measured(mask):
    made = curve(flux=mask(np.array([1.0, 2, 4]), mask=MASK), flux_err=pd.Series([1, 1, NAN]))
    np.testing.assert_array_equal(made.flux, [1, NAN, 4])
    np.testing.assert_array_equal(made.flux_err, [1, 1, NAN])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"flux": [1, 2, 4] * u.Jy}, "only one of flux and its error has a unit .got flux: Jy"),
        ({"flux": [1, 2, 4] * u.Jy, "flux_err": [1, 1, 1] * u.s}, "flux_err has a unit of another"),
        ({"flux": [18, 19, 20] * u.ABmag, "flux_err": [1, 1, 1] * u.mag}, "fluxes are magnitudes"),
        ({"flux": np.ones(2)}, "flux has not one value a point .got 2 for 3 points"),
        ({"band": ("g", "r")}, "band has not one value a point"),
        ({"mjd": MJD[::-1]}, "times decrease"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, dict) else "",
)
def test_light_curves_check_themselves(changes, message):
    with pytest.raises(InputError, match=message):
        curve(**changes)


def test_what_is_plain_stays_the_same_object():
    made = curve(zero_point_mag=np.full(3, 25.0), band=("g",) * 3)
    assert plain_mjd(MJD, where="x") is MJD
    for name in ("mjd", "flux", "flux_err", "zero_point_mag", "band"):
        again = LightCurve(**{one: getattr(made, one) for one in made.__dataclass_fields__})
        assert getattr(again, name) is getattr(made, name)


LIGHT = """
import sys
import numpy as np
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence
ImageSequence.from_frames("x", np.ones((2, 1, 4, 4)), [1.0, 2.0], band="g", position=(1, 2))
LightCurve(object_id="x", mjd=[1], flux=[1], flux_err=[1], band="g")
print(sorted({name.partition(".")[0] for name in sys.modules} & {"astropy", "pandas", "scipy"}))
"""


def test_sequences_and_curves_load_no_library_for_it():
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True
    )  # fmt: skip
    assert done.stdout == "[]\n"
