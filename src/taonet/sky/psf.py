"""The point-spread function: how a point of light spreads over pixels."""

import numpy as np
from jaxtyping import Float


def moffat(
    size: int,
    *,
    fwhm_px: float,
    beta: float = 3.5,
    x: float | None = None,
    y: float | None = None,
) -> Float[np.ndarray, "y x"]:
    """Return a Moffat profile sampled on the pixels, of unit sum over the infinite plane.

    Parameters
    ----------
    size : int
        Side of the square image in pixels.
    fwhm_px : float
        Full width at half maximum in pixels.
    beta : float
        Steepness of the wings (Moffat 1969, A&A 3, 455); 3.5 suits ground-based seeing.
    x, y : float, optional
        Position of the centre; by default the centre pixel ``size // 2``.

    Examples
    --------
    >>> bool(abs(moffat(65, fwhm_px=2.5).sum() - 1) < 0.01)
    True
    """
    x = size // 2 if x is None else x
    y = size // 2 if y is None else y
    alpha = fwhm_px / (2 * np.sqrt(2 ** (1 / beta) - 1))
    axis = np.arange(size)
    radius2 = (axis[:, None] - y) ** 2 + (axis[None, :] - x) ** 2
    norm = (beta - 1) / (np.pi * alpha**2)
    return np.asarray(norm * (1 + radius2 / alpha**2) ** -beta)
