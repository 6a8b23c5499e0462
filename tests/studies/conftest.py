import numpy as np
import pytest

from studies.drawn import EPOCHS, GAIN, STARS, frames_of, sequence_of
from taonet.studies.frame_stars import find_frame_star


@pytest.fixture(scope="session")
def clear():
    return np.random.default_rng(2).uniform(0.6, 1.4, EPOCHS)


@pytest.fixture(scope="session")
def sequence(clear):
    return sequence_of(frames_of(STARS, size=64, clear=clear))


@pytest.fixture(scope="session")
def star(sequence):
    found = find_frame_star(sequence, radius_px=6, saturation=1e5, gain=GAIN)
    assert found is not None
    return found
