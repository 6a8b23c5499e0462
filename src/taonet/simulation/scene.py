"""The scene around an object: the stars and galaxies of its field, its host, itself."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

from taonet.simulation.conditions import Conditions
from taonet.simulation.light import Galaxy, Light
from taonet.simulation.optics import (
    EpochInputs,
    FrequencyGrid,
    frequency_grid,
    point_sources,
    render_epochs,
    sersic_galaxy,
)
from taonet.sky.flux import flux_of

STAR_MAG = (11.0, 22.0)
STAR_SLOPE = 0.2
"""Counts of stars at high galactic latitude grow as ``10**(0.2 mag)`` from 15 to 20 mag."""

STARS_AT_POLE = 2000.0
"""Stars brighter than 20.5 mag a square degree at the galactic pole; counts and slope after
Bahcall & Soneira (1980, ApJS 44, 73), who have somewhat fewer and steeper ones."""

GALAXY_MAG = (16.0, 21.5)
GALAXY_SLOPE = 0.45
GALAXIES = 1500.0
"""Galaxies brighter than 20.5 mag a square degree (Yasuda et al. 2001, AJ 122, 1104)."""

CLEAR_PX = 2.5
"""No neighbour lies nearer to the object than this: the two would be one source."""

OUTSIDE_PX = 12
"""Sources are drawn this far outside the frame: their wings reach in."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Neighbours:
    """What else lies in the cutout.

    Parameters
    ----------
    x, y, mag : arrays (star,)
        Positions in pixels (integer = pixel centre) and AB magnitudes.
    galaxies : tuple of Galaxy
        Their places are given as seen from the object.
    """

    x: Float[np.ndarray, " star"]
    y: Float[np.ndarray, " star"]
    mag: Float[np.ndarray, " star"]
    galaxies: tuple[Galaxy, ...] = ()


