"""The wide mix: every class at every brightness and place, in every field, in good and bad frames.

What a survey finds is not all that there is: in the public sets supernovae are faint, constant
stars bright, and everything is centred. A network that learns from such objects learns that faint
means supernova. Here what an object *does* comes from its class, as in the other mixes, and what
else is seen comes from laws that know no class.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float

from taonet.simulation.conditions import Visits
from taonet.simulation.difference import noise_equivalent_area_px
from taonet.simulation.frame_defects import Defects, expose_with_defects
from taonet.simulation.light import DARK, Galaxy, Light
from taonet.simulation.mixture import Transient
from taonet.simulation.optics import BETA
from taonet.simulation.scene import expected_stars
from taonet.simulation.survey import STATED, Survey
from taonet.sky.taxonomy import QUIET_CLASS

DETECTED_SNR = 5.0
"""The limit of a visit is where a point source has this signal-to-noise ratio."""

FILLED_WELL = 0.5
"""At the bright end the highest pixel of a star holds this share of what it can."""

EMPTY = "empty"
"""Subtype of a place where nothing is."""

LEVEL_FACTS = ("mean_mag", "quiet_mag", "peak_mag")
"""Magnitudes in an object's truth that change with its brightness."""

LEAST_STEADY = 0.01
"""Less than this share of a level need not be made up."""

EVENTS = ("SN", "CV")
"""Classes whose objects are found by an event."""

MOST_TRIES = 50
"""So often a light curve is drawn until it changes enough."""

DrawLight = Callable[[Transient, Visits, np.random.Generator], Light]


@dataclass(frozen=True, kw_only=True)
class WideMix:
    """How wide the sky is. None of these numbers is measured: they are to cover what may come.

    An object's *level* is all the light of its place in the median frame, its host's included. It
    is drawn for every class alike: any magnitude from the survey's bright end to below its limit
    is as likely as any other, and at some places there is next to nothing.

    Parameters
    ----------
    below_limit_mag : float
        The faintest level, below the limit of a visit.
    dark_share : float
        Share of objects whose level is next to nothing: of those that do not change, which are
        empty places then, and of those that outshine their level, which come from nowhere.
    unseen_share : float
        The same share of all others. Nothing is ever seen of them, so they are few: what shows
        nothing is to be taken for an empty place.
    dark_below_mag : (float, float)
        How far below the limit the level of dark places is that are not empty.
    peak_below_limit_mag, peak_below_level_mag : float
        Objects that are dark in most frames are as bright at their brightest as anything down to
        so far below the limit of a visit, and not further below their level than this.
    most_amplitude_mag : float
        Objects are placed by their median where their brightest frame is at most this much
        brighter; else by the brightest one, and a star or a compact host in the same place makes
        up the level.
    least_change_mag : float
        Events (`EVENTS`) change at least by so much during the images: of the supernovae that HiTS
        found two thirds rose more than threefold within its ten days, and what does not change is
        none to be found.
    brighter_mag : float
        No frame shows an object brighter than the bright end by more than this.
    host_share : float
        Share of objects within a galaxy.
    host_part : (float, float)
        How much of the level is the galaxy's.
    host_radius_px : (float, float)
        Half-light radii, any decade as likely as any other.
    host_centre_share : float
        Share of objects at the very centre of their host; the others lie where its light is.
    centring_px : float
        Objects lie within so many pixels of the centre, along each axis.
    empty_field_share : float
        Share of fields without any star or galaxy.
    stars_per_kilopixel : (float, float)
        In the other fields, expected stars down to 22 mag in 1000 pixels, any decade alike.
    stated_share : float
        Share of objects whose seeing is stated, and independently of those whose zero point is.
    defects : Defects
    """

    below_limit_mag: float = 1.0
    dark_share: float = 0.12
    unseen_share: float = 0.02
    dark_below_mag: tuple[float, float] = (3.0, 5.0)
    peak_below_limit_mag: float = 1.0
    peak_below_level_mag: float = 1.5
    most_amplitude_mag: float = 5.0
    least_change_mag: float = 0.7
    brighter_mag: float = 1.0
    host_share: float = 0.3
    host_part: tuple[float, float] = (0.1, 0.7)
    host_radius_px: tuple[float, float] = (0.4, 5.0)
    host_centre_share: float = 0.5
    centring_px: float = 2.0
    empty_field_share: float = 0.15
    stars_per_kilopixel: tuple[float, float] = (0.3, 5.0)
    stated_share: float = 0.5
    defects: Defects = field(default_factory=Defects)


