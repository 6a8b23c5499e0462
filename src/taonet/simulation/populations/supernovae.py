"""Supernovae: a point of light that appears on a galaxy, peaks and fades."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr, ndtri

from taonet.simulation.distance import redshift_at
from taonet.simulation.light import Galaxy, Light, discovery_mjd

PARSEC_ARCSEC = 206_264.806
"""Arcseconds in a radian."""


@dataclass(frozen=True, kw_only=True)
class LightCurveShape:
    """The light curve of a type of supernova, below its peak.

    Parameters
    ----------
    share : float
        Its share among the supernovae that a magnitude-limited survey finds: 79 % Ia, 17 % of all
        kinds of type II, 4 % Ibc (Li et al. 2011, MNRAS 412, 1441); how the II divide is a guess.
    absolute_mag, absolute_scatter_mag : float
        At peak, and its scatter (after Richardson et al. 2014, AJ 147, 118, in B: means of −19.25
        for Ia, −16.75 for II-P, −17.98 for II-L, −17.5 for Ibc); for Ia what is left after stretch
        and colour. That a magnitude-limited survey prefers the bright ones is not modelled.
    rise_days : float
        From explosion to peak; 18 for Ia (Ganeshalingam et al. 2011, MNRAS 416, 2607), some 10
        for II (González-Gaitán et al. 2015, MNRAS 451, 2212), 16 for Ibc (Taddia et al. 2015, A&A
        574, A60).
    fall : tuple of (float, float)
        Days after the peak and magnitudes below it, joined by straight lines; the last two
        points set the slope of the tail.
    """

    share: float
    absolute_mag: float
    absolute_scatter_mag: float
    rise_days: float
    fall: tuple[tuple[float, float], ...]


TEMPLATES = {
    # Ia: 0.65 mag in 15 days in V, then the decay of cobalt with leaking gamma rays, 0.026 mag a
    # day (Leibundgut 2000, A&ARv 10, 179); after half a year real ones fade more slowly, far below
    # what these surveys see
    "Ia": LightCurveShape(
        share=0.79,
        absolute_mag=-19.3,
        absolute_scatter_mag=0.12,
        rise_days=18.0,
        fall=((0, 0), (5, 0.07), (15, 0.65), (25, 1.45), (35, 2.1), (60, 2.9), (160, 5.5)),
    ),
    # II-P: a plateau of some 85 to 100 days, a drop of two magnitudes (Anderson et al. 2014, ApJ
    # 786, 67), then cobalt whose gamma rays are all trapped, 0.0098 mag a day
    "II-P": LightCurveShape(
        share=0.13,
        absolute_mag=-16.9,
        absolute_scatter_mag=0.9,
        rise_days=10.0,
        fall=((0, 0), (10, 0.1), (85, 0.7), (95, 1.0), (110, 2.7), (120, 2.9), (220, 3.9)),
    ),
    # II-L: no plateau, some 0.03 mag a day from the peak on (Faran et al. 2014, MNRAS 445, 554)
    "II-L": LightCurveShape(
        share=0.04,
        absolute_mag=-17.9,
        absolute_scatter_mag=0.8,
        rise_days=13.0,
        fall=((0, 0), (10, 0.2), (80, 2.2), (100, 3.4), (200, 4.6)),
    ),
    # Ibc: 0.9 mag in 15 days in V (Drout et al. 2011, ApJ 741, 97)
    "Ibc": LightCurveShape(
        share=0.04,
        absolute_mag=-17.6,
        absolute_scatter_mag=0.9,
        rise_days=16.0,
        fall=((0, 0), (5, 0.12), (10, 0.45), (15, 0.9), (25, 1.7), (40, 2.4), (140, 4.2)),
    ),
}
"""The types of supernova, by name; their shares sum to one."""


@dataclass(frozen=True, kw_only=True)
class HostMagnitudes:
    """How bright the hosts are that a survey found, whatever their distance.

    Parameters
    ----------
    quantiles_mag : tuple of float
        Apparent magnitudes: quantiles at equal steps from 0 to 1.
    correlation : float
        Of host and supernova, as that of two normal deviates that have the same ranks.
    """

    quantiles_mag: tuple[float, ...]
    correlation: float

    def draw(self, rank: float, rng: np.random.Generator) -> float:
        """Draw the magnitude of the host of a supernova that is fainter than a share of them."""
        own = np.sqrt(1 - self.correlation**2) * rng.standard_normal()
        levels = np.linspace(0, 1, len(self.quantiles_mag))
        place = ndtr(self.correlation * ndtri(rank) + own)
        return float(np.interp(place, levels, self.quantiles_mag))


@dataclass(frozen=True, kw_only=True)
class Supernovae:
    """The supernovae that a survey finds, and their hosts.

    Parameters
    ----------
    peak_mag : (float, float, float)
        Brightest, most common and faintest apparent magnitude at peak: bright ones are rare in
        space, faint ones are lost in the noise.
    stretch_scatter : float
        Ia differ by some 10 % in speed (Perlmutter et al. 1997, ApJ 483, 565); the slow ones
        are brighter, by 1.5 mag a unit of stretch (Perlmutter et al. 1999, ApJ 517, 565).
    colour_scatter_mag, colour_slope : float
        Scatter of the colour B − V of Ia, and what a unit of it costs in magnitudes (Guy et al.
        2010, A&A 523, A7).
    host_absolute_mag, host_scatter_mag : float
        Luminosities of hosts scatter widely (Neill et al. 2009, ApJ 707, 1449), and CRTS finds
        many in faint ones (Drake et al. 2009, ApJ 696, 870).
    found_days : (float, float)
        When it is found: mean and scatter of the days after the peak.
    found_mjd : tuple of float or None
        See `taonet.simulation.light.discovery_mjd`.
    types : mapping of str to LightCurveShape
        The types of supernova, by name.
    hosts : HostMagnitudes, optional
        Apparent magnitudes of the hosts, where a survey knows them; absolute ones do not count
        then.
    """

    peak_mag: tuple[float, float, float] = (16.0, 18.7, 20.3)
    stretch_scatter: float = 0.1
    colour_scatter_mag: float = 0.1
    colour_slope: float = 3.1
    host_absolute_mag: float = -18.8
    host_scatter_mag: float = 1.5
    found_days: tuple[float, float] = (5.0, 8.0)
    found_mjd: tuple[float, ...] | None = None
    types: Mapping[str, LightCurveShape] = field(default_factory=lambda: TEMPLATES)
    hosts: HostMagnitudes | None = None


def supernova(
    mjd: Float[np.ndarray, " epoch"],
    rng: np.random.Generator,
    population: Supernovae = Supernovae(),
) -> Light:
    """Draw a supernova in its host, found within some weeks of an epoch.

    A share `taonet.simulation.light.MISSED_SHARE` peaks after the last image.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    population : Supernovae
    """
    subtype = _subtype(population, rng)
    shape = population.types[subtype]
    stretch, colour, absolute_mag = _draw_peak(subtype, population, rng)
    peak_mag = float(rng.triangular(*population.peak_mag))
    redshift = redshift_at(peak_mag - absolute_mag)
    caught_mjd, covered = discovery_mjd(mjd, population.found_mjd, rng)
    peak_mjd = caught_mjd - float(rng.normal(*population.found_days))
    days = (mjd - peak_mjd) / (1 + redshift)
    return Light(
        mag=peak_mag + magnitudes_below_peak(days, shape, stretch=stretch),
        subtype=subtype,
        truth={
            "peak_mjd": peak_mjd,
            "peak_mag": peak_mag,
            "absolute_mag": absolute_mag,
            "redshift": redshift,
            "stretch": stretch,
            "colour_mag": colour,
            "rise_days": shape.rise_days * stretch * (1 + redshift),
            "covered": covered,
        },
        host=_host(peak_mag - absolute_mag, peak_mag, population, rng),
        found_mjd=caught_mjd,
    )


def magnitudes_below_peak(
    days: Float[np.ndarray, " epoch"], shape: LightCurveShape, *, stretch: float = 1.0
) -> Float[np.ndarray, " epoch"]:
    """Return how far a supernova is below its peak; infinite before the explosion.

    The flux rises as the square of time, a fireball that expands (Riess et al. 1999), rounded
    off at the peak, and falls along its `LightCurveShape`.

    Parameters
    ----------
    days : array (epoch,)
        Since the peak, in the supernova's own time.
    shape : LightCurveShape
    stretch : float
        Factor on all times.

    Examples
    --------
    >>> magnitudes_below_peak(np.array([-30.0, 0.0, 15.0]), TEMPLATES["Ia"])
    array([ inf, 0.  , 0.65])
    """
    phase = np.asarray(days) / stretch
    since = np.clip(1 + phase / shape.rise_days, 0, 1)
    # t²(2 − t)² starts as t² and arrives at the peak with no slope
    with np.errstate(divide="ignore"):
        rising = -2.5 * np.log10((since * (2 - since)) ** 2)
    day, below = np.array(shape.fall).T
    tail = (below[-1] - below[-2]) / (day[-1] - day[-2]) * np.clip(phase - day[-1], 0, None)
    falling = np.interp(phase, day, below) + tail
    return np.where(phase < 0, rising, falling)


def _subtype(population: Supernovae, rng: np.random.Generator) -> str:
    shares = [shape.share for shape in population.types.values()]
    return list(population.types)[int(rng.choice(len(shares), p=shares))]


def _draw_peak(
    subtype: str, population: Supernovae, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Draw stretch, colour and absolute magnitude at peak."""
    shape = population.types[subtype]
    stretch = float(np.clip(rng.normal(1, population.stretch_scatter), 0.7, 1.3))
    colour = float(rng.normal(0, population.colour_scatter_mag))
    mag = shape.absolute_mag + shape.absolute_scatter_mag * rng.standard_normal()
    if subtype == "Ia":
        mag += population.colour_slope * colour - 1.5 * (stretch - 1)
    return stretch, colour, float(mag)


