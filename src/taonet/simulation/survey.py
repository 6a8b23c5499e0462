"""What a survey is to the simulator: when it looks, through what, with what, and at what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from taonet.simulation.catalogue import Catalogue
from taonet.simulation.conditions import Conditions, Visits
from taonet.simulation.detector import Detector
from taonet.simulation.exposures import Exposures, Scene, science_images
from taonet.simulation.light import Light
from taonet.sky.taxonomy import Taxonomy


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
    catalogue: Catalogue | None = None
    name_exposures: Callable[[str, Sequence[float]], list[str]] | None = None
    size_px: int = 64
    pixel_arcsec: float = 2.5
    centring_px: float = 0.5
    dec_deg: tuple[float, float] = (-25.0, 65.0)
    least_latitude_deg: float = 15.0


QUIET_CLASS = "NON"
"""Objects of this class show nothing that changes."""
