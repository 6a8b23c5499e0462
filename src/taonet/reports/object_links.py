"""Where else an object may be looked up: addresses, which are never fetched from here."""

import math
import re
from urllib.parse import quote, urlencode

ZTF_NAME = re.compile(r"ZTF\d\d[a-z]{7}")
ARCMIN_SEARCH = 0.2
"""Radius of searches around a position."""


def object_links(object_id: str, *, ra: float, dec: float) -> list[dict[str, str]]:
    """Return names and addresses of pages about an object or its position.

    Parameters
    ----------
    ra, dec : float
        J2000 degrees; NaN where unknown: there are no links to positions then.

    Examples
    --------
    >>> [link["name"] for link in object_links("ZTF18abcdefg", ra=float("nan"), dec=0.0)]
    ['ALeRCE', 'Fink']
    >>> object_links("x", ra=float("nan"), dec=float("nan"))
    []
    """
    addresses: dict[str, str] = {}
    if ZTF_NAME.fullmatch(object_id):
        addresses["ALeRCE"] = f"https://alerce.online/object/{quote(object_id)}"
        addresses["Fink"] = f"https://ztf.fink-portal.org/{quote(object_id)}"
    if math.isfinite(ra) and math.isfinite(dec):
        addresses |= _position_addresses(ra, dec)
    return [{"name": name, "url": url} for name, url in addresses.items()]


def _position_addresses(ra: float, dec: float) -> dict[str, str]:
    place = f"{ra:.6f} {dec:+.6f}"
    arcsec = f"{60 * ARCMIN_SEARCH:.0f}"
    queries: dict[str, tuple[str, dict[str, object]]] = {
        "SIMBAD": (
            "https://simbad.cds.unistra.fr/simbad/sim-coo",
            {"Coord": place, "Radius": arcsec, "Radius.unit": "arcsec"},
        ),
        "NED": (
            "https://ned.ipac.caltech.edu/conesearch",
            {"search_type": "Near Position Search", "coordinates": place, "radius": ARCMIN_SEARCH},
        ),
        "Aladin": (
            "https://aladin.cds.unistra.fr/AladinLite/",
            {"target": place, "fov": 0.05, "survey": "P/PanSTARRS/DR1/color-z-zg-g"},
        ),
        "Legacy Surveys": (
            "https://www.legacysurvey.org/viewer",
            {"ra": f"{ra:.6f}", "dec": f"{dec:.6f}", "zoom": 16, "mark": f"{ra:.6f},{dec:.6f}"},
        ),
        "VizieR": (
            "https://vizier.cds.unistra.fr/viz-bin/VizieR-4",
            {"-c": place, "-c.rs": arcsec},
        ),
        "TNS": (
            "https://www.wis-tns.org/search",
            {"ra": f"{ra:.6f}", "decl": f"{dec:.6f}", "radius": arcsec, "coords_unit": "arcsec"},
        ),
    }
    return {name: f"{page}?{urlencode(query)}" for name, (page, query) in queries.items()}
