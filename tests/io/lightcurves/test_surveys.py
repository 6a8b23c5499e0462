"""The tables that people download are read by their own columns; what is not used is named."""

import numpy as np
import pytest

from taonet.errors import InputError
from taonet.io.lightcurves.tables import read_light_curves

TABLES = {
    "ZTF at IRSA": """oid,expid,hjd,mjd,mag,magerr,catflags,filtercode,ra,dec,limitmag
123456789012345678,1,2458000.505,58000.0,18.0,0.1,0,zg,10,20,20.5
123456789012345678,2,2458001.505,58001.0,18.1,0.1,4,zg,10,20,20.5
123456789012345678,3,2458002.505,58002.0,12.0,0.1,32768,zg,10,20,20.5
""",
    "ZTF forced": """# Requested input R.A. = 10.0 degrees
# one more line
index, field, filter, jd, forcediffimflux, forcediffimfluxunc, zpdiff, infobitssci, procstatus,

0 500 ZTF_g 2458000.5 100.0 10.0 25.0 0 0
1 500 ZTF_g 2458001.5 -100.0 10.0 25.0 0 0
2 500 ZTF_r 2458002.5 900.0 10.0 25.0 33554432 0
""",
    "ATLAS": """###MJD m dm uJy duJy F err chi/N RA Dec x y maj min phi apfit mag5sig Sky Obs
57230.5 18.9 0.1 100 10 o 0 1.1 10 20 1 1 2 2 0 -0.4 19.3 20 02a57230o
57231.5 -18.9 0.1 -100 10 c 0 1.1 10 20 1 1 2 2 0 -0.4 19.3 20 02a57231o
57232.5 16.1 0.1 900 10 c 1 1.1 10 20 1 1 2 2 0 -0.4 19.3 20 02a57232o
""",
    "ASAS-SN": """# a comment
JD,Flux,Flux Error,Mag,Mag Error,Limit,FWHM,Filter,Quality,Camera
2458000.5,3.6308,0.1,15.0,0.05,17.1,1.5,V,G,ba
2458001.5,-0.2,0.1,99.99,99.99,17.1,1.5,V,G,ba
2458002.5,9.0,0.1,14.0,0.05,17.1,1.5,V,B,ba
""",
    "ALeRCE": """oid,candid,mjd,fid,diffmaglim,isdiffpos,magpsf,sigmapsf,ra,dec
ZTF21a,1,58000.5,1,20.1,1,20.0,0.1,10,20
ZTF21a,2,58001.5,2,20.1,-1,20.0,0.1,10,20
ZTF21a,,58002.5,2,20.3,,,,,
""",
    "CRTS": """MasterID,Mag,Magerr,RA,Decl,MJD,Blend
1001,18.0,0.1,10,20,53000.5,0
1001,18.1,0.1,10,20,53001.5,0
""",
    "Gaia": """source_id,transit_id,band,time,mag,flux,flux_error,rejected_by_photometry
4295806720000000001,1,G,1700.5,15.0,10000,20,false
4295806720000000001,2,BP,1700.6,15.0,10000,20,False
4295806720000000001,3,RP,1700.7,15.0,90000,20,true
""",
    "PLAsTiCC": """object_id,mjd,passband,flux,flux_err,detected
615,59750.4,2,1000.0,3.6,1
615,59751.4,1,-1000.0,3.6,0
""",
    "SkyPortal": """id,obj_id,ra,dec,filter,mjd,mag,magerr,magsys,limiting_mag,instrument_id
9001,ZTF21a,10,20,ztfg,59000.5,18.0,0.1,ab,20.1,1
9002,ZTF21a,10,20,ztfr,59001.5,18.1,0.1,ab,20.5,1
9003,ZTF21a,10,20,ztfr,59002.5,,,ab,20.5,1
""",
    "Rubin": """diaObjectId,midpointMjdTai,psfFlux,psfFluxErr,band
313888583525335125,61000.5,1000,50,g
313888583525335125,61001.5,-1000,50,r
""",
    "Open Supernova Catalog": """event,time,magnitude,e_magnitude,upperlimit,band
SN1,58000.5,18.0,0.1,F,g
SN1,58001.5,18.1,0.1,F,r
SN1,58002.5,19.1,,T,g
""",
    "AAVSO": """JD,Magnitude,Uncertainty,HQuncertainty,Band,Observer Code,Star Name
2458000.5,18.0,0.01,,V,ABC,SS CYG
2458001.5,18.1,0.01,,V,ABC,SS CYG
2458002.5,<11.2,,,V,ABC,SS CYG
""",
}
FIRST = {
    "ZTF at IRSA": ("123456789012345678", 58000.0, 18.0, ("zg", "zg")),
    "ZTF forced": ("t", 58000.0, 20.0, ("ZTF_g", "ZTF_g")),
    "ATLAS": ("t", 57230.5, 18.9, ("o", "c")),
    "ASAS-SN": ("t", 58000.0, 15.0, ("V", "V")),
    "ALeRCE": ("ZTF21a", 58000.5, 20.0, ("g", "r")),
    "CRTS": ("1001", 53000.5, 18.0, ("", "")),
    "Gaia": ("4295806720000000001", 56897.5, 15.0, ("G", "BP")),
    "PLAsTiCC": ("615", 59750.4, 20.0, ("r", "g")),
    "SkyPortal": ("ZTF21a", 59000.5, 18.0, ("ztfg", "ztfr")),
    "Rubin": ("313888583525335125", 61000.5 - 37 / 86400, 23.9, ("g", "r")),
    "Open Supernova Catalog": ("SN1", 58000.5, 18.0, ("g", "r")),
    "AAVSO": ("SS CYG", 58000.0, 18.0, ("V", "V")),
}
BELOW_ZERO = {"ZTF forced", "ATLAS", "ASAS-SN", "ALeRCE", "PLAsTiCC", "Rubin"}
UNUSED = {
    "ZTF at IRSA": "expid, hjd",
    "ATLAS": "m, dm, chi/N, x, y, maj, min, phi, apfit, Sky, Obs",
    "CRTS": "Blend",
    "SkyPortal": "id, magsys, instrument_id",
    "Gaia": "transit_id, mag",
}


