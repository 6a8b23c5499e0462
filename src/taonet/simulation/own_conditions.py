"""The conditions of frames that state none, told by an object that does not change.

What is planted must go through the same clouds and the same seeing as what is there: else it would
stay bright in a frame in which everything else is dimmed.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from jaxtyping import Float

from taonet.photometry.seeing import central_fwhm
from taonet.simulation.conditions import Conditions, Visits
from taonet.simulation.inject import conditions_of
from taonet.simulation.survey import Survey
from taonet.sky.cutout import sky_and_noise
from taonet.sky.psf import moffat
from taonet.sky.sequence import ImageSequence

LEAST_SNR: Final = 20.0
"""An object that is fainter than this in the median epoch tells nothing."""

FAINTEST: Final = 0.02
"""Transparencies below this share of the usual one are no measurement."""


def own_conditions(sequence: ImageSequence, survey: Survey, rng: np.random.Generator) -> Conditions:
    """Determine the conditions of the frames of an object that does not change.

    As `taonet.simulation.inject.conditions_of`; where frames state no zero point, it follows the
    light of the object at the centre, and where no seeing is stated or told by field stars, it
    follows the object's width. Medians are those usual for the survey. An object that does vary
    would be taken for clouds.
    """
    visits = Visits(mjd=sequence.mjd, band=sequence.band)
    conditions, from_stars = conditions_of(
        sequence, survey.conditions(visits, rng), survey.detector
    )
    unstated = ~np.isfinite(sequence.zero_point_mag)
    brighter = 2.5 * np.log10(_relative(central_light(sequence), sequence))
    zero_point = conditions.zero_point_mag + np.where(unstated, brighter, 0.0)
    seeing = conditions.seeing_fwhm_px
    if not from_stars and not np.isfinite(sequence.seeing_fwhm_px).any():
        seeing = seeing * _relative(central_fwhm(sequence.pixels[:, 0]), sequence)
    return replace(conditions, zero_point_mag=zero_point, seeing_fwhm_px=seeing)


def central_light(sequence: ImageSequence) -> Float[np.ndarray, " epoch"]:
    """Return the flux of the object at the centre, NaN throughout where there is too little.

    A profile as wide as the object is fitted together with the sky: in small cutouts the wings
    reach the edges, and more so in bad seeing.
    """
    images = sequence.pixels[:, 0].astype(np.float64)
    width = central_fwhm(images)
    if not np.isfinite(width).any():
        return np.full(len(images), np.nan)
    # under clouds its width is not seen, but its light is
    width = np.where(np.isfinite(width), width, np.nanmedian(width))
    _, noise = sky_and_noise(images)
    light, snr = np.full((2, len(images)), np.nan)
    for epoch in np.flatnonzero(sequence.usable & (noise > 0)):
        light[epoch], gain = _fit(images[epoch], float(width[epoch]))
        snr[epoch] = light[epoch] * gain / noise[epoch]
    known = np.isfinite(snr)
    if known.sum() <= len(snr) / 2 or np.median(snr[known]) < LEAST_SNR:
        return np.full(len(images), np.nan)
    return light


def _fit(image: Float[np.ndarray, "y x"], fwhm_px: float) -> tuple[float, float]:
    """Return the flux of a star at the centre above a level sky, and its S/N per flux and noise."""
    height, width = image.shape
    seen = np.isfinite(image)
    psf = moffat(max(height, width), fwhm_px=fwhm_px, x=width // 2, y=height // 2)
    star, light = psf[:height, :width][seen], image[seen]
    star = star - star.mean()
    return float(star @ light / (star @ star)), float(np.sqrt(star @ star))


def _relative(
    values: Float[np.ndarray, " epoch"], sequence: ImageSequence
) -> Float[np.ndarray, " epoch"]:
    """Return values relative to their median over frames of the same band, 1 where unknown."""
    band, relative = np.array(sequence.band), np.ones(len(values))
    for name in set(sequence.band):
        own = (band == name) & np.isfinite(values)
        if own.any():
            relative[own] = np.maximum(values[own] / np.median(values[own]), FAINTEST)
    return relative
