"""Cosmic rays and trails in frames that are to be stacked: found beside the other frames."""

import numpy as np
from jaxtyping import Float
from scipy.fft import fftfreq, irfft2, rfft2, rfftfreq
from scipy.ndimage import binary_dilation, maximum_filter

FEWEST = 4
"""Fewer frames do not outvote one."""

HIT_SNR = 6.0
SKIRT_SNR = 2.0
"""Pixels so many times the noise above what the others show were hit; those beside them, too."""

SHARPER = 1.0
"""A frame of better seeing shows stars so much brighter, as a share of what the others show."""


def remove_cosmic_rays(
    light: Float[np.ndarray, "frame y x"],
    *,
    noise: Float[np.ndarray, " frame"],
    scale: Float[np.ndarray, " frame"],
    shift: Float[np.ndarray, "frame two"],
) -> Float[np.ndarray, "frame y x"]:
    """Put what the other frames show in place of pixels that were hit in one.

    Parameters
    ----------
    light : array (frame, y, x)
        Sky subtracted, in ADU, without what varies.
    noise, scale, shift : array (frame, …)
        Of a pixel, in ADU; ADU per unit of flux; how things lie as seen from their mean place.
    """
    if len(light) < FEWEST:
        return light
    size = light.shape[1:]
    rows = np.exp(2j * np.pi * shift[:, 1, None, None] * fftfreq(size[0])[:, None])
    columns = np.exp(2j * np.pi * shift[:, 0, None, None] * rfftfreq(size[1]))
    back = irfft2(rfft2(light) * (rows * columns), s=size) / scale[:, None, None]
    usual = rfft2(np.median(back, axis=0))
    expected = irfft2(usual * (rows * columns).conj(), s=size) * scale[:, None, None]
    sigma = noise[:, None, None]
    above = light - expected - SHARPER * np.maximum(maximum_filter(expected, (1, 3, 3)), 0)
    hit = above > HIT_SNR * sigma
    beside = binary_dilation(hit, np.ones((1, 3, 3), bool)) & (above > SKIRT_SNR * sigma)
    return np.asarray(np.where(hit | beside, expected, light), np.float32)
