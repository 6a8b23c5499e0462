"""Distances in the expanding universe, from a table that is made once."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float

FARTHEST = 6.0


@lru_cache(maxsize=1)
def _table() -> tuple[Float[np.ndarray, " step"], Float[np.ndarray, " step"]]:
    from astropy.cosmology import Planck18

    redshift = np.geomspace(1e-4, FARTHEST, 2000)
    return redshift, np.asarray(Planck18.distmod(redshift).value)


def distance_modulus(redshift: float) -> float:
    """Return apparent minus absolute magnitude at a redshift (Planck 2018 cosmology).

    Examples
    --------
    >>> round(distance_modulus(0.1), 2)
    38.39
    """
    return float(np.interp(redshift, *_table()))


def redshift_at(modulus: float) -> float:
    """Return the redshift at a distance modulus.

    Examples
    --------
    >>> round(redshift_at(38.39), 3)
    0.1
    """
    redshift, moduli = _table()
    return float(np.interp(modulus, moduli, redshift))
