"""Mixtures hold each kind as often as its share says."""

import numpy as np
import pytest

from taonet.simulation.light import Light
from taonet.simulation.mixture import draw_from_mixture
from taonet.simulation.presets.crts import OTHERS


def test_the_shares_of_a_mixture_sum_to_one():
    assert sum(share for share, _ in OTHERS.values()) == pytest.approx(1)


def test_kinds_come_as_often_as_their_shares_say():
    kinds = {
        "a": (0.75, lambda mjd, _rng: Light(mag=np.full(len(mjd), 18.0), subtype="a")),
        "b": (0.25, lambda mjd, _rng: Light(mag=np.full(len(mjd), 19.0), subtype="b")),
    }
    rng = np.random.default_rng(0)
    drawn = [draw_from_mixture(kinds, np.arange(3.0), rng).subtype for _ in range(2000)]
    assert drawn.count("a") / 2000 == pytest.approx(0.75, abs=4 * np.sqrt(0.75 * 0.25 / 2000))


def test_times_are_passed_on_as_they_are():
    mjd = np.array([1.0, 5.0, 7.0])
    light = draw_from_mixture(
        {"a": (1.0, lambda t, _rng: Light(mag=t, subtype="a"))}, mjd, np.random.default_rng(0)
    )
    assert light.mag is mjd
