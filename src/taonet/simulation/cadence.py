"""When a survey observes: seasons, nights between full moons, exposures one after another.

Nothing here knows the class of an object: the times are drawn before the object is.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

DAYS_PER_YEAR = 365.25
MINUTES_PER_DAY = 1440.0

FULL_MOON_MJD = 53512.8
LUNATION_DAYS = 29.5306

MOST_TRIES = 12

LONGER_SEASONS = 0.3
"""Places that can be seen for longer are visited more often, by this power."""

NIGHT_HOURS = (0.14, 0.47)
"""The part of a day in which an observatory in Arizona observes, as fractions of MJD."""


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """When a survey takes its exposures of a place on the sky.

    Parameters
    ----------
    nights : tuple of float
        Number of nights of a place: quantiles at equal steps from 0 to 1.
    gap_days : tuple of float
        Gaps between the nights of a season: quantiles at equal steps. Only their shape counts;
        they are stretched until the number of nights fits.
    season_days : (float, float)
        Mean length of the season in which the place can be seen, and its scatter between places.
    first_mjd, last_mjd : (float, float)
        Ranges in which the observations of a place begin and end.
    moon_days : float
        Days around each full moon without observation.
    exposures : tuple of float
        Share of nights with one exposure, two, three, and so on.
    exposure_gap_minutes : (float, float)
        Median time between exposures of a night, and its relative scatter between nights.
    """

    nights: tuple[float, ...]
    gap_days: tuple[float, ...]
    season_days: tuple[float, float]
    first_mjd: tuple[float, float]
    last_mjd: tuple[float, float]
    moon_days: float
    exposures: tuple[float, ...]
    exposure_gap_minutes: tuple[float, float]


def draw_mjd(cadence: Cadence, rng: np.random.Generator) -> Float[np.ndarray, " epoch"]:
    """Draw the times of observation, strictly increasing.

    Returns
    -------
    array (epoch,)
        MJD, UTC.
    """
    nights = draw_nights(cadence, rng)
    counts = 1 + rng.choice(len(cadence.exposures), len(nights), p=_shares(cadence.exposures))
    gap, scatter = cadence.exposure_gap_minutes
    spacing = gap / MINUTES_PER_DAY * np.exp(rng.normal(0, scatter, len(nights)))
    place = np.arange(len(cadence.exposures))
    mjd = (nights + rng.uniform(*NIGHT_HOURS, len(nights)))[:, None] + spacing[:, None] * place
    return np.asarray(mjd[place < counts[:, None]])


def draw_nights(cadence: Cadence, rng: np.random.Generator) -> Float[np.ndarray, " night"]:
    """Draw the nights (whole MJD) on which a place is observed, strictly increasing."""
    n_nights = max(1, round(float(quantile_draw(cadence.nights, rng))))
    window = _Window.draw(cadence, n_nights, rng)
    gaps = quantile_draw(cadence.gap_days, rng, 6 * n_nights + 200)
    pace = window.visible_days / (gaps.mean() * n_nights) * float(np.exp(rng.normal(0, 0.1)))
    for _ in range(MOST_TRIES):
        nights = window.nights(gaps * pace)
        if len(nights) >= n_nights:
            break
        pace *= 0.9
    return np.sort(rng.permutation(nights)[:n_nights])


def quantile_draw(
    quantiles: tuple[float, ...], rng: np.random.Generator, size: int | None = None
) -> Float[np.ndarray, " ..."]:
    """Draw from a distribution given by its quantiles at equal steps from 0 to 1."""
    levels = np.linspace(0, 1, len(quantiles))
    return np.asarray(np.interp(rng.random(size), levels, quantiles))


@dataclass(frozen=True, kw_only=True)
class _Window:
    """When a place can be seen at all."""

    first: float
    last: float
    season_days: float
    hidden_from: float
    moon_days: float

    @classmethod
    def draw(cls, cadence: Cadence, n_nights: int, rng: np.random.Generator) -> "_Window":
        mean, scatter = cadence.season_days
        usual = (n_nights / np.median(cadence.nights)) ** LONGER_SEASONS
        return cls(
            first=float(rng.uniform(*cadence.first_mjd)),
            last=float(rng.uniform(*cadence.last_mjd)),
            season_days=float(np.clip(mean * usual + scatter * rng.standard_normal(), 90, 330)),
            hidden_from=float(rng.uniform(0, DAYS_PER_YEAR)),
            moon_days=cadence.moon_days,
        )

    @property
    def visible_days(self) -> float:
        share = self.season_days / DAYS_PER_YEAR * (1 - self.moon_days / LUNATION_DAYS)
        return (self.last - self.first) * share

    def nights(self, gaps: Float[np.ndarray, " gap"]) -> Float[np.ndarray, " night"]:
        """Lay gaps one after another along the nights on which the place can be seen."""
        nights, day = [], self.first
        for gap in gaps.tolist():
            day = self._next_visible(day)
            if day > self.last:
                break
            nights.append(day)
            day += max(gap, 1.0)
        return np.asarray(np.unique(np.floor(nights)))

    def _next_visible(self, day: float) -> float:
        # out of the season one may fall into a full moon, and the other way round
        for _ in range(4):
            since = (day - self.hidden_from) % DAYS_PER_YEAR
            day += max(0.0, DAYS_PER_YEAR - self.season_days - since)
            since = (day - FULL_MOON_MJD + self.moon_days / 2) % LUNATION_DAYS
            if since >= self.moon_days:
                break
            day += self.moon_days - since
        return day


def _shares(weights: tuple[float, ...]) -> Float[np.ndarray, " share"]:
    return np.asarray(np.array(weights) / np.sum(weights))
