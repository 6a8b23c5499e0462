"""From a scene to the frames that a survey keeps of it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from taonet.simulation.conditions import Conditions, Visits
from taonet.simulation.detector import Detector, read_out
from taonet.simulation.light import Light
from taonet.simulation.scene import Neighbours, render_light


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """All that there is to see, before anything is drawn.

    Parameters
    ----------
    neighbours : Neighbours
    light : Light
        Of the object, at every visit.
    visits : Visits
    conditions : Conditions
    size_px : int
        Side of the cutout.
    pixel_arcsec : float
    x, y : float
        Place of the object at the mean time, in pixels, apart from the shifts of the pointing.
    """

    neighbours: Neighbours
    light: Light
    visits: Visits
    conditions: Conditions
    size_px: int
    pixel_arcsec: float
    x: float
    y: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Exposures:
    """What a survey keeps of its visits.

    Parameters
    ----------
    frames : array (epoch, channel, y, x)
        In ADU; NaN = no data.
    visits : array (epoch,)
        Index of the visit of each epoch, rising.
    quality : array (epoch,), optional
        Bits of `taonet.sky.cutout.Quality` that the pixels do not show.
    truth : dict
        What the survey itself made of them; fit for JSON.
    """

    frames: Shaped[np.ndarray, "epoch channel y x"]
    visits: Int[np.ndarray, " epoch"]
    quality: Int[np.ndarray, " epoch"] | None = None
    truth: dict[str, Any] = field(default_factory=dict)


def noise_free_images(scene: Scene) -> Float[np.ndarray, "visit y x"]:
    """Draw the light of every visit, without the sky, in ADU."""
    return render_light(
        scene.neighbours,
        scene.light,
        scene.visits.mjd,
        scene.conditions,
        size_px=scene.size_px,
        pixel_arcsec=scene.pixel_arcsec,
        x=scene.x,
        y=scene.y,
    )


def science_images(scene: Scene, detector: Detector, rng: np.random.Generator) -> Exposures:
    """Keep the science image of every visit, uint16."""
    frames = read_out(noise_free_images(scene), scene.conditions.sky_adu, detector, rng)
    return Exposures(frames=frames[:, None], visits=np.arange(len(frames)))