WIDE_MIX = WideMix()


@dataclass(frozen=True, kw_only=True)
class Reach:
    """From where to where a survey sees in one visit, in magnitudes."""

    bright_mag: float
    limit_mag: float


@dataclass(frozen=True, kw_only=True)
class Level:
    """The light of a place in the median frame.

    Parameters
    ----------
    mag : float
    host_part : float
        How much of it is the host's; 0 without one.
    is_dark : bool
        True where it is next to nothing.
    """

    mag: float
    host_part: float
    is_dark: bool

    @property
    def own_mag(self) -> float:
        """Magnitude of the part that is not the host's."""
        return float(self.mag - 2.5 * np.log10(1 - self.host_part))

    @property
    def host_mag(self) -> float:
        """Magnitude of the host."""
        return float(self.mag - 2.5 * np.log10(self.host_part)) if self.host_part else DARK


def widen(
    survey: Survey, class_name: str, rng: np.random.Generator, mix: WideMix = WIDE_MIX
) -> Survey:
    """Return a survey that draws one object of the wide mix.

    Parameters
    ----------
    survey : Survey
        A preset.
    class_name : str
        The class of the object. Only whether it is the one that does not change counts: its dark
        places are empty, those of the others hold an object too faint to be seen.
    rng : numpy.random.Generator
        Decides about the field, and what is stated; the rest is drawn with the object.
    mix : WideMix
    """
    light = WideLight(
        mix=mix,
        reach=reach_of(survey),
        draw_light=survey.draw_light,
        is_quiet=class_name == QUIET_CLASS,
        is_event=class_name in EVENTS,
        pixel_arcsec=survey.pixel_arcsec,
    )
    return replace(
        survey,
        # objects of both mixes may meet in one experiment
        name=f"{survey.name}-wide",
        draw_light=light.draw,
        centring_px=mix.centring_px,
        field_density=_draw_density(survey, mix, rng),
        unstated=_draw_unstated(mix, rng),
        expose=partial(expose_with_defects, survey.expose, mix.defects, survey.channels),
    )


def reach_of(survey: Survey) -> Reach:
    """Return the magnitudes between which a survey sees a point source in a usual visit.

    Examples
    --------
    >>> from taonet.simulation.presets.by_name import survey_preset
    >>> reach = reach_of(survey_preset("crts"))
    >>> round(reach.bright_mag, 1), round(reach.limit_mag, 1)
    (12.2, 19.0)
    """
    # any visits will do: the same for every object
    visits = survey.visits(np.random.default_rng(0))
    usual = survey.conditions(visits, np.random.default_rng(0))
    detector, fwhm = survey.detector, usual.seeing_fwhm_px
    variance = usual.sky_adu / detector.gain_e_per_adu + detector.read_noise_adu**2
    faintest = DETECTED_SNR * np.sqrt(variance * noise_equivalent_area_px(fwhm))
    # the height of a Moffat profile of unit flux
    alpha = fwhm / (2 * np.sqrt(2 ** (1 / BETA) - 1))
    height = (BETA - 1) / (np.pi * alpha**2)
    well = min(detector.saturation_adu, detector.full_well_adu) - usual.sky_adu
    brightest = FILLED_WELL * well / height
    bright, limit = (
        float(np.median(usual.zero_point_mag - 2.5 * np.log10(flux)))
        for flux in (brightest, faintest)
    )
    return Reach(bright_mag=bright, limit_mag=limit)


