"""Cataclysmic variables burst as often and as high as they say."""

from functools import partial

import numpy as np
import pytest

from taonet.simulation.populations.cataclysmic import Cataclysmics, dwarf_nova

NIGHTS = np.arange(53500.0, 55500.0, 10.0)


def drawn(transient, n, mjd=NIGHTS):
    return [transient(mjd, np.random.default_rng(seed)) for seed in range(n)]


def test_dwarf_novae_burst_as_often_and_as_high_as_they_say():
    hourly = np.arange(53000.0, 57000.0, 0.25)
    counted, expected = 0, 0.0
    steady = partial(dwarf_nova, population=Cataclysmics(flicker_mag=(0.01, 0.1)))
    for light in drawn(steady, 8, hourly):
        quiet, amplitude = light.truth["quiet_mag"], light.truth["amplitude_mag"]
        bright = light.mag < quiet - 0.5 * amplitude
        starts = np.flatnonzero(np.diff(bright.astype(int)) == 1)
        counted += 1 + int(np.count_nonzero(np.diff(starts) > 8))
        expected += 4000 / light.truth["recurrence_days"]
        assert 0.7 * amplitude < quiet - light.mag.min() < amplitude + 0.7
    assert counted == pytest.approx(expected, rel=0.25)


def test_every_dwarf_nova_is_caught_bright():
    for light in drawn(dwarf_nova, 100):
        assert light.mag.min() < light.truth["quiet_mag"] - 1
