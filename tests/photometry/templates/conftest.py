"""A supernova on a bright host, for all tests of templates."""

import numpy as np
import pytest

from photometry.made import field

N = 48
RISE = np.where(np.arange(N) < 28, 0.0, 9000 * np.exp(-(np.arange(N) - 28.0) / 20))


@pytest.fixture(scope="session")
def supernova():
    """A supernova on a bright host; what it has above the first epochs, on the curve's scale."""
    sequence, truth = field(N, seed=6, flux=RISE, host=20_000.0)
    return sequence, RISE * truth["clear"][0]