@dataclass(frozen=True, kw_only=True)
class WideLight:
    """Draws the light of an object as its survey does, at a level that knows no class.

    Parameters
    ----------
    mix : WideMix
    reach : Reach
    draw_light : callable
        That of the survey.
    is_quiet, is_event : bool
        True for the class that does not change, and for those of `EVENTS`.
    pixel_arcsec : float
    """

    mix: WideMix
    reach: Reach
    draw_light: DrawLight
    is_quiet: bool
    is_event: bool
    pixel_arcsec: float

    def draw(self, transient: Transient, visits: Visits, rng: np.random.Generator) -> Light:
        """Draw the light of an object.

        Its changes in magnitude are kept, and so is its motion; its distance does not follow its
        brightness. The truth gets a part ``wide`` that says what was drawn.
        """
        light = self._draw_change(transient, visits, rng)
        level = draw_level(self.mix, self.reach, rng, dark_share=self._dark_share(light))
        host = _draw_host(self.mix, level, self.pixel_arcsec, rng)
        if self.is_quiet:
            light = _draw_quiet(light, level)
        shift = _draw_shift(light.mag, level, self.mix, self.reach, rng)
        steady = _steady_flux(light.mag + shift, level)
        template = light.template_mag
        return replace(
            light,
            mag=_add_flux(light.mag + shift, steady),
            template_mag=None if template is None else _add_flux(template + shift, steady),
            host=host,
            truth=_wide_truth(light, level, shift, steady),
        )

    def _draw_change(self, transient: Transient, visits: Visits, rng: np.random.Generator) -> Light:
        light = self.draw_light(transient, visits, rng)
        for _ in range(MOST_TRIES if self.is_event else 0):
            faintest, brightest = np.max(light.mag), np.min(light.mag)
            if brightest < faintest - self.mix.least_change_mag:
                break
            light = self.draw_light(transient, visits, rng)
        return light

    def _dark_share(self, light: Light) -> float:
        is_variable = not self.is_quiet and _is_steady(light.mag, self.mix)
        return self.mix.unseen_share if is_variable else self.mix.dark_share


def draw_level(mix: WideMix, reach: Reach, rng: np.random.Generator, *, dark_share: float) -> Level:
    """Draw how bright a place is in the median frame, and how much of that is a host's."""
    place, dark, host, part = rng.random(4)
    if dark < dark_share:
        below = np.interp(place, (0, 1), mix.dark_below_mag)
        return Level(mag=float(reach.limit_mag + below), host_part=0.0, is_dark=True)
    faintest = reach.limit_mag + mix.below_limit_mag
    host_part = float(np.interp(part, (0, 1), mix.host_part)) if host < mix.host_share else 0.0
    mag = float(np.interp(place, (0, 1), (reach.bright_mag, faintest)))
    return Level(mag=mag, host_part=host_part, is_dark=False)


def _draw_quiet(light: Light, level: Level) -> Light:
    """Return an object that does not change: nothing, a star, or a galaxy with a nucleus."""
    if level.is_dark:
        subtype, mag = EMPTY, np.full(len(light.mag), DARK)
    else:
        subtype = "galaxy" if level.host_part > 0.5 else "star"
        mag = np.full(len(light.mag), level.own_mag)
    template = None if light.template_mag is None else mag
    return replace(light, mag=mag, template_mag=template, subtype=subtype, truth={})


