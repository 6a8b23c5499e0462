"""When a survey observes, and through what: seeing, clouds, sky, pointing.

Nothing here knows the class of an object: it is drawn before the object is.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from jaxtyping import Complex, Float, Int

MOST_ELLIPTICAL = 0.4
"""An axis ratio of 0.43: what is worse is a trailed exposure, not a PSF."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Visits:
    """When an object was observed, and in which band.

    Parameters
    ----------
    mjd : array (epoch,)
        UTC, never decreasing.
    band : tuple of str (epoch,)
    """

    mjd: Float[np.ndarray, " epoch"]
    band: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Weather:
    """The range of conditions under which a survey observes.

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
    calibration_mag : float
        Scatter between nights of what the survey states of its zero points.
    ellipticity : float
        Mean of (a − b)/(a + b) of the PSF's axes: tracking, wind and focus make it oval.
    """

    seeing_fwhm_px: tuple[float, float] = (2.5, 0.12)
    zero_point_mag: tuple[float, float] = (26.6, 0.1)
    sky_adu: tuple[float, float] = (1900.0, 0.12)
    jitter_px: float = 0.2
    calibration_mag: float = 0.0
    ellipticity: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Conditions:
    """The conditions of every epoch.

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
    calibration_mag : array (epoch,), optional
        Error of the zero points that the survey states.
    stretch : array (epoch,), optional
        Ellipticity (a − b)/(a + b) of the PSF, times ``exp(2i angle)`` of its long axis from x to
        y; round where not given. Its area is that of a round PSF of the same seeing.
    """

    seeing_fwhm_px: Float[np.ndarray, " epoch"]
    zero_point_mag: Float[np.ndarray, " epoch"]
    sky_adu: Float[np.ndarray, " epoch"]
    shift_x: Float[np.ndarray, " epoch"]
    shift_y: Float[np.ndarray, " epoch"]
    calibration_mag: Float[np.ndarray, " epoch"] | None = None
    stretch: Complex[np.ndarray, " epoch"] | None = None

    @property
    def stated_zero_point_mag(self) -> Float[np.ndarray, " epoch"]:
        """The zero points as the survey states them."""
        if self.calibration_mag is None:
            return self.zero_point_mag
        return np.asarray(self.zero_point_mag + self.calibration_mag)

    def take(self, index: Int[np.ndarray, " some"]) -> "Conditions":
        """Return the conditions of some of the epochs."""
        columns: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        some: dict[str, Any] = {
            name: None if every is None else every[index] for name, every in columns.items()
        }
        return Conditions(**some)


def draw_conditions(
    weather: Weather, mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator
) -> Conditions:
    """Draw the conditions of each epoch: they differ between nights more than within one."""
    night = np.unique(np.floor(mjd), return_inverse=True)[1]
    clear, loss = weather.zero_point_mag
    clouds = rng.exponential(loss, night.max() + 1)[night] + rng.exponential(loss / 4, len(mjd))
    return Conditions(
        seeing_fwhm_px=np.clip(_nightly_values(*weather.seeing_fwhm_px, night, rng), 1.6, 6),
        zero_point_mag=clear - clouds,
        sky_adu=_nightly_values(*weather.sky_adu, night, rng),
        shift_x=rng.normal(0, weather.jitter_px, len(mjd)),
        shift_y=rng.normal(0, weather.jitter_px, len(mjd)),
        calibration_mag=_nightly_errors(weather.calibration_mag, night, rng),
        stretch=_stretch(weather.ellipticity, night, rng) if weather.ellipticity else None,
    )


def _nightly_errors(
    sigma: float, night: Int[np.ndarray, " epoch"], rng: np.random.Generator
) -> Float[np.ndarray, " epoch"] | None:
    return np.asarray(rng.normal(0, sigma, int(night.max()) + 1)[night]) if sigma else None


def _stretch(
    mean: float, night: Int[np.ndarray, " epoch"], rng: np.random.Generator
) -> Complex[np.ndarray, " epoch"]:
    """Draw ellipticities: half of them is the night's, half the exposure's own."""
    sigma = mean / np.sqrt(np.pi)  # each part's length has this sigma a component

    def normal(count: int) -> Complex[np.ndarray, " one"]:
        return np.asarray(rng.normal(0, sigma, count) + 1j * rng.normal(0, sigma, count))

    stretch = normal(int(night.max()) + 1)[night] + normal(len(night))
    return np.asarray(stretch / np.maximum(1, np.abs(stretch) / MOST_ELLIPTICAL))


def _nightly_values(
    median: float, scatter: float, night: Int[np.ndarray, " epoch"], rng: np.random.Generator
) -> Float[np.ndarray, " epoch"]:
    between = rng.normal(0, scatter, night.max() + 1)[night]
    return np.asarray(median * np.exp(between + rng.normal(0, scatter / 4, len(night))))
