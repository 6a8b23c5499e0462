"""Surveys to simulate: cadence, depth and seeing as presets, and whole objects from them."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from taonet.errors import ConfigError
from taonet.simulate.scene import (
    Detector,
    Weather,
    box_radius_px,
    draw_galaxy,
    draw_star,
    expose,
)
from taonet.simulate.transients import TRANSIENTS, Light
from taonet.sky.flux import flux_of
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import CRTS

REALISTIC = {"AGN": 606, "BZ": 239, "CV": 772, "SN": 1372, "OTHER": 818, "NON": 12500}
"""Objects of each class in the Deep-TAO release (arXiv 2503.16714)."""

MIXES = ("balanced", "realistic")
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, kw_only=True)
class Survey:
    """How a survey looks at the sky.

    Parameters
    ----------
    name : str
    size_px : int
        Side of the cutouts.
    pixel_arcsec : float
    epochs : (float, float, int, int)
        Mean, scatter, least and most number of epochs.
    exposures_per_night : int
        Exposures ten minutes apart.
    night_gap_days : float
        Typical time between nights within a season of 200 days.
    first_mjd : (float, float)
        Range in which a sequence begins.
    seeing_fwhm_px : (float, float)
        Median and relative scatter.
    zero_point_mag : (float, float)
        Of one ADU: clear-sky value, and mean loss to clouds (exponential).
    sky_adu : (float, float)
        Median and relative scatter between nights.
    stars_per_px : float
        Mean number of field stars brighter than 20.5 mag a pixel.
    jitter_px : float
        Scatter of the pointing.
    detector : Detector
    """

    name: str
    size_px: int
    pixel_arcsec: float = 2.5
    epochs: tuple[float, float, int, int] = (100, 30, 30, 160)
    exposures_per_night: int = 4
    night_gap_days: float = 22.0
    first_mjd: tuple[float, float] = (53500.0, 54600.0)
    seeing_fwhm_px: tuple[float, float] = (2.5, 0.12)
    zero_point_mag: tuple[float, float] = (26.6, 0.08)
    sky_adu: tuple[float, float] = (1900.0, 0.12)
    stars_per_px: float = 0.0022
    jitter_px: float = 0.15
    detector: Detector = field(default_factory=Detector)


SURVEYS = {
    "crts": Survey(name="crts", size_px=64),
    # the same sky in small: fewer, deeper exposures on single nights
    "tiny": Survey(
        name="tiny",
        size_px=32,
        epochs=(18, 4, 12, 24),
        exposures_per_night=1,
        night_gap_days=16.0,
        zero_point_mag=(27.6, 0.08),
    ),
}
"""The presets by name."""


def survey_named(name: str) -> Survey:
    """Return a preset.

    Raises
    ------
    ConfigError
        With the nearest name, if there is none of this name.
    """
    if name not in SURVEYS:
        near = difflib.get_close_matches(name, SURVEYS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(SURVEYS)}"
        raise ConfigError(f"no survey {name!r} to simulate", do=hint)
    return SURVEYS[name]


def simulate(
    survey: Survey,
    n_objects: int,
    *,
    seed: int,
    classes: Sequence[str] | None = None,
    mix: str = "balanced",
    start: int = 0,
) -> Iterator[tuple[ImageSequence, dict[str, Any]]]:
    """Yield simulated objects with their truth, one at a time.

    Object number i is the same whatever else is drawn: it depends on the seed, its number, the
    classes and the mix alone.

    Parameters
    ----------
    classes : sequence of str, optional
        Classes to draw; all six of CRTS by default.
    mix : {"balanced", "realistic"}
        Equal shares, or those of the Deep-TAO release.
    start : int
        Number of the first object.

    Raises
    ------
    ConfigError
        If a class or the mix is not known.
    """
    wanted = _checked(classes, mix)
    for index in range(start, start + n_objects):
        class_name = _class_of(index, wanted, mix, seed)
        yield simulate_object(survey, class_name, seed=seed, index=index)


def simulate_object(
    survey: Survey, class_name: str, *, seed: int, index: int
) -> tuple[ImageSequence, dict[str, Any]]:
    """Simulate one object.

    Cadence, weather and field stars are drawn before the class is looked at, from streams of
    their own: the same number under another class differs in its light alone.

    Returns
    -------
    sequence, truth
        The truth holds what was drawn: subtype, parameters, and the noise-free magnitudes.
    """
    root = np.random.SeedSequence(seed, spawn_key=(index,))
    cadence, sky, stars, light_rng, noise = (np.random.default_rng(s) for s in root.spawn(5))
    mjd = draw_cadence(survey, cadence)
    weather = draw_weather(survey, mjd, sky)
    light = TRANSIENTS[class_name](mjd, light_rng)
    canvas = np.zeros((len(mjd), survey.size_px, survey.size_px))
    _draw_field(canvas, survey, weather, stars)
    _draw_object(canvas, survey, weather, light, mjd, light_rng)
    frames = expose(canvas, weather, survey.detector, noise)
    sequence = ImageSequence.from_frames(
        f"sim-{survey.name}-{index:06d}",
        frames[:, None],
        mjd,
        band=["clear"] * len(mjd),
        seeing_fwhm_px=weather.seeing_fwhm_px,
        zero_point_mag=weather.zero_point_mag,
        exposure_id=[f"{index}-{k}" for k in range(len(mjd))],
        ra=float(stars.uniform(0, 360)),
        dec=float(np.degrees(np.arcsin(stars.uniform(-0.5, 0.9)))),
        class_name=class_name,
        raw_label=light.subtype,
    )
    magnitudes = [None if np.isinf(m) else round(float(m), 4) for m in light.mag]
    truth = {"class_name": class_name, "subtype": light.subtype, **light.truth, "mag": magnitudes}
    return sequence, truth


def draw_cadence(survey: Survey, rng: np.random.Generator) -> Float[np.ndarray, " epoch"]:
    """Draw the times of observation: nights within seasons, exposures ten minutes apart."""
    mean, scatter, least, most = survey.epochs
    n = int(np.clip(rng.normal(mean, scatter), least, most))
    n_nights = -(-n // survey.exposures_per_night)
    gaps = survey.night_gap_days * rng.gamma(1.5, 1 / 1.5, 2 * n_nights) + 1
    days = np.cumsum(gaps)
    # observable 200 days a year: time spent out of season is skipped
    nights = days + (days // 200) * (DAYS_PER_YEAR - 200)
    begin = rng.uniform(*survey.first_mjd)
    starts = begin + np.floor(nights[:n_nights]) + 0.15 + 0.2 * rng.random(n_nights)
    exposures = np.arange(survey.exposures_per_night) * 10 / 1440
    return np.sort((starts[:, None] + exposures).ravel())[:n]


def draw_weather(
    survey: Survey, mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator
) -> Weather:
    """Draw the conditions: what changes from night to night, and a little within a night."""
    _, night = np.unique(np.floor(mjd), return_inverse=True)
    n_nights, n = int(night.max()) + 1, len(mjd)

    def nightly(median: float, scatter: float) -> Float[np.ndarray, " epoch"]:
        between = rng.normal(0, scatter, n_nights)[night]
        return np.asarray(median * np.exp(between + rng.normal(0, scatter / 4, n)))

    clear, loss = survey.zero_point_mag
    clouds = rng.exponential(loss, n_nights)[night] + rng.exponential(loss / 4, n)
    return Weather(
        seeing_fwhm_px=np.clip(nightly(*survey.seeing_fwhm_px), 1.5, 6),
        zero_point_mag=clear - clouds,
        sky_adu=nightly(*survey.sky_adu),
        shift_x=rng.normal(0, survey.jitter_px, n),
        shift_y=rng.normal(0, survey.jitter_px, n),
    )


def _draw_field(
    canvas: Float[np.ndarray, "epoch y x"],
    survey: Survey,
    weather: Weather,
    rng: np.random.Generator,
) -> None:
    margin = 10
    side = survey.size_px + 2 * margin
    # counts of stars grow as 10**(0.3 mag) at these depths (Bahcall & Soneira 1980)
    for _ in range(rng.poisson(survey.stars_per_px * side**2)):
        mag = 20.5 + np.log10(1 - rng.random() * (1 - 10 ** (0.3 * (12.5 - 20.5)))) / 0.3
        x, y = rng.uniform(-margin, survey.size_px + margin, 2)
        if np.hypot(x - survey.size_px // 2, y - survey.size_px // 2) > 2:
            _star(canvas, survey, weather, np.full(len(canvas), mag), x, y)


def _draw_object(
    canvas: Float[np.ndarray, "epoch y x"],
    survey: Survey,
    weather: Weather,
    light: Light,
    mjd: Float[np.ndarray, " epoch"],
    rng: np.random.Generator,
) -> None:
    centre = survey.size_px // 2
    direction, angle = rng.uniform(0, 2 * np.pi, 2)
    if np.isfinite(light.host_mag):
        offset = light.host_offset_arcsec / survey.pixel_arcsec
        draw_galaxy(
            canvas,
            flux_of(np.full(len(mjd), light.host_mag), weather.zero_point_mag),
            centre + offset * np.cos(direction) + weather.shift_x,
            centre + offset * np.sin(direction) + weather.shift_y,
            weather.seeing_fwhm_px,
            radius_px=light.host_radius_arcsec / survey.pixel_arcsec,
            axis_ratio=float(rng.uniform(0.3, 1)),
            angle=float(angle),
        )
    years = (mjd - mjd.mean()) / DAYS_PER_YEAR
    walk = light.motion_arcsec_per_year / survey.pixel_arcsec * years
    _star(
        canvas,
        survey,
        weather,
        light.mag,
        centre + walk * np.cos(direction),
        centre + walk * np.sin(direction),
    )


def _star(
    canvas: Float[np.ndarray, "epoch y x"],
    survey: Survey,
    weather: Weather,
    mag: Float[np.ndarray, " epoch"],
    x: Float[np.ndarray, " epoch"] | float,
    y: Float[np.ndarray, " epoch"] | float,
) -> None:
    flux = flux_of(mag, weather.zero_point_mag)
    noise = float(np.sqrt(np.median(weather.sky_adu) / survey.detector.gain))
    radius = box_radius_px(float(flux.max()), noise, float(np.median(weather.seeing_fwhm_px)))
    draw_star(
        canvas,
        flux,
        x + weather.shift_x,
        y + weather.shift_y,
        weather.seeing_fwhm_px,
        radius_px=min(radius, survey.size_px),
    )


def _checked(classes: Sequence[str] | None, mix: str) -> tuple[str, ...]:
    if mix not in MIXES:
        raise ConfigError(f"no mix {mix!r}", do=f"known: {', '.join(MIXES)}")
    wanted = tuple(CRTS.classes if classes is None else classes)
    unknown = [name for name in wanted if name not in TRANSIENTS]
    if unknown or not wanted:
        near = difflib.get_close_matches(unknown[0] if unknown else "", TRANSIENTS, n=1, cutoff=0.3)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(TRANSIENTS)}"
        raise ConfigError(f"no class {unknown[0] if unknown else ''!r} to simulate", do=hint)
    return wanted


def _class_of(index: int, classes: Sequence[str], mix: str, seed: int) -> str:
    if mix == "realistic":
        weights = np.array([REALISTIC[name] for name in classes], float)
        rng = np.random.default_rng([seed, 1, index])
        return str(rng.choice(np.array(classes), p=weights / weights.sum()))
    block, place = divmod(index, len(classes))
    return classes[int(np.random.default_rng([seed, 2, block]).permutation(len(classes))[place])]