def _draw_shift(
    mag: Float[np.ndarray, " epoch"],
    level: Level,
    mix: WideMix,
    reach: Reach,
    rng: np.random.Generator,
) -> float:
    """Draw by how many magnitudes an object is shifted to come to its level."""
    faintest = reach.limit_mag + mix.peak_below_limit_mag
    wanted_peak = float(rng.uniform(reach.bright_mag, faintest))
    brightest = float(np.min(mag))
    if not np.isfinite(brightest):
        return 0.0
    # never brighter in the median than the level leaves for it
    to_median = level.own_mag - float(np.median(mag))
    to_peak = min(wanted_peak, level.mag + mix.peak_below_level_mag) - brightest
    shift = to_median if _is_steady(mag, mix) else max(to_peak, to_median)
    return float(max(shift, reach.bright_mag - mix.brighter_mag - brightest))


def _is_steady(mag: Float[np.ndarray, " epoch"], mix: WideMix) -> bool:
    """Return whether the brightest frame is not much brighter than the median one."""
    return bool(np.median(mag) <= np.min(mag) + mix.most_amplitude_mag)


def _steady_flux(mag: Float[np.ndarray, " epoch"], level: Level) -> float:
    """Return the flux that makes up the level where the object itself does not, mag 0 being 1."""
    lacking = 10 ** (-0.4 * level.own_mag) - 10 ** (-0.4 * float(np.median(mag)))
    is_needed = not level.is_dark and lacking > LEAST_STEADY * 10 ** (-0.4 * level.own_mag)
    return lacking if is_needed else 0.0


def _add_flux(mag: Float[np.ndarray, " epoch"], flux: float) -> Float[np.ndarray, " epoch"]:
    return -2.5 * np.log10(10 ** (-0.4 * mag) + flux) if flux else mag


def _draw_host(
    mix: WideMix, level: Level, pixel_arcsec: float, rng: np.random.Generator
) -> Galaxy | None:
    """Draw a galaxy around the object or beside it; it knows nothing of the object."""
    low, high = np.log(mix.host_radius_px)
    radius = pixel_arcsec * float(np.exp(rng.uniform(low, high)))
    axis_ratio, angle, round_ = rng.uniform((0.3, 0, 0), (1, np.pi, 2 * np.pi)).tolist()
    # as the light of an exponential disc lies around its centre
    along = float(rng.gamma(2, radius / 1.678)) * (rng.random() >= mix.host_centre_share)
    sersic_index = float(rng.choice([1.0, 4.0]))
    if not level.host_part:
        return None
    u, v = along * np.cos(round_), along * np.sin(round_) * axis_ratio
    return Galaxy(
        mag=level.host_mag,
        radius_arcsec=radius,
        sersic_index=sersic_index,
        axis_ratio=axis_ratio,
        angle=angle,
        dx_arcsec=float(u * np.cos(angle) - v * np.sin(angle)),
        dy_arcsec=float(u * np.sin(angle) + v * np.cos(angle)),
    )


def _wide_truth(light: Light, level: Level, shift: float, steady: float) -> dict[str, Any]:
    moved = {name: light.truth[name] + shift for name in LEVEL_FACTS if name in light.truth}
    wide = {
        "level_mag": level.mag,
        "host_part": level.host_part,
        "is_dark": level.is_dark,
        "shift_mag": shift,
        "steady_mag": float(-2.5 * np.log10(steady)) if steady else None,
    }
    return {**light.truth, **moved, "wide": wide}


def _draw_density(survey: Survey, mix: WideMix, rng: np.random.Generator) -> float:
    """Draw how many stars there are, in units of what the preset expects at the galactic pole."""
    low, high = np.log(mix.stars_per_kilopixel)
    wanted = float(np.exp(rng.uniform(low, high))) * survey.size_px**2 / 1000
    is_empty = bool(rng.random() < mix.empty_field_share)
    usual = expected_stars((survey.size_px * survey.pixel_arcsec / 3600) ** 2)
    return 0.0 if is_empty else wanted / usual


def _draw_unstated(mix: WideMix, rng: np.random.Generator) -> tuple[str, ...]:
    chances = rng.random(len(STATED))
    return tuple(
        name for name, chance in zip(STATED, chances, strict=True) if chance >= mix.stated_share
    )
