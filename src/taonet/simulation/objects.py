"""Simulate whole objects: their sequences of cutouts, or what a survey's database lists of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float

from taonet.errors import ConfigError, nearest
from taonet.parallel import map_in_order
from taonet.simulation.catalogue import Detections, draw_detections
from taonet.simulation.exposures import Exposures, Scene
from taonet.simulation.mixture import Transient
from taonet.simulation.scene import draw_neighbours
from taonet.simulation.survey import Survey
from taonet.simulation.wide import widen
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import QUIET_CLASS

MIXES = ("balanced", "realistic", "wide")

MOST_TRIES = 500
"""A survey that keeps detections only may see nothing of an object; then another is drawn."""

GALACTIC_POLE_DEG = (192.8595, 27.1283)
"""Right ascension and declination of the north galactic pole, J2000."""


def simulate(
    survey: Survey,
    n_objects: int,
    *,
    seed: int,
    classes: Sequence[str] | None = None,
    mix: str = "balanced",
    start: int = 0,
    workers: int = 1,
) -> Iterator[tuple[ImageSequence, dict[str, Any]]]:
    """Yield simulated objects with their truth, one at a time.

    Object number i is the same whatever else is drawn: it depends on the survey, the seed, its
    number, the classes and the mix alone.

    Parameters
    ----------
    survey : Survey
    n_objects : int
    seed : int
    classes : sequence of str, optional
        Classes to draw, of those that the survey has transients of; those of its taxonomy by
        default.
    mix : {"balanced", "realistic", "wide"}
        Equal shares (each run of as many objects as there are classes holds each once), the
        survey's own, or equal shares on a wider sky, see `taonet.simulation.wide`.
    start : int
        Number of the first object.
    workers : int
        Processes that share the work; the result is the same for any number.

    Raises
    ------
    ConfigError
        If a class, its share or the mix is not known.

    Examples
    --------
    >>> from taonet.simulation.presets.by_name import survey_preset
    >>> sequence, truth = next(simulate(survey_preset("tiny"), 1, seed=1, classes=["SN"]))
    >>> sequence.object_id, truth["class_name"]
    ('sim-tiny-1-000000', 'SN')
    """
    names = _wanted_classes(survey, survey.transients, classes, mix)
    numbered = _assign_classes(survey, range(start, start + n_objects), names, mix, seed)
    yield from map_in_order(
        partial(_simulate_sequence, survey, seed, mix), numbered, workers=workers
    )


def simulate_detections(
    survey: Survey,
    n_objects: int,
    *,
    seed: int,
    classes: Sequence[str] | None = None,
    mix: str = "balanced",
    start: int = 0,
    workers: int = 1,
) -> Iterator[tuple[str, Detections, dict[str, Any]]]:
    """Yield what the survey's database lists of simulated objects: no pixels are drawn.

    Parameters are those of `simulate`. An object of which nothing is listed is drawn anew.

    Yields
    ------
    object_id : str
    detections : Detections
    truth : dict
        As that of `simulate_object`, without a place in a frame; magnitudes are left out.

    Raises
    ------
    ConfigError
        If the survey has no database, or a class, its share or the mix is not known.

    Examples
    --------
    >>> from taonet.simulation.presets.by_name import survey_preset
    >>> _, detections, truth = next(simulate_detections(survey_preset("crts"), 1, seed=1))
    >>> len(detections.mag) == truth["n_points"]
    True
    """
    if survey.catalogue is None:
        raise ConfigError(f"no light curves are known for {survey.name!r}", do="simulate crts")
    if mix == "wide":
        raise ConfigError("the mix wide is one of images", do="use balanced or realistic")
    names = _wanted_classes(survey, survey.catalogue.transients, classes, mix)
    numbered = _assign_classes(survey, range(start, start + n_objects), names, mix, seed)
    yield from map_in_order(partial(_simulate_detections, survey, seed), numbered, workers=workers)


def simulate_object(
    survey: Survey,
    class_name: str,
    *,
    seed: int | np.random.SeedSequence,
    index: int,
    mix: str = "balanced",
) -> tuple[ImageSequence, dict[str, Any]]:
    """Simulate one object.

    Place, times, conditions, neighbours, light and noise have random streams of their own, so
    the same number under another class differs in its light (with its host) alone.

    Parameters
    ----------
    survey : Survey
    class_name : str
        A key of the survey's transients.
    seed : int or numpy.random.SeedSequence
        Of the whole experiment; it is not changed.
    index : int
        Number of the object.
    mix : str
        Of those of `simulate`, ``wide`` alone makes a difference here.

    Returns
    -------
    sequence : ImageSequence
        In ADU.
    truth : dict
        Class, subtype, parameters, host, place in the frame, and the noise-free magnitude of
        the point source at every epoch (None where it gives no light); fit for JSON. In the wide
        mix also what was drawn beside (``wide``), and which frames are spoilt (``defects``).
    """
    *streams, wide = random_streams(seed, index, 7)
    if mix == "wide":
        survey = widen(survey, class_name, wide)
    for _ in range(MOST_TRIES):
        ra, dec, scene = _draw_scene(survey, class_name, *streams[:5])
        exposures = survey.expose(scene, survey.detector, streams[5])
        if len(exposures.visits):
            break
    else:
        raise ConfigError(f"{survey.name} never sees a {class_name}", got=f"{MOST_TRIES} tries")
    stated = survey.state_conditions(scene.conditions.take(exposures.visits))
    sequence = ImageSequence.from_frames(
        _name(survey, seed, index),
        exposures.frames,
        scene.visits.mjd[exposures.visits],
        band=[scene.visits.band[visit] for visit in exposures.visits],
        seeing_fwhm_px=stated["seeing_fwhm_px"],
        zero_point_mag=stated["zero_point_mag"],
        quality=exposures.quality,
        exposure_id=_exposure_ids(survey, class_name, index, scene, exposures),
        ra=ra,
        dec=dec,
        class_name=class_name,
        raw_label="" if class_name == QUIET_CLASS else scene.light.subtype,
        channels=survey.channels,
        pixel_scale_arcsec=survey.pixel_arcsec,
    )
    return sequence, _truth(class_name, scene, exposures)


def _simulate_sequence(
    survey: Survey, seed: int, mix: str, numbered: tuple[int, str]
) -> tuple[ImageSequence, dict[str, Any]]:
    index, class_name = numbered
    return simulate_object(survey, class_name, seed=seed, index=index, mix=mix)


def _simulate_detections(
    survey: Survey, seed: int, numbered: tuple[int, str]
) -> tuple[str, Detections, dict[str, Any]]:
    index, class_name = numbered
    if survey.catalogue is None:
        raise ConfigError("no catalogue", where=survey.name)
    (rng,) = random_streams(seed, index, 1)
    for _ in range(MOST_TRIES):
        detections, light = draw_detections(survey.catalogue, class_name, rng)
        if len(detections.mjd):
            break
    truth = {"class_name": class_name, "subtype": light.subtype, **light.truth}
    host = asdict(light.host) if light.host else None
    object_id = _name(survey, seed, index)
    return object_id, detections, {**truth, "host": host, "n_points": len(detections.mjd)}


def _draw_scene(
    survey: Survey,
    class_name: str,
    place: np.random.Generator,
    times: np.random.Generator,
    sky: np.random.Generator,
    field_: np.random.Generator,
    light: np.random.Generator,
) -> tuple[float, float, Scene]:
    """Draw where an object is, and all that there is to see of it: ra, dec and the scene."""
    ra, dec, latitude = _position(survey, place)
    visits = survey.visits(times)
    conditions = survey.conditions(visits, sky)
    density = 1.0 if survey.field_density is None else survey.field_density
    neighbours = draw_neighbours(
        survey.size_px, survey.pixel_arcsec, latitude, field_, density=density
    )
    # the centre of a cutout is the pixel that the object falls on, not the object
    x, y = survey.size_px // 2 + survey.centring_px * field_.uniform(-1, 1, 2)
    scene = Scene(
        neighbours=neighbours,
        light=survey.light(class_name, visits, light),
        visits=visits,
        conditions=conditions,
        size_px=survey.size_px,
        pixel_arcsec=survey.pixel_arcsec,
        x=float(x),
        y=float(y),
    )
    return ra, dec, scene


def _exposure_ids(
    survey: Survey, class_name: str, index: int, scene: Scene, seen: Exposures
) -> list[str]:
    if survey.name_exposures is None:
        return [f"{index:06d}-{visit:03d}" for visit in seen.visits]
    return survey.name_exposures(class_name, scene.visits.mjd[seen.visits].tolist())


def _truth(class_name: str, scene: Scene, exposures: Exposures) -> dict[str, Any]:
    light = scene.light
    return {
        "class_name": class_name,
        "subtype": light.subtype,
        **light.truth,
        "host": asdict(light.host) if light.host else None,
        "x": scene.x,
        "y": scene.y,
        "mag": _finite_or_none(light.mag[exposures.visits]),
        **exposures.truth,
    }


def _finite_or_none(values: Float[np.ndarray, " epoch"]) -> list[float | None]:
    return [round(value, 4) if np.isfinite(value) else None for value in values.tolist()]


def _name(survey: Survey, seed: int | np.random.SeedSequence, index: int) -> str:
    # the seed is in the name: objects of two simulations may meet in one experiment
    origin = seed.entropy if isinstance(seed, np.random.SeedSequence) else seed
    return f"sim-{survey.name}-{origin}-{index:06d}"


def random_streams(
    seed: int | np.random.SeedSequence, index: int, count: int
) -> list[np.random.Generator]:
    """Return so many independent generators for object number ``index`` of a simulation."""
    root = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    # built anew, not spawned from: spawning counts, and a second call would differ
    own = np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, index))
    return [np.random.default_rng(child) for child in own.spawn(count)]


def _position(survey: Survey, rng: np.random.Generator) -> tuple[float, float, float]:
    """Draw a place on the survey's footprint: ra, dec and galactic latitude in degrees."""
    low, high = np.sin(np.radians(survey.dec_deg))
    pole_ra, pole_dec = np.radians(GALACTIC_POLE_DEG)
    while True:
        ra, sin_dec = rng.uniform(0, 2 * np.pi), rng.uniform(low, high)
        towards_pole = np.sqrt(1 - sin_dec**2) * np.cos(pole_dec) * np.cos(ra - pole_ra)
        latitude = np.degrees(np.arcsin(sin_dec * np.sin(pole_dec) + towards_pole))
        if abs(latitude) >= survey.least_latitude_deg:
            return float(np.degrees(ra)), float(np.degrees(np.arcsin(sin_dec))), float(latitude)


