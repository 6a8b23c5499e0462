"""Injection: the light of a transient of known truth, planted into an existing sequence."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from taonet.errors import ConfigError, nearest
from taonet.photometry.seeing import stellar_fwhm
from taonet.simulation.conditions import Conditions, Visits
from taonet.simulation.detector import Detector
from taonet.simulation.light import Light
from taonet.simulation.scene import Neighbours, render_light
from taonet.simulation.survey import Survey
from taonet.sky.flux import flux_of
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import QUIET_CLASS

LIT_CHANNELS = ("science", "difference")
"""New light shows in these; a template is older than the transient."""

EMPTY = Neighbours(x=np.zeros(0), y=np.zeros(0), mag=np.zeros(0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Injection:
    """What was planted into a sequence, and under which conditions.

    Parameters
    ----------
    light : Light
        Its host is not drawn: the object that is there already serves.
    x, y : float
        Place in pixels at the mean time.
    conditions : Conditions
        Those that the frames state; else measured from their stars, or usual for the survey.
    seeing_from_stars : int
        Number of epochs whose seeing was measured from the stars, where that was counted.
    """

    light: Light
    x: float
    y: float
    conditions: Conditions
    seeing_from_stars: int = 0


def check_class(survey: Survey, class_name: str) -> None:
    """Refuse classes that cannot be planted.

    Raises
    ------
    ConfigError
        If the survey has no transients of this class, or it is that of objects which do not
        change.
    """
    known = tuple(name for name in survey.transients if name != QUIET_CLASS)
    if class_name not in known:
        raise ConfigError(f"no class {class_name!r} to plant", do=nearest(class_name, known))


def inject(
    sequence: ImageSequence,
    survey: Survey,
    class_name: str,
    *,
    seed: int,
    index: int,
) -> tuple[ImageSequence, dict[str, Any]]:
    """Plant a transient into a sequence.

    Its light comes at the centre of the cutout, off by a fraction of a pixel, with the PSF and
    the zero point of each frame and the photon noise of the light that is added. Blank frames
    stay blank; everything but pixels, name and class stays what it was.

    Parameters
    ----------
    sequence : ImageSequence
        Of an object that does not change.
    survey : Survey
        Gives the light of the class and the detector; its usual seeing and zero point stand in
        where the frames state neither.
    class_name : str
        A key of the survey's transients.
    seed : int
        Of the whole experiment.
    index : int
        Number of the object; it and the seed decide all that is random.

    Returns
    -------
    sequence : ImageSequence
        Named ``inj-<original name>``, in the original's field.
    truth : dict
        Parameters, place, and for each epoch magnitude (None where dark), flux added (expected,
        in units of the frames), seeing and zero point; fit for JSON.

    Raises
    ------
    ConfigError
        If the class cannot be planted.
    """
    check_class(survey, class_name)
    drawing, noise = np.random.default_rng([seed, index]).spawn(2)
    planted = draw_injection(sequence, survey, class_name, drawing)
    return plant(sequence, survey, class_name, planted, noise)


def plant(
    sequence: ImageSequence,
    survey: Survey,
    class_name: str,
    planted: Injection,
    noise: np.random.Generator,
) -> tuple[ImageSequence, dict[str, Any]]:
    """Plant light that was drawn into a sequence; see `inject`.

    Parameters
    ----------
    noise : numpy.random.Generator
        Draws the photons.
    """
    added = draw_photons(_picture(sequence, planted, survey.pixel_arcsec), survey.detector, noise)
    frames = np.array(sequence.frames)
    for channel, name in enumerate(sequence.channels):
        if name in LIT_CHANNELS:
            # the same photons in each: a difference is made of the science image
            frames[:, channel] = add_light(frames[:, channel], added, survey.detector, noise)
    changed = replace(
        sequence,
        object_id=f"inj-{sequence.object_id}",
        frames=frames,
        class_name=class_name,
        raw_label=planted.light.subtype,
    )
    return changed, _truth(sequence, class_name, planted)


def draw_injection(
    sequence: ImageSequence, survey: Survey, class_name: str, rng: np.random.Generator
) -> Injection:
    """Draw what to plant into a sequence, and determine the conditions of its frames."""
    x, y = np.array(sequence.frames.shape[:1:-1]) // 2 + rng.uniform(-0.5, 0.5, 2)
    visits = Visits(mjd=sequence.mjd, band=sequence.band)
    light = survey.light(class_name, visits, rng)
    usual = survey.conditions(visits, rng)
    conditions, from_stars = conditions_of(sequence, usual, survey.detector)
    return Injection(
        light=light, x=float(x), y=float(y), conditions=conditions, seeing_from_stars=from_stars
    )


def conditions_of(
    sequence: ImageSequence, usual: Conditions, detector: Detector
) -> tuple[Conditions, int]:
    """Determine the conditions of the frames of a sequence.

    Parameters
    ----------
    sequence : ImageSequence
        Its own seeing and zero points come first, then the widths of its stars: of the same
        frame, else the median of the other frames.
    usual : Conditions
        Of the survey; their medians stand in for what cannot be determined.
    detector : Detector

    Returns
    -------
    conditions : Conditions
        Without shifts: the frames are taken to be centred on the object.
    from_stars : int
        Number of epochs whose seeing was measured from their own stars.
    """
    n, stated = len(sequence), sequence.seeing_fwhm_px
    missing = ~np.isfinite(stated)
    measured = np.full(n, np.nan)
    measured[missing] = stellar_fwhm(
        sequence.frames[missing, 0], saturation=0.9 * detector.saturation_adu
    )
    seeing = _fill_missing(stated, measured, _median(measured), _median(usual.seeing_fwhm_px))
    zero_point = _fill_missing(sequence.zero_point_mag, _median(usual.zero_point_mag))
    nought = np.zeros(n)
    conditions = Conditions(
        seeing_fwhm_px=seeing,
        zero_point_mag=zero_point,
        sky_adu=nought,
        shift_x=nought,
        shift_y=nought,
    )
    return conditions, int(np.isfinite(measured).sum())


def draw_photons(
    picture: Float[np.ndarray, "epoch y x"], detector: Detector, rng: np.random.Generator
) -> Float[np.ndarray, "epoch y x"]:
    """Return noise-free light as whole electrons that happened to arrive, in ADU."""
    electrons = rng.poisson(np.maximum(picture, 0) * detector.gain_e_per_adu)
    return np.asarray(electrons / detector.gain_e_per_adu)


def add_light(
    frames: Shaped[np.ndarray, "epoch y x"],
    added: Float[np.ndarray, "epoch y x"],
    detector: Detector,
    rng: np.random.Generator,
) -> Shaped[np.ndarray, "epoch y x"]:
    """Add light to frames in their own dtype, up to saturation.

    Parameters
    ----------
    frames : array (epoch, y, x)
        Counts in ADU; NaN stays NaN.
    added : array (epoch, y, x)
        In ADU.
    """
    top = np.maximum(frames, detector.saturation_adu)
    if np.issubdtype(frames.dtype, np.floating):
        return np.asarray(np.minimum(frames + added, top), frames.dtype)
    # rounding up by chance: to the nearest, faint light would be lost from every pixel
    counts = np.floor(added + rng.random(added.shape))
    return np.asarray(np.minimum(frames + counts, top), frames.dtype)


def _picture(
    sequence: ImageSequence, planted: Injection, pixel_arcsec: float
) -> Float[np.ndarray, "epoch y x"]:
    height, width = sequence.frames.shape[2:]
    picture = render_light(
        EMPTY,
        replace(planted.light, host=None),
        sequence.mjd,
        planted.conditions,
        size_px=max(height, width),
        pixel_arcsec=pixel_arcsec,
        x=planted.x,
        y=planted.y,
    )[:, :height, :width]
    return np.asarray(picture * sequence.usable[:, None, None])


def _truth(sequence: ImageSequence, class_name: str, planted: Injection) -> dict[str, Any]:
    light, conditions = planted.light, planted.conditions
    flux = flux_of(light.mag, conditions.zero_point_mag) * sequence.usable
    return {
        "class_name": class_name,
        "subtype": light.subtype,
        **light.truth,
        "planted_into": sequence.object_id,
        "x": planted.x,
        "y": planted.y,
        "mag": [round(mag, 4) if np.isfinite(mag) else None for mag in light.mag.tolist()],
        "flux": np.round(flux, 3).tolist(),
        "seeing_fwhm_px": np.round(conditions.seeing_fwhm_px, 3).tolist(),
        "zero_point_mag": np.round(conditions.zero_point_mag, 4).tolist(),
        "seeing_from_stars": planted.seeing_from_stars,
    }


def _fill_missing(
    values: Float[np.ndarray, " epoch"], *others: Float[np.ndarray, " epoch"] | float
) -> Float[np.ndarray, " epoch"]:
    for other in others:
        values = np.where(np.isfinite(values), values, other)
    return values


def _median(values: Float[np.ndarray, " epoch"]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")
