"""The Zwicky Transient Facility as its public alerts show it: triplets in g and r."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float

from taonet.simulate.cadence import Cadence, draw_mjd
from taonet.simulate.colours import g_minus_r
from taonet.simulate.conditions import Conditions, Visits, Weather, draw_conditions
from taonet.simulate.detector import Detector
from taonet.simulate.difference import CHANNELS, Subtraction, detections
from taonet.simulate.gaps import Gaps
from taonet.simulate.learnt import read_numbers
from taonet.simulate.light import Light
from taonet.simulate.survey import Survey
from taonet.simulate.transients import TRANSIENTS
from taonet.sky.taxonomy import CRTS, Taxonomy

BANDS = ("g", "r")

TEMPLATE_FRAMES = 15
TEMPLATE_DAYS = (200.0, 20.0)
"""The template is made of so many frames, taken so long before the first visit."""

LABELLED = {"SN": 60, "CV": 17, "AGN": 7, "BZ": 37, "OTHER": 206, "NON": 54}
"""Objects of each class among the real stamps that the table was measured on; for NON those of
unknown class. No share of the sky: nobody has counted what lies behind all alerts."""


def visits(cadence: Cadence, rng: np.random.Generator) -> Visits:
    """Draw when an object was looked at: g and r in turn."""
    mjd = draw_mjd(cadence, rng)
    first = int(rng.integers(2))
    return Visits(mjd=mjd, band=tuple(BANDS[(first + k) % 2] for k in range(len(mjd))))


def conditions(weather: dict[str, Weather], visits: Visits, rng: np.random.Generator) -> Conditions:
    """Draw what the object was seen through, in each band."""
    in_g, in_r = (draw_conditions(weather[band], visits.mjd, rng) for band in BANDS)
    green = np.array(visits.band) == "g"
    return Conditions(
        seeing_fwhm_px=np.where(green, in_g.seeing_fwhm_px, in_r.seeing_fwhm_px),
        zero_point_mag=np.where(green, in_g.zero_point_mag, in_r.zero_point_mag),
        sky_adu=np.where(green, in_g.sky_adu, in_r.sky_adu),
        shift_x=in_g.shift_x,
        shift_y=in_g.shift_y,
    )


def light(class_name: str, visits: Visits, rng: np.random.Generator) -> Light:
    """Draw the light of an object of a class in g and r, now and in the template."""
    before = visits.mjd[0] - np.linspace(*TEMPLATE_DAYS, TEMPLATE_FRAMES)
    mjd = np.concatenate([before, visits.mjd])
    drawn = bright_star(mjd, rng) if class_name == "NON" else TRANSIENTS[class_name](mjd, rng)
    in_r = drawn.mag
    in_g = in_r + g_minus_r(drawn, mjd, rng)
    green = np.array(visits.band) == "g"
    # ZTF leaves outliers out of its templates: outbursts do not get into the median either
    template_g, template_r = (float(np.median(mag[: len(before)])) for mag in (in_g, in_r))
    return replace(
        drawn,
        mag=np.where(green, in_g[len(before) :], in_r[len(before) :]),
        template_mag=np.where(green, template_g, template_r),
    )


def bright_star(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw a star that does not change, so bright that its subtraction leaves residuals.

    They alone bring a constant object into the alerts. Fainter ones leave nothing to detect,
    brighter ones saturate.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    mean = float(rng.triangular(13.0, 14.8, 16.5))
    return Light(mag=np.full(len(mjd), mean), subtype="bright star", truth={"mean_mag": mean})


def _weather(table: dict[str, Any], band: str) -> Weather:
    names = ("seeing_fwhm_px", "zero_point_mag", "sky_adu")
    return Weather(**{name: table[name][band] for name in names}, jitter_px=0.15)


def _survey(table: dict[str, Any]) -> Survey:
    subtraction = {**table["template"], **table["mismatch"], **table["detection"]}
    gaps = Gaps(**table["edges"])
    return Survey(
        name="ztf",
        taxonomy=Taxonomy(name="ztf", classes=CRTS.classes),
        shares=LABELLED,
        light=light,
        visits=partial(visits, Cadence(**table["cadence"])),
        conditions=partial(conditions, {band: _weather(table, band) for band in BANDS}),
        detector=Detector(**table["detector"]),
        expose=partial(detections, Subtraction(**subtraction), gaps),
        channels=CHANNELS,
        size_px=63,
        pixel_arcsec=1.01,
        dec_deg=(-28.0, 80.0),
        least_latitude_deg=10.0,
    )


ZTF = _survey(read_numbers("ztf"))
"""63 x 63 pixels of 1.01 arcsec, alerts only: differences of S/N 5 and more, about 20.5 mag."""