def read(tmp_path, text):
    (tmp_path / "t.csv").write_text(text)
    return read_light_curves(tmp_path / "t.csv")


@pytest.mark.parametrize("survey", TABLES)
def test_what_people_download_is_one_light_curve_of_two_good_points(tmp_path, survey):
    found = read(tmp_path, TABLES[survey])
    (curve,) = found.curves
    object_id, mjd, mag, bands = FIRST[survey]
    assert (curve.object_id, curve.band) == (object_id, bands)
    np.testing.assert_allclose(curve.mjd, [mjd, curve.mjd[1]], rtol=1e-12)
    np.testing.assert_allclose(curve.mag[0], mag, atol=1e-3)
    assert len(curve.mjd) == 2
    assert found.mending.rows - found.mending.dropped_rows == 2
    if survey in BELOW_ZERO:
        assert curve.flux[1] < 0 < curve.flux_err[1]


@pytest.mark.parametrize("survey", UNUSED)
def test_every_column_that_is_not_used_is_named_once(tmp_path, survey):
    said = [line for line in read(tmp_path, TABLES[survey]).remarks if "not used" in line]
    assert said == [f"columns not used: {UNUSED[survey]}"]


@pytest.mark.parametrize("survey", ["ZTF at IRSA", "ZTF forced", "ATLAS", "ASAS-SN", "Gaia"])
def test_points_that_a_survey_flags_are_left_out_and_counted(tmp_path, survey):
    mending = read(tmp_path, TABLES[survey]).mending
    assert mending.flagged == 1
    assert "1 flagged as not to be used" in str(mending)


def test_quality_of_unknown_meaning_is_not_used_and_named(tmp_path):
    text = "object_id,mjd,mag,magerr,quality\nx,58000,18,0.1,0\nx,58001,18,0.1,64\n"
    found = read(tmp_path, text)
    assert len(found.curves[0].mjd) == 2
    assert "columns not used: quality" in found.remarks


def test_band_codes_that_are_none_of_the_survey_stay_what_they_are(tmp_path):
    text = TABLES["PLAsTiCC"].replace(",1,-", ",17,-")
    assert read(tmp_path, text).curves[0].band == ("2", "17")


def test_a_table_of_limits_only_is_refused_in_words(tmp_path):
    with pytest.raises(InputError, match=r"no column 'mag'.*diffmaglim"):
        read(tmp_path, "oid,mjd,diffmaglim,fid\nZTF21a,58000.5,20.1,1\n")
