"""The Zwicky Transient Facility as its public alerts show it: triplets in g and r."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from taonet.simulation.cadence import Cadence, draw_mjd
from taonet.simulation.colours import g_minus_r
from taonet.simulation.conditions import Conditions, Visits, Weather, draw_conditions
from taonet.simulation.detector import Detector
from taonet.simulation.difference import CHANNELS, Subtraction, detected_triplets
from taonet.simulation.gaps import Gaps
from taonet.simulation.light import Light
from taonet.simulation.measured_numbers import read_numbers
from taonet.simulation.mixture import Mixture, Transient, draw_from_mixture
from taonet.simulation.populations.cataclysmic import cataclysmic_variable
from taonet.simulation.populations.constant_objects import bright_star
from taonet.simulation.populations.nuclei import ACTIVE_GALAXIES, BLAZARS, active_nucleus, blazar
from taonet.simulation.populations.stars import (
    asteroid,
    contact_binary,
    eclipsing_binary,
    fast_mover,
    flare_star,
    long_period_variable,
    rr_lyrae,
    rr_lyrae_c,
    variable_star,
)
from taonet.simulation.populations.supernovae import Supernovae, supernova
from taonet.simulation.survey import Survey
from taonet.sky.taxonomy import ZTF as CLASSES

BANDS = ("g", "r")

LABELLED = {"SN": 60, "CV": 17, "AGN": 7, "BZ": 37, "VAR": 204, "OTHER": 37, "NON": 54}
"""Objects of each class among the real stamps that the table was measured on; for NON those of
unknown class. No share of the sky: nobody has counted what lies behind all alerts."""

ANY = -99.0
"""Brightening from which on an active nucleus is noticed: a difference shows fading as well."""

QUASARS = replace(
    ACTIVE_GALAXIES,
    mean_mag=(15.5, 18.8, 20.8),
    sf_factor=1.0,
    tau_factor=1.0,
    host_share=0.6,
    host_radius_arcsec=(1.0, 8.0),
    noticed_mag=(ANY, 0.0),
)
JETS = replace(BLAZARS, mean_mag=(15.0, 18.3, 20.5), noticed_mag=(ANY, 0.0))
"""Nuclei whose difference is large enough, however it came about: those of CRTS had to brighten.
Magnitudes are guesses around the limit of a visit."""

NEAR = Supernovae(peak_mag=(14.5, 18.4, 20.2), host_absolute_mag=-19.6)
"""Supernovae whose type is known are nearer than those of CRTS: the Bright Transient Survey takes
spectra of what peaks above 19 mag (Fremling et al. 2020, ApJ 895, 32; Perley et al. 2020, ApJ 904,
35). The numbers are guesses."""

VARIABLE_MAG = (12.6, 16.0, 20.0)
VARIABLES: Mixture = {
    "RR Lyrae": (0.25, rr_lyrae),
    "RR Lyrae c": (0.1, rr_lyrae_c),
    "contact binary": (0.2, contact_binary),
    "eclipsing binary": (0.1, eclipsing_binary),
    "long-period variable": (0.35, long_period_variable),
}
OTHERS: Mixture = {
    "asteroid": (0.5, asteroid),
    "flare star": (0.25, flare_star),
    "high proper motion": (0.25, fast_mover),
}
"""Shares are guesses, and so are the magnitudes: from where stars saturate to where they vanish."""


BRIGHT_STAR_MAG = (13.0, 14.8, 16.5)
"""Brightest, most common and faintest of the constant stars that leave residuals."""

TRANSIENTS: dict[str, Transient] = {
    "SN": partial(supernova, population=NEAR),
    "CV": cataclysmic_variable,
    "AGN": partial(active_nucleus, population=QUASARS),
    "BZ": partial(blazar, population=JETS),
    "VAR": partial(variable_star, kinds=VARIABLES, mean_mag=VARIABLE_MAG),
    "OTHER": partial(draw_from_mixture, OTHERS),
    "NON": partial(bright_star, mag=BRIGHT_STAR_MAG),
}
"""How the light of each class is drawn; a new class is one line here."""


@dataclass(frozen=True, kw_only=True)
class TemplateDates:
    """When the frames that the template is made of were taken.

    Parameters
    ----------
    frames : int
        Their number.
    days : (float, float)
        So long before the first visit the first and the last of them were taken.
    late_share : float
        Share of objects whose template was taken while they were observed already, as in ZTF's
        first years: what shone then is missing in the difference. A guess.
    """

    frames: int = 15
    days: tuple[float, float] = (200.0, 20.0)
    late_share: float = 0.1


def visits_in_two_bands(cadence: Cadence, rng: np.random.Generator) -> Visits:
    """Draw when an object was observed: in g and r in turn."""
    mjd = draw_mjd(cadence, rng)
    first = int(rng.integers(2))
    return Visits(mjd=mjd, band=tuple(BANDS[(first + k) % 2] for k in range(len(mjd))))


def conditions_in_two_bands(
    weather: dict[str, Weather], visits: Visits, rng: np.random.Generator
) -> Conditions:
    """Draw the conditions of each visit, in its band."""
    in_g, in_r = (draw_conditions(weather[band], visits.mjd, rng) for band in BANDS)
    green = np.array(visits.band) == "g"
    return Conditions(
        seeing_fwhm_px=np.where(green, in_g.seeing_fwhm_px, in_r.seeing_fwhm_px),
        zero_point_mag=np.where(green, in_g.zero_point_mag, in_r.zero_point_mag),
        sky_adu=np.where(green, in_g.sky_adu, in_r.sky_adu),
        shift_x=in_g.shift_x,
        shift_y=in_g.shift_y,
    )


def light_in_two_bands(
    dates: TemplateDates, transient: Transient, visits: Visits, rng: np.random.Generator
) -> Light:
    """Draw the light of an object in g and r, now and in the template."""
    late = float(np.ptp(visits.mjd)) * rng.random() * (rng.random() < dates.late_share)
    before = visits.mjd[0] + late - np.linspace(*dates.days, dates.frames)
    mjd = np.concatenate([before, visits.mjd])
    order = np.argsort(mjd, kind="stable")
    light = transient(mjd[order], rng)
    redness = g_minus_r(light, mjd[order], rng)
    in_r, in_g = np.empty(len(mjd)), np.empty(len(mjd))
    in_r[order], in_g[order] = light.mag, light.mag + redness
    green = np.array(visits.band) == "g"
    # ZTF leaves outliers out of its templates: outbursts do not get into the median either
    template_g, template_r = (float(np.median(mag[: len(before)])) for mag in (in_g, in_r))
    return replace(
        light,
        mag=np.where(green, in_g[len(before) :], in_r[len(before) :]),
        template_mag=np.where(green, template_g, template_r),
    )


def _weather(table: dict[str, Any], band: str) -> Weather:
    names = ("seeing_fwhm_px", "zero_point_mag", "sky_adu")
    return Weather(**{name: table[name][band] for name in names}, jitter_px=0.15)


def _survey(table: dict[str, Any]) -> Survey:
    subtraction = {**table["template"], **table["mismatch"], **table["detection"]}
    gaps = Gaps(**table["edges"])
    return Survey(
        name="ztf",
        taxonomy=CLASSES,
        shares=LABELLED,
        transients=TRANSIENTS,
        draw_light=partial(light_in_two_bands, TemplateDates()),
        visits=partial(visits_in_two_bands, Cadence(**table["cadence"])),
        conditions=partial(
            conditions_in_two_bands, {band: _weather(table, band) for band in BANDS}
        ),
        detector=Detector(**table["detector"]),
        expose=partial(detected_triplets, Subtraction(**subtraction), gaps),
        channels=CHANNELS,
        size_px=63,
        pixel_arcsec=1.01,
        dec_deg=(-28.0, 80.0),
        least_latitude_deg=10.0,
    )


ZTF = _survey(read_numbers("ztf"))
"""63 x 63 pixels of 1.01 arcsec, alerts only: differences of S/N 5 and more, about 20.5 mag."""
