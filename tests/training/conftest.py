import pytest

from evaluation.honest import draw_archive


@pytest.fixture(scope="session")
def archives():
    """Honest answers after every epoch, about objects to calibrate on and objects to test."""
    return draw_archive(6000, seed=1), draw_archive(6000, seed=2)
