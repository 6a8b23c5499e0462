"""When a survey looks and what it looks through: times, seeing, clouds, sky, pointing.

Nothing here knows the class of an object: it is drawn before the object is.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

DAYS_PER_YEAR = 365.25
MINUTES_PER_DAY = 1440.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Visits:
    """When an object was looked at, and through which band.

    Parameters
    ----------
    mjd : array (epoch,)
        UTC, never decreasing.
    band : tuple of str (epoch,)
    """

    mjd: Float[np.ndarray, " epoch"]
    band: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """When a survey takes its exposures.

    The defaults are those of 600 real CRTS light curves: 90 % of the gaps between nights lie
    between 6 and 55 days with a median of 16, seasons are some 235 days apart, and four
    exposures follow each other by ten minutes.

    Parameters
    ----------
    epochs : (float, float)
        Mean and scatter of the number of epochs of an object.
    epoch_limits : (int, int)
        Least and most.
    exposures_per_night : int
    exposure_gap_minutes : float
    loss_share : float
        Share of the exposures of a night that are missing.
    night_gap_days : (float, float)
        Least gap between nights, and the mean of what comes on top (exponential).
    season_days : float
        Days of a year in which the field can be seen.
    first_mjd : (float, float)
        Range in which the observations of an object begin.
    """

    epochs: tuple[float, float] = (100, 35)
    epoch_limits: tuple[int, int] = (30, 160)
    exposures_per_night: int = 4
    exposure_gap_minutes: float = 10.0
    loss_share: float = 0.05
    night_gap_days: tuple[float, float] = (5.0, 16.0)
    season_days: float = 150.0
    first_mjd: tuple[float, float] = (53460.0, 54900.0)


@dataclass(frozen=True, kw_only=True)
class Weather:
    """The range of conditions that a survey looks through.

    Parameters
    ----------
    seeing_fwhm_px : (float, float)
        Median, and relative scatter between nights.
    zero_point_mag : (float, float)
        AB magnitude of one ADU under a clear sky, and the mean loss to clouds (exponential).
    sky_adu : (float, float)
        Median, and relative scatter between nights.
    jitter_px : float
        Scatter of the pointing.
    """

    seeing_fwhm_px: tuple[float, float] = (2.5, 0.12)
    zero_point_mag: tuple[float, float] = (26.6, 0.1)
    sky_adu: tuple[float, float] = (1900.0, 0.12)
    jitter_px: float = 0.2


@dataclass(frozen=True, kw_only=True, eq=False)
class Conditions:
    """What every epoch was seen through.

    Parameters
    ----------
    seeing_fwhm_px : array (epoch,)
        Full width at half maximum of the PSF.
    zero_point_mag : array (epoch,)
        AB magnitude of one ADU; lower under clouds.
    sky_adu : array (epoch,)
        Level of the sky in ADU a pixel.
    shift_x, shift_y : array (epoch,)
        Error of the pointing in pixels.
    """

    seeing_fwhm_px: Float[np.ndarray, " epoch"]
    zero_point_mag: Float[np.ndarray, " epoch"]
    sky_adu: Float[np.ndarray, " epoch"]
    shift_x: Float[np.ndarray, " epoch"]
    shift_y: Float[np.ndarray, " epoch"]


def draw_mjd(cadence: Cadence, rng: np.random.Generator) -> Float[np.ndarray, " epoch"]:
    """Draw the times of observation, strictly increasing.

    Returns
    -------
    array (epoch,)
        MJD, UTC.
    """
    n = int(np.rint(np.clip(rng.normal(*cadence.epochs), *cadence.epoch_limits)))
    per_night = cadence.exposures_per_night
    # twice as many nights as a loss-free survey needs: enough, whatever is lost
    nights = _nights(cadence, 2 * -(-n // per_night) + 10, rng)
    start = nights + rng.uniform(0.15, 0.45, len(nights))
    gap = cadence.exposure_gap_minutes / MINUTES_PER_DAY
    spacing = gap * np.exp(rng.normal(0, 0.2, len(nights)))
    mjd = start[:, None] + spacing[:, None] * np.arange(per_night)
    taken = rng.random(mjd.shape) >= cadence.loss_share
    return np.asarray(mjd[taken][:n])


def draw_conditions(
    weather: Weather, mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator
) -> Conditions:
    """Draw what each epoch is seen through: it differs between nights more than within one."""
    night = np.unique(np.floor(mjd), return_inverse=True)[1]
    clear, loss = weather.zero_point_mag
    clouds = rng.exponential(loss, night.max() + 1)[night] + rng.exponential(loss / 4, len(mjd))
    return Conditions(
        seeing_fwhm_px=np.clip(_nightly(*weather.seeing_fwhm_px, night, rng), 1.6, 6),
        zero_point_mag=clear - clouds,
        sky_adu=_nightly(*weather.sky_adu, night, rng),
        shift_x=rng.normal(0, weather.jitter_px, len(mjd)),
        shift_y=rng.normal(0, weather.jitter_px, len(mjd)),
    )


def _nights(cadence: Cadence, count: int, rng: np.random.Generator) -> Float[np.ndarray, " night"]:
    least, mean_excess = cadence.night_gap_days
    seen_days = rng.uniform(0, cadence.season_days) + np.cumsum(
        least + rng.exponential(mean_excess, count)
    )
    # days on which the field can be seen, counted one after another, put into their years
    hidden_days = DAYS_PER_YEAR - cadence.season_days
    days = seen_days + (seen_days // cadence.season_days) * hidden_days
    return np.asarray(np.floor(rng.uniform(*cadence.first_mjd) + days - days[0]))


def _nightly(
    median: float, scatter: float, night: Int[np.ndarray, " epoch"], rng: np.random.Generator
) -> Float[np.ndarray, " epoch"]:
    between = rng.normal(0, scatter, night.max() + 1)[night]
    return np.asarray(median * np.exp(between + rng.normal(0, scatter / 4, len(night))))