def _wanted_classes(
    survey: Survey,
    transients: Mapping[str, Transient],
    classes: Sequence[str] | None,
    mix: str,
) -> tuple[str, ...]:
    """Return the classes to draw; what cannot be drawn is refused before anything is."""
    if mix not in MIXES:
        raise ConfigError(f"no mix {mix!r}", do=f"known: {', '.join(MIXES)}")
    known = tuple(transients)
    names = tuple(survey.taxonomy.classes if classes is None else classes)
    if not names:
        raise ConfigError("no class to simulate", do=f"known: {', '.join(known)}")
    for name in names:
        if name not in known:
            raise ConfigError(f"no class {name!r} to simulate", do=nearest(name, known))
        if mix == "realistic" and name not in survey.shares:
            what = f"how common {name} is in {survey.name} is not known"
            raise ConfigError(what, do="use the mix balanced")
    return names


def _assign_classes(
    survey: Survey, numbers: range, classes: tuple[str, ...], mix: str, seed: int
) -> Iterator[tuple[int, str]]:
    """Return the numbers of objects with their classes."""
    return ((index, _class_of(survey, index, classes, mix, seed)) for index in numbers)


def _class_of(survey: Survey, index: int, classes: Sequence[str], mix: str, seed: int) -> str:
    if mix == "realistic":
        shares = np.array([survey.shares[name] for name in classes], float)
        rng = np.random.default_rng([seed, 1, index])
        return classes[int(rng.choice(len(classes), p=shares / shares.sum()))]
    block, place = divmod(index, len(classes))
    return classes[int(np.random.default_rng([seed, 2, block]).permutation(len(classes))[place])]
