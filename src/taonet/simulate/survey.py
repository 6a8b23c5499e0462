"""What a survey is to the simulator, and whole objects as it would see them."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from taonet.errors import ConfigError
from taonet.simulate.conditions import Conditions, Visits
from taonet.simulate.detector import Detector
from taonet.simulate.exposures import Exposures, Scene, science_images
from taonet.simulate.light import Light
from taonet.simulate.scene import draw_neighbours
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

MIXES = ("balanced", "realistic")

MOST_TRIES = 500
"""A survey that keeps detections only may see nothing of an object; then another is drawn."""

GALACTIC_POLE_DEG = (192.8595, 27.1283)
"""Right ascension and declination of the north galactic pole, J2000."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """How a survey looks at the sky, and what it finds there.

    Parameters
    ----------
    name : str
    taxonomy : Taxonomy
        Its classes; an archive of simulated objects bears the taxonomy's name as its survey.
    shares : mapping of str to float
        How common each class is in the real data; any unit.
    light : callable
        Takes a class name, the visits and a generator of random numbers; returns the `Light`.
    visits : callable
        Takes a generator and returns the `Visits` of one object.
    conditions : callable
        Takes the visits and a generator; returns the `Conditions`.
    detector : Detector
    expose : callable
        Takes the `Scene`, the detector and a generator; returns the `Exposures` that are kept.
    channels : tuple of str
        What each channel of them shows.
    size_px : int
        Side of the cutouts.
    pixel_arcsec : float
    dec_deg : (float, float)
        Least and greatest declination that it covers.
    least_latitude_deg : float
        It stays this far from the galactic plane.
    """

    name: str
    taxonomy: Taxonomy
    shares: Mapping[str, float]
    light: Callable[[str, Visits, np.random.Generator], Light]
    visits: Callable[[np.random.Generator], Visits]
    conditions: Callable[[Visits, np.random.Generator], Conditions]
    detector: Detector = field(default_factory=Detector)
    expose: Callable[[Scene, Detector, np.random.Generator], Exposures] = science_images
    channels: tuple[str, ...] = ("science",)
    size_px: int = 64
    pixel_arcsec: float = 2.5
    dec_deg: tuple[float, float] = (-25.0, 65.0)
    least_latitude_deg: float = 15.0


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

    Object number i is the same whatever else is drawn: it depends on the survey, the seed, its
    number, the classes and the mix alone.

    Parameters
    ----------
    survey : Survey
    n_objects : int
    seed : int
    classes : sequence of str, optional
        Classes to draw; all of the survey's by default.
    mix : {"balanced", "realistic"}
        Equal shares (each run of as many objects as there are classes holds each once), or
        the survey's own.
    start : int
        Number of the first object.

    Raises
    ------
    ConfigError
        If a class or the mix is not known.

    Examples
    --------
    >>> from taonet.simulate.presets import survey_named
    >>> sequence, truth = next(simulate(survey_named("tiny"), 1, seed=1, classes=["SN"]))
    >>> sequence.object_id, truth["class_name"]
    ('sim-tiny-000000', 'SN')
    """
    wanted = _checked(survey, classes, mix)
    for index in range(start, start + n_objects):
        class_name = _class_of(survey, index, wanted, mix, seed)
        yield simulate_object(survey, class_name, seed=seed, index=index)


def simulate_object(
    survey: Survey, class_name: str, *, seed: int | np.random.SeedSequence, index: int
) -> tuple[ImageSequence, dict[str, Any]]:
    """Simulate one object.

    Place, times, conditions, neighbours, light and noise have random streams of their own, so
    the same number under another class differs in its light (with its host) alone.

    Parameters
    ----------
    survey : Survey
    class_name : str
        One of the survey's taxonomy.
    seed : int or numpy.random.SeedSequence
        Of the whole experiment; it is not changed.
    index : int
        Number of the object.

    Returns
    -------
    sequence : ImageSequence
        In ADU.
    truth : dict
        Class, subtype, parameters, host, place in the frame, and the noise-free magnitude of
        the point source at every epoch (None where it gives no light); fit for JSON.
    """
    streams = _streams(seed, index, 6)
    for _ in range(MOST_TRIES):
        ra, dec, scene = _draw_scene(survey, class_name, *streams[:5])
        seen = survey.expose(scene, survey.detector, streams[5])
        if len(seen.visits):
            break
    else:
        raise ConfigError(f"{survey.name} never sees a {class_name}", got=f"{MOST_TRIES} tries")
    sequence = ImageSequence.from_frames(
        f"sim-{survey.name}-{index:06d}",
        seen.frames,
        scene.visits.mjd[seen.visits],
        band=[scene.visits.band[visit] for visit in seen.visits],
        seeing_fwhm_px=scene.conditions.seeing_fwhm_px[seen.visits],
        zero_point_mag=scene.conditions.zero_point_mag[seen.visits],
        quality=seen.quality,
        exposure_id=[f"{index:06d}-{visit:03d}" for visit in seen.visits],
        ra=ra,
        dec=dec,
        class_name=class_name,
        raw_label=scene.light.subtype,
        channels=survey.channels,
    )
    return sequence, _truth(class_name, scene, seen)


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
    neighbours = draw_neighbours(survey.size_px, survey.pixel_arcsec, latitude, field_)
    # the centre of a cutout is the pixel that the object falls on, not the object
    x, y = survey.size_px // 2 + field_.uniform(-0.5, 0.5, 2)
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


def _truth(class_name: str, scene: Scene, seen: Exposures) -> dict[str, Any]:
    light = scene.light
    return {
        "class_name": class_name,
        "subtype": light.subtype,
        **light.truth,
        "host": asdict(light.host) if light.host else None,
        "x": scene.x,
        "y": scene.y,
        "mag": _finite_or_none(light.mag[seen.visits]),
        **seen.truth,
    }


def _finite_or_none(values: Float[np.ndarray, " epoch"]) -> list[float | None]:
    return [round(value, 4) if np.isfinite(value) else None for value in values.tolist()]


def _streams(
    seed: int | np.random.SeedSequence, index: int, count: int
) -> list[np.random.Generator]:
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


def _checked(survey: Survey, classes: Sequence[str] | None, mix: str) -> tuple[str, ...]:
    if mix not in MIXES:
        raise ConfigError(f"no mix {mix!r}", do=f"known: {', '.join(MIXES)}")
    known = survey.taxonomy.classes
    wanted = tuple(known if classes is None else classes)
    if not wanted:
        raise ConfigError("no class to simulate", do=f"known: {', '.join(known)}")
    for name in wanted:
        if name not in known:
            raise ConfigError(f"no class {name!r} to simulate", do=nearest(name, known))
    return wanted


def nearest(name: str, known: Sequence[str]) -> str:
    """Return what to do about a name that is not known: the nearest one, or all there are."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.3)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"


def _class_of(survey: Survey, index: int, classes: Sequence[str], mix: str, seed: int) -> str:
    if mix == "realistic":
        shares = np.array([survey.shares[name] for name in classes], float)
        rng = np.random.default_rng([seed, 1, index])
        return classes[int(rng.choice(len(classes), p=shares / shares.sum()))]
    block, place = divmod(index, len(classes))
    return classes[int(np.random.default_rng([seed, 2, block]).permutation(len(classes))[place])]
