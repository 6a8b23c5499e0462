"""The side of a pixel on the sky, ``pixel_scale_arcsec``: what is known of surveys' cutouts."""

import math
from dataclasses import replace
from typing import Final

import numpy as np

from taonet.sky.sequence import ImageSequence
from taonet.sky.unknown import PIXEL_SCALE_ARCSEC, known_numbers

SURVEY_SCALES_ARCSEC: Final = {"crts": 2.5, "hits": 0.27, "tiny": 2.5, "ztf": 1.01}
"""Of the cutouts that each survey gives away: CRTS (Drake et al. 2009), DECam (Flaugher et al.
2015), ZTF (Bellm et al. 2019); ``tiny`` is simulated with the pixels of CRTS."""


def survey_scale(survey: str) -> float:
    """Return the side of the pixels of a survey's cutouts in arcsec, NaN where it is not known.

    Examples
    --------
    >>> survey_scale("ztf"), survey_scale("mine")
    (1.01, nan)
    """
    return SURVEY_SCALES_ARCSEC.get(survey, math.nan)


def known_scale(value: object) -> float:
    """Return a stated scale in arcsec, NaN where it is none.

    Examples
    --------
    >>> known_scale(0.27), known_scale(-999.0), known_scale(None)
    (0.27, nan, nan)
    """
    if value is None:
        return math.nan
    return float(known_numbers(np.asarray(value, np.float64), PIXEL_SCALE_ARCSEC))


def with_survey_scale(sequence: ImageSequence, survey: str) -> ImageSequence:
    """Return a sequence with the scale of its survey, if it states none itself."""
    if not math.isnan(sequence.pixel_scale_arcsec) or survey not in SURVEY_SCALES_ARCSEC:
        return sequence
    return replace(sequence, pixel_scale_arcsec=survey_scale(survey))
