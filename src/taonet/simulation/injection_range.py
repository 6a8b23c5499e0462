"""Injections of a chosen range of brightness and place, and what the frames show there already."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from taonet.errors import ConfigError, InputError
from taonet.simulation.conditions import Conditions, Visits
from taonet.simulation.difference import noise_equivalent_area_px
from taonet.simulation.empty_places import median_frame
from taonet.simulation.inject import Injection
from taonet.simulation.light import Light
from taonet.simulation.survey import Survey
from taonet.simulation.wide import DETECTED_SNR, EVENTS, LEVEL_FACTS, MOST_TRIES, WIDE_MIX
from taonet.sky.cutout import sky_and_noise
from taonet.sky.flux import flux_of
from taonet.sky.psf import moffat
from taonet.sky.sequence import ImageSequence

HOST_SNR: Final = 3.0
"""Light at a place that is less than so many times its error is no host."""


@dataclass(frozen=True, kw_only=True)
class InjectionRange:
    """How bright injections are, and where. Every value within is as likely as any other.

    Parameters
    ----------
    above_limit_mag : (float, float)
        How far the brightest epoch is above the limit of the sequence, where a point source on
        empty sky has a signal-to-noise ratio of 5 in the median epoch; below 0: fainter than it.
    offset_px : float
        At most so far from the centre of the cutouts.

    Raises
    ------
    ConfigError
        If the brightness does not increase or the offset is negative.
    """

    above_limit_mag: tuple[float, float] = (-1.0, 6.0)
    offset_px: float = 2.0

    def __post_init__(self) -> None:
        low, high = self.above_limit_mag
        if not low < high:
            do = "give the faintest first, such as -1 6"
            raise ConfigError("no range of brightness", got=f"{low:g} to {high:g}", do=do)
        if not self.offset_px >= 0:
            raise ConfigError("no offset from the centre", got=f"{self.offset_px:g} pixels")


def draw_in_range(
    sequence: ImageSequence,
    survey: Survey,
    class_name: str,
    reach: InjectionRange,
    conditions: Conditions,
    rng: np.random.Generator,
) -> tuple[Injection, dict[str, Any]]:
    """Draw what to plant into a sequence, and where, within a range of brightness and place.

    The changes of the light in magnitudes are those of the class in this survey; it is shifted to
    the brightness that was drawn, and its distance does not follow.

    Parameters
    ----------
    conditions : Conditions
        Of the frames; see `taonet.simulation.own_conditions`.

    Returns
    -------
    injection : Injection
    facts : dict
        ``offset_px``; ``peak_mjd``, ``peak_mag`` and ``peak_snr`` of the brightest epoch, with the
        photon noise of all light at the place; ``limit_mag``, ``above_limit_mag``; ``n_lit``,
        the epochs above the limit; ``host_mag`` (NaN: no light there) and ``host_snr`` of what the
        median frame shows at the place; ``host``: none, fainter or brighter (than the peak).

    Raises
    ------
    InputError
        If the noise of no epoch is known, or the class gives no light that changes at these times.
    """
    noise = point_source_noise(sequence, conditions)
    limit = limiting_magnitude(noise, conditions)
    if not np.isfinite(limit):
        raise InputError("the noise of no epoch is known", where=f"sequence {sequence.object_id}")
    above = float(rng.uniform(*reach.above_limit_mag))
    radius, angle = reach.offset_px * rng.random(), rng.uniform(0, 2 * np.pi)
    height, width = sequence.frames.shape[2:]
    x, y = width // 2 + radius * np.cos(angle), height // 2 + radius * np.sin(angle)
    light = _draw_light(sequence, survey, class_name, limit - above, rng)
    injection = Injection(light=light, x=float(x), y=float(y), conditions=conditions)
    facts = {"offset_px": float(radius), "limit_mag": limit, "above_limit_mag": above}
    host = light_at_place(sequence, conditions, x=float(x), y=float(y))
    return injection, facts | _peak_facts(sequence, injection, noise, host, survey)


def point_source_noise(
    sequence: ImageSequence, conditions: Conditions
) -> Float[np.ndarray, " epoch"]:
    """Return the error of a faint point source's flux on empty sky, in units of the frames.

    It is that of a fit of the PSF to the difference, where there is one, else to the science frame;
    NaN in epochs without information.
    """
    channel = sequence.channels.index("difference") if "difference" in sequence.channels else 0
    _, noise = sky_and_noise(sequence.pixels[:, channel])
    area = noise_equivalent_area_px(conditions.seeing_fwhm_px)
    known = sequence.usable & (noise > 0)
    return np.asarray(np.where(known, noise * np.sqrt(area), np.nan), np.float64)


def limiting_magnitude(noise: Float[np.ndarray, " epoch"], conditions: Conditions) -> float:
    """Return the magnitude of a point source with S/N 5 in the median epoch; NaN if none counts."""
    known = np.isfinite(noise)
    if not known.any():
        return float("nan")
    faintest = DETECTED_SNR * noise[known]
    return float(np.median(conditions.zero_point_mag[known] - 2.5 * np.log10(faintest)))


def light_at_place(
    sequence: ImageSequence, conditions: Conditions, *, x: float, y: float
) -> tuple[float, float]:
    """Return the flux of a PSF fitted to the median frame at a place, and its error.

    Where a galaxy is, that is the part of its light which a point source competes with.
    """
    median = median_frame(sequence)
    (sky,), (noise,) = sky_and_noise(median[None])
    height, width = median.shape
    fwhm = float(np.median(conditions.seeing_fwhm_px[sequence.usable]))
    psf = moffat(max(height, width), fwhm_px=fwhm, x=x, y=y)[:height, :width]
    weight = np.where(np.isfinite(median), psf, 0.0)
    square = float((weight * psf).sum())
    flux = float((weight * np.nan_to_num(median - sky)).sum()) / square
    return flux, float(noise / np.sqrt(square))


def _draw_light(
    sequence: ImageSequence,
    survey: Survey,
    class_name: str,
    peak_mag: float,
    rng: np.random.Generator,
) -> Light:
    """Draw light until it shows, and events until they change, and shift it to its peak."""
    visits = Visits(mjd=sequence.mjd, band=sequence.band)
    for _ in range(MOST_TRIES):
        light = survey.light(class_name, visits, rng)
        shown = light.mag[sequence.usable]
        if _shows(shown, is_event=class_name in EVENTS, is_alone=len(shown) == 1):
            shift = peak_mag - float(shown.min())
            return replace(light, mag=light.mag + shift, truth=_shift_facts(light.truth, shift))
    what = f"no {class_name} that changes enough within these times"
    raise InputError(what, where=f"sequence {sequence.object_id}")


def _shows(mag: Float[np.ndarray, " epoch"], *, is_event: bool, is_alone: bool) -> bool:
    if not np.isfinite(mag).any():
        return False
    return is_alone or not is_event or bool(mag.max() >= mag.min() + WIDE_MIX.least_change_mag)


def _shift_facts(truth: Mapping[str, Any], shift: float) -> dict[str, Any]:
    moved = {name: truth[name] + shift for name in LEVEL_FACTS if name in truth}
    return {**truth, **moved, "shift_mag": shift}


def _peak_facts(
    sequence: ImageSequence,
    injection: Injection,
    noise: Float[np.ndarray, " epoch"],
    host: tuple[float, float],
    survey: Survey,
) -> dict[str, Any]:
    zero_point, (host_flux, host_err) = injection.conditions.zero_point_mag, host
    flux = flux_of(injection.light.mag, zero_point)
    peak = int(np.where(sequence.usable, flux, -np.inf).argmax())
    gain = survey.detector.gain_e_per_adu
    error = np.sqrt(noise[peak] ** 2 + (flux[peak] + max(host_flux, 0.0)) / gain)
    peak_mag = float(injection.light.mag[peak])
    host_mag = float("nan")
    # its flux was measured in units of the usual frame
    if host_flux > HOST_SNR * host_err:
        host_mag = float(np.median(zero_point[sequence.usable]) - 2.5 * np.log10(host_flux))
    brighter = "brighter" if host_mag < peak_mag else "fainter"
    return {
        "peak_mjd": float(sequence.mjd[peak]),
        "peak_mag": peak_mag,
        "peak_snr": float(flux[peak] / error),
        "n_lit": int((flux > DETECTED_SNR * noise).sum()),
        "host_mag": host_mag,
        "host_snr": host_flux / host_err,
        "host": brighter if np.isfinite(host_mag) else "none",
    }