def draw_neighbours(
    size_px: int,
    pixel_arcsec: float,
    galactic_latitude_deg: float,
    rng: np.random.Generator,
    *,
    density: float = 1.0,
) -> Neighbours:
    """Draw the stars and galaxies of a field; it knows nothing of the object.

    Parameters
    ----------
    size_px : int
        Side of the cutout.
    pixel_arcsec : float
        Size of a pixel.
    galactic_latitude_deg : float
        The number of stars grows as its cosecant, as through a flat disc of stars: too slowly
        near the plane.
    rng : numpy.random.Generator
    density : float
        Factor on the number of stars. Galaxies are no more than usual in crowded fields, and fewer
        in poor ones.
    """
    side = size_px + 2 * OUTSIDE_PX
    square_degrees = (side * pixel_arcsec / 3600) ** 2
    cosecant = 1 / np.sin(np.radians(max(abs(galactic_latitude_deg), 10.0)))
    # fields differ by more than chance: clouds of dust, streams and clusters of stars
    stars = STARS_AT_POLE * cosecant * np.exp(rng.normal(0, 0.3)) * square_degrees
    mag = _magnitudes(density * stars, STAR_MAG, STAR_SLOPE, rng)
    x, y = rng.uniform(-OUTSIDE_PX, size_px - 1 + OUTSIDE_PX, (2, len(mag)))
    far = np.hypot(x - size_px // 2, y - size_px // 2) > CLEAR_PX
    galaxies = _galaxies(min(density, 1.0) * GALAXIES * square_degrees, side * pixel_arcsec, rng)
    return Neighbours(
        x=x[far],
        y=y[far],
        mag=mag[far],
        galaxies=tuple(
            galaxy
            for galaxy in galaxies
            if np.hypot(galaxy.dx_arcsec, galaxy.dy_arcsec) > CLEAR_PX * pixel_arcsec
        ),
    )


def expected_stars(square_degrees: float) -> float:
    """Return how many stars of a field to expect at the galactic pole, down to the faintest drawn.

    Examples
    --------
    >>> round(expected_stars(0.01))
    40
    """
    return float(STARS_AT_POLE * 10 ** (STAR_SLOPE * (STAR_MAG[1] - 20.5)) * square_degrees)


def render_light(
    neighbours: Neighbours,
    light: Light,
    mjd: Float[np.ndarray, " epoch"],
    conditions: Conditions,
    *,
    size_px: int,
    pixel_arcsec: float,
    x: float,
    y: float,
) -> Float[np.ndarray, "epoch y x"]:
    """Draw the noise-free light of every epoch, without the sky.

    Parameters
    ----------
    x, y : float
        Place of the object at the mean time, in pixels, apart from the shifts of the pointing.

    Returns
    -------
    array (epoch, y, x)
        float32, in ADU.
    """
    grid = frequency_grid(size_px)
    reference = float(np.max(conditions.zero_point_mag))
    fixed = constant_light(grid, neighbours, light.host, reference, x, y, pixel_arcsec)
    source_x, source_y = object_positions(light, mjd, x, y, pixel_arcsec)
    inputs = EpochInputs(
        transparency=flux_of(np.full(len(mjd), reference), conditions.zero_point_mag),
        flux=flux_of(light.mag, conditions.zero_point_mag),
        x=source_x,
        y=source_y,
        shift_x=conditions.shift_x,
        shift_y=conditions.shift_y,
        seeing_fwhm_px=conditions.seeing_fwhm_px,
        stretch=conditions.stretch,
    )
    return render_epochs(grid, fixed, inputs)


def constant_light(
    grid: FrequencyGrid,
    neighbours: Neighbours,
    host: Galaxy | None,
    zero_point_mag: float,
    x: float,
    y: float,
    pixel_arcsec: float,
) -> Complex[np.ndarray, "ky kx"]:
    """Return the transform of all that never changes: the neighbours, and the host if any."""
    fixed = point_sources(grid, flux_of(neighbours.mag, zero_point_mag), neighbours.x, neighbours.y)
    for galaxy in (*neighbours.galaxies, *([host] if host else [])):
        fixed += _galaxy(grid, galaxy, zero_point_mag, x, y, pixel_arcsec)
    return fixed


def object_positions(
    light: Light, mjd: Float[np.ndarray, " epoch"], x: float, y: float, pixel_arcsec: float
) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
    """Return where an object is at each time, in pixels: it may move."""
    years = (mjd - mjd.mean()) / 365.25
    return (
        x + light.pm_x_arcsec_per_year / pixel_arcsec * years,
        y + light.pm_y_arcsec_per_year / pixel_arcsec * years,
    )


def _galaxy(
    grid: FrequencyGrid,
    galaxy: Galaxy,
    zero_point_mag: float,
    x: float,
    y: float,
    pixel_arcsec: float,
) -> Complex[np.ndarray, "ky kx"]:
    return sersic_galaxy(
        grid,
        flux=float(flux_of(np.array(galaxy.mag, np.float64), zero_point_mag)),
        x=x + galaxy.dx_arcsec / pixel_arcsec,
        y=y + galaxy.dy_arcsec / pixel_arcsec,
        radius_px=galaxy.radius_arcsec / pixel_arcsec,
        sersic_index=galaxy.sersic_index,
        axis_ratio=galaxy.axis_ratio,
        angle=galaxy.angle,
    )


def _magnitudes(
    brighter_than_20_5: float,
    limits: tuple[float, float],
    slope: float,
    rng: np.random.Generator,
) -> Float[np.ndarray, " source"]:
    """Draw magnitudes between limits whose counts grow as ``10**(slope · mag)``."""
    bright, faint = limits
    number = brighter_than_20_5 * 10 ** (slope * (faint - 20.5))
    share = rng.uniform(10 ** (slope * (bright - faint)), 1, rng.poisson(number))
    return np.asarray(faint + np.log10(share) / slope)


def _galaxies(number: float, side_arcsec: float, rng: np.random.Generator) -> list[Galaxy]:
    mags = _magnitudes(number, GALAXY_MAG, GALAXY_SLOPE, rng)
    return [
        Galaxy(
            mag=float(mag),
            # half-light radii shrink with magnitude, some 1 arcsec at 20 (a guess)
            radius_arcsec=float(10 ** (0.1 * (20 - mag)) * np.exp(rng.normal(0, 0.3))),
            sersic_index=float(rng.choice([1.0, 4.0], p=[0.7, 0.3])),
            axis_ratio=float(rng.uniform(0.3, 1)),
            angle=float(rng.uniform(0, np.pi)),
            dx_arcsec=float(rng.uniform(-0.5, 0.5) * side_arcsec),
            dy_arcsec=float(rng.uniform(-0.5, 0.5) * side_arcsec),
        )
        for mag in mags
    ]