def _host(
    distance_modulus: float, peak_mag: float, population: Supernovae, rng: np.random.Generator
) -> Galaxy:
    """Draw the host: a galaxy at the same distance, the supernova where its light is.

    Sizes follow from luminosities (after Shen et al. 2003, MNRAS 343, 978; the scatter of faint
    galaxies is larger there).
    """
    host_mag = _host_absolute_mag(distance_modulus, peak_mag, population, rng)
    absolute_mag = float(np.clip(host_mag, -22.5, -12))
    kiloparsec = 4.0 * 10 ** (-0.1 * (absolute_mag + 20.5)) * np.exp(rng.normal(0, 0.3))
    distance_kpc = 10 ** (distance_modulus / 5 + 1) / 1000
    radius = float(np.clip(kiloparsec / distance_kpc * PARSEC_ARCSEC, 0.4, 12))
    axis_ratio, angle = float(rng.uniform(0.3, 1)), float(rng.uniform(0, np.pi))
    # the light of an exponential disc lies at a radius drawn from a gamma law of order two
    along, round_ = rng.gamma(2, radius / 1.678), rng.uniform(0, 2 * np.pi)
    u, v = along * np.cos(round_), along * np.sin(round_) * axis_ratio
    return Galaxy(
        mag=distance_modulus + absolute_mag,
        radius_arcsec=radius,
        axis_ratio=axis_ratio,
        angle=angle,
        dx_arcsec=float(u * np.cos(angle) - v * np.sin(angle)),
        dy_arcsec=float(u * np.sin(angle) + v * np.cos(angle)),
    )


def _host_absolute_mag(
    distance_modulus: float, peak_mag: float, population: Supernovae, rng: np.random.Generator
) -> float:
    if population.hosts is None:
        return float(rng.normal(population.host_absolute_mag, population.host_scatter_mag))
    rank = _share_below(peak_mag, population.peak_mag)
    return population.hosts.draw(rank, rng) - distance_modulus


def _share_below(value: float, triangle: tuple[float, float, float]) -> float:
    """Return how much of a triangular law lies below a value, never quite nought or one."""
    low, middle, high = triangle
    below = (value - low) ** 2 / ((high - low) * (middle - low))
    above = (high - value) ** 2 / ((high - low) * (high - middle))
    return float(np.clip(below if value < middle else 1 - above, 1e-6, 1 - 1e-6))
