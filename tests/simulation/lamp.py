"""Lamps before the telescope of ZTF: what is known of them is known exactly."""

from dataclasses import replace
from functools import partial

import numpy as np

from taonet.simulation.difference import Subtraction, detected_triplets
from taonet.simulation.gaps import Gaps
from taonet.simulation.light import Light
from taonet.simulation.objects import simulate_object
from taonet.simulation.presets.by_name import survey_preset

ZTF = survey_preset("ztf")


PERFECT = Subtraction(registration_px=0, flux_share=0, width_share=0, least_snr=0)


def survey_of(mag, template_mag, *, subtraction=PERFECT, gaps=None):
    """ZTF looking at one lamp after the other, its template taken when the lamp was another."""

    def draw_light(_transient, visits, _rng):
        n = len(visits.mjd)
        return Light(
            mag=np.full(n, mag), template_mag=np.full(n, template_mag), subtype="lamp", truth={}
        )

    expose = partial(detected_triplets, subtraction, gaps or Gaps())
    return replace(ZTF, draw_light=draw_light, expose=expose)


def one(survey, index=0, class_name="SN"):
    return simulate_object(survey, class_name, seed=3, index=index)


def aperture(frames, truth, radius):
    y, x = np.mgrid[:63, :63]
    return (frames * (np.hypot(x - truth["x"], y - truth["y"]) < radius)).sum(axis=(1, 2))


def neighbours_alike(images, apart=1):
    """Correlation of the noise of pixels so far apart along x."""
    z = images.astype(float) - images.mean(axis=(-2, -1), keepdims=True)
    return np.median((z[..., apart:] * z[..., :-apart]).mean(axis=(-2, -1)) / z.var(axis=(-2, -1)))
