"""What a survey is to the simulator: its objects, when it observes, through and with what."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from taonet.errors import ConfigError, nearest
from taonet.simulation.catalogue import Catalogue
from taonet.simulation.conditions import Conditions, Visits
from taonet.simulation.detector import Detector
from taonet.simulation.exposures import Exposures, Scene, science_images
from taonet.simulation.light import Light
from taonet.simulation.mixture import Transient
from taonet.sky.taxonomy import Taxonomy


def light_at_visits(transient: Transient, visits: Visits, rng: np.random.Generator) -> Light:
    """Draw the light of an object at the times of the visits, whatever their band."""
    return transient(visits.mjd, rng)


@dataclass(frozen=True, kw_only=True)
class Survey:
    """How a survey observes the sky, and what it finds there.

    Parameters
    ----------
    name : str
    taxonomy : Taxonomy
        The classes that are drawn unless others are named; an archive of simulated objects bears
        the taxonomy's name as its survey.
    shares : mapping of str to float
        How common each class is in the real data; any unit.
    transients : mapping of str to callable
        How the light of each class is drawn. It may hold classes beyond the taxonomy: they are
        drawn where they are named.
    draw_light : callable
        Takes one of the transients, the visits and a generator of random numbers; returns the
        `Light` in the band of each visit.
    visits : callable
        Takes a generator and returns the `Visits` of one object.
    conditions : callable
        Takes the visits and a generator; returns the `Conditions`.
    detector : Detector
    expose : callable
        Takes the `Scene`, the detector and a generator; returns the `Exposures` that are kept.
    channels : tuple of str
        What each channel of them shows.
    catalogue : Catalogue, optional
        What its database makes of an object's light, where it has one.
    name_exposures : callable, optional
        Takes a class name and times (MJD); returns exposure ids as the survey writes them.
    size_px : int
        Side of the cutouts.
    pixel_arcsec : float
    centring_px : float
        The object lies within so many pixels of the centre; half a pixel where cutouts are cut at
        whole pixels.
    dec_deg : (float, float)
        Least and greatest declination that it covers.
    least_latitude_deg : float
        It stays this far from the galactic plane.
    unstated : tuple of str, optional
        Which of `STATED` it does not state: NaN in its sequences.
    field_density : float, optional
        Its fields hold so many times as many stars as others; 0: neither stars nor galaxies.

    Raises
    ------
    ConfigError
        If a class of the taxonomy has no transient or no share, or what is not stated is unknown.
    """

    name: str
    taxonomy: Taxonomy
    shares: Mapping[str, float]
    transients: Mapping[str, Transient]
    draw_light: Callable[[Transient, Visits, np.random.Generator], Light] = light_at_visits
    visits: Callable[[np.random.Generator], Visits]
    conditions: Callable[[Visits, np.random.Generator], Conditions]
    detector: Detector = field(default_factory=Detector)
    expose: Callable[[Scene, Detector, np.random.Generator], Exposures] = science_images
    channels: tuple[str, ...] = ("science",)
    catalogue: Catalogue | None = None
    name_exposures: Callable[[str, Sequence[float]], list[str]] | None = None
    size_px: int = 64
    pixel_arcsec: float = 2.5
    centring_px: float = 0.5
    dec_deg: tuple[float, float] = (-25.0, 65.0)
    least_latitude_deg: float = 15.0
    unstated: tuple[str, ...] | None = None
    field_density: float | None = None

    def __post_init__(self) -> None:
        for what, known in (("transient", self.transients), ("share", self.shares)):
            missing = [name for name in self.taxonomy.classes if name not in known]
            if missing:
                text = f"classes without a {what}: {', '.join(missing)}"
                raise ConfigError(text, where=f"survey {self.name}")
        for name in self.unstated or ():
            if name not in STATED:
                raise ConfigError(f"no condition {name!r} to state", do=nearest(name, STATED))

    def light(self, class_name: str, visits: Visits, rng: np.random.Generator) -> Light:
        """Draw the light of an object of a class."""
        return self.draw_light(self.transients[class_name], visits, rng)

    def state_conditions(self, conditions: Conditions) -> dict[str, Float[np.ndarray, " epoch"]]:
        """Return the seeing and zero points of epochs as the survey states them."""
        known = {
            "seeing_fwhm_px": conditions.seeing_fwhm_px,
            "zero_point_mag": conditions.stated_zero_point_mag,
        }
        for name in self.unstated or ():
            known[name] = np.full(len(known[name]), np.nan)
        return known

    def taxonomy_with(self, classes: Iterable[str]) -> Taxonomy:
        """Return the survey's taxonomy, with the classes that it lacks at its end."""
        known = self.taxonomy.classes
        lacking = tuple(name for name in dict.fromkeys(classes) if name not in known)
        if not lacking:
            return self.taxonomy
        return Taxonomy(name=self.taxonomy.name, classes=(*known, *lacking))


STATED = ("seeing_fwhm_px", "zero_point_mag")
"""What a survey may state of the conditions of each epoch."""
