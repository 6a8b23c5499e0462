"""What the columns of tables are called elsewhere: one list of names for each of ours."""

import re
from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "object_id": (
        "object_id", "obj_id", "objectid", "objid", "diaobjectid", "oid", "source_id", "sourceid",
        "masterid", "asas_sn_id", "star_name", "object_name", "object", "objname", "target",
        "target_name", "event", "name", "id",
    ),
    "mag": (
        "mag", "magnitude", "magpsf", "mag_psf", "psf_mag", "psfmag",
    ),
    "magerr": (
        "magerr", "mag_err", "mag_error", "magnitude_error", "e_mag", "e_magnitude", "err_mag",
        "emag", "sigmapsf", "sigma_mag", "mag_sigma", "mag_unc", "mag_uncertainty", "dmag",
        "uncertainty", "unc", "error", "err",
    ),
    "flux": (
        "flux", "psfflux", "flux_psf", "psf_flux", "flux_jy", "flux_mjy", "flux_ujy", "flux_njy",
        "jy", "mjy", "ujy", "njy",
    ),
    "flux_err": (
        "flux_err", "fluxerr", "flux_error", "e_flux", "err_flux", "psffluxerr", "flux_unc",
        "fluxunc", "flux_uncertainty", "sigma_flux", "flux_sigma", "dflux", "flux_err_jy",
        "flux_err_mjy", "flux_err_ujy", "flux_err_njy", "djy", "dmjy", "dujy", "dnjy",
    ),
    "zero_point_mag": ("zero_point_mag", "zero_point", "zeropoint", "zp"),
    "band": (
        "band", "filter", "passband", "filtercode", "phot_filter", "filter_name", "filtername",
        "filterid", "filter_id", "fid", "band_name", "bandpass", "flt", "filt",
    ),
    "limiting_mag": (
        "limiting_mag", "limmag", "lim_mag", "maglim", "mag_lim", "limitmag", "limit_mag",
        "diffmaglim", "limiting_magnitude", "mag5sig", "limit",
    ),
    "is_limit": ("upperlimit", "upper_limit", "is_limit", "is_upper_limit", "nondetection"),
    "positive": ("isdiffpos",),
    "ra": (
        "ra", "ra_deg", "raj2000", "ra_j2000", "ra_icrs", "meanra", "right_ascension",
    ),
    "dec": (
        "dec", "dec_deg", "decl", "dej2000", "decj2000", "dec_j2000", "de_icrs",
        "meandec", "declination",
    ),
    "class_name": ("class_name", "label", "class"),
}  # fmt: skip
"""Their names as `plain` writes them, the more specific first; the first name is ours.

Of a time see `taonet.io.lightcurves.times`.
"""

TEXT: Final = ("object_id", "band", "class_name")
"""Those of our columns that hold words."""

OTHER_TEXT: Final = (
    "predicted_class", "set", "exposure_id", "file", "template", "template_file",
    "difference_file",
)  # fmt: skip


def plain(name: object) -> str:
    """Return a column's name in small letters, with underscores for whatever else is in it.

    Examples
    --------
    >>> plain("Flux (mJy)"), plain("###MJD"), plain(" RA_(J2000)")
    ('flux_mjy', 'mjd', 'ra_j2000')
    """
    # the minus of "HJD-2450000" shows the offset that was subtracted
    small = re.sub(r"-(?!\d)|[^0-9a-z\-]+", "_", str(name).lower())
    return re.sub(r"_+", "_", small).strip("_") or str(name)


WORDS: Final = frozenset({*OTHER_TEXT, *(other for ours in TEXT for other in NAMES[ours])})
"""Columns that hold words in any table, even where a file shows numbers."""
