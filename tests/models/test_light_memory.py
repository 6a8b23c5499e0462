"""What is kept of changing and of moving light, against numbers worked out by hand."""

import numpy as np
import pytest
import torch

from taonet.data.epoch_photometry import UNMEASURED
from taonet.models.light_memory import TIMESCALES_DAYS, LightMemory, MotionMemory, TimescaleMemory

CHANGES = slice(2 * len(TIMESCALES_DAYS), None)


def light_of(flux, *, error=1.0, x=0.0, y=0.0, place_error=UNMEASURED):
    columns = np.broadcast_arrays(flux, error, x, y, place_error)
    return torch.tensor(np.stack(columns, axis=-1), dtype=torch.float32)[None]


def last_of(memory, light, days):
    steps = torch.tensor(np.diff(days, prepend=days[0]), dtype=torch.float32)[None]
    known, _ = memory(light, steps, steps >= 0, memory.start(1))
    return known[0, -1]


def test_slow_change_shows_on_slow_scales_and_fast_change_at_all():
    days = np.arange(0.0, 1500.0, 4.0)
    slow = last_of(TimescaleMemory(), light_of(100 + 30 * np.sin(days / 120)), days)[CHANGES]
    fast = last_of(TimescaleMemory(), light_of(100 + 30 * np.sin(days / 2)), days)[CHANGES]
    assert slow[-1] - slow[0] > 0.5
    assert abs(fast[-1] - fast[1]) < 0.2


def test_noise_that_the_errors_explain_is_no_change():
    days = np.arange(0.0, 2000.0, 5.0)
    flux = 1000 + np.random.default_rng(0).normal(0, 30, len(days))
    quiet = last_of(TimescaleMemory(), light_of(flux, error=np.hypot(30, 1e-6)), days)
    # steady light is given two percent on top of its errors
    assert quiet[CHANGES].abs().max() < 0.15
    assert quiet[len(TIMESCALES_DAYS)] < 0.05


def test_a_straight_line_is_found_and_its_direction_does_not_matter():
    days = np.arange(0.0, 2000.0, 40.0)
    speed = 0.2 * days / 365.25
    east = last_of(MotionMemory(), light_of(np.full(50, 50.0), x=speed, place_error=0.1), days)
    turned = last_of(
        MotionMemory(),
        light_of(np.full(50, 50.0), x=0.6 * speed, y=-0.8 * speed, place_error=0.1),
        days,
    )
    still = last_of(MotionMemory(), light_of(np.full(50, 50.0), x=0.4, place_error=0.1), days)
    assert np.sinh(east[0].item()) / 3 == pytest.approx(0.2, rel=1e-3)
    np.testing.assert_allclose(turned[:2], east[:2], rtol=1e-4)
    assert still[0] == pytest.approx(0, abs=1e-4)
    assert still[2] == pytest.approx(0.4, rel=1e-4)


def test_epochs_too_faint_to_tell_a_place_have_no_say():
    days = np.arange(0.0, 400.0, 40.0)
    error = np.where(np.arange(10) % 2, 0.1, UNMEASURED)
    x = np.where(np.arange(10) % 2, 0.5, 77.0)
    seen = last_of(MotionMemory(), light_of(np.full(10, 5.0), x=x, place_error=error), days)
    assert seen[2] == pytest.approx(0.5, rel=1e-4)
    assert np.expm1(4 * seen[4].item()) == pytest.approx(5)


def test_blocks_join_where_they_are_cut():
    rng = np.random.default_rng(1)
    light = light_of(rng.normal(50, 20, 12), x=rng.normal(0, 1, 12), place_error=0.2)
    days = torch.tensor(rng.choice([0.01, 30.0], 12), dtype=torch.float32)[None]
    nights, memory = days > 1, LightMemory(use_times=True)
    whole, _ = memory(light, days, nights, memory.start(1))
    first, state = memory(light[:, :5], days[:, :5], nights[:, :5], memory.start(1))
    second, _ = memory(light[:, 5:], days[:, 5:], nights[:, 5:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)
