"""Leaky integrators: the laws of every memory, and numbers worked out by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from taonet.data.epoch_photometry import UNMEASURED
from taonet.models.flux_memory import STEADY
from taonet.models.integrators import (
    Integrators,
    LightMemoryKind,
    build_light_memory,
)
from taonet.models.leaky_sums import FIRST_DAYS, PACES
from taonet.models.light_memory import LightMemory

SEEN = 4 + PACES
CHANGE = SEEN + 4 + 3 * PACES + 2 * PACES + 1
FURTHER = 3


def draw_epochs(seed, n=20, objects=1):
    """Return light, days and nights of objects with some unmeasured epochs and gaps of years."""
    rng = np.random.default_rng(seed)
    shape = (objects, n)
    error = rng.choice([1.0, 5.0, UNMEASURED], shape, p=[0.6, 0.3, 0.1])
    place_error = rng.choice([0.2, UNMEASURED], shape)
    columns = [rng.normal(80, 40, shape), error, *rng.normal(0, 1, (2, *shape)), place_error]
    gaps = rng.choice([0.007, 3.0, 40.0, 1500.0], shape, p=[0.5, 0.2, 0.2, 0.1])
    light = torch.tensor(np.stack(columns, axis=-1), dtype=torch.float32)
    days = torch.tensor(gaps, dtype=torch.float32)
    new_night = days > 0.5
    new_night[:, 0] = True
    return light, days, new_night


@pytest.fixture(params=[True, False], ids=["times", "no times"])
def memory(request):
    torch.manual_seed(0)
    return Integrators(use_times=request.param, further=FURTHER)


def read(memory, light, days, new_night, *, state=None, further=None):
    if further is None:
        further = torch.sin(light[..., :FURTHER])
    start = memory.start(len(light)) if state is None else state
    with torch.no_grad():
        return memory(light, days, new_night, start, further)


def assert_same(one, other):
    torch.testing.assert_close(one, other, atol=2e-6, rtol=0)


def test_there_are_as_many_numbers_as_it_says(memory):
    known, state = read(memory, *draw_epochs(0, objects=3))
    assert known.shape == (3, 20, memory.numbers)
    assert state.shape == memory.start(3).shape


@pytest.mark.parametrize("cut", [1, 7, 19])
def test_blocks_join_where_they_are_cut(memory, cut):
    parts = draw_epochs(1, objects=2)
    whole, end = read(memory, *parts)
    first, state = read(memory, *(part[:, :cut] for part in parts))
    second, after = read(memory, *(part[:, cut:] for part in parts), state=state)
    assert_same(torch.cat([first, second], dim=1), whole)
    torch.testing.assert_close(after, end, rtol=1e-5, atol=1e-5)


def test_step_by_step_is_the_whole(memory):
    parts = draw_epochs(2)
    whole, _ = read(memory, *parts)
    state = memory.start(1)
    for k in range(20):
        known, state = read(memory, *(part[:, k : k + 1] for part in parts), state=state)
        assert_same(known[:, 0], whole[:, k])


def test_later_epochs_and_other_objects_change_nothing(memory):
    light, days, new_night = draw_epochs(3, objects=3)
    whole, _ = read(memory, light, days, new_night)
    alone, _ = read(memory, *(part[1:2] for part in (light, days, new_night)))
    assert_same(alone[0], whole[1])
    light, days = light.clone(), days.clone()
    light[:, 12:], days[:, 12:] = 1e3, 1e3
    other, _ = read(memory, light, days, new_night)
    assert_same(other[:, :12], whole[:, :12])


def test_what_an_unmeasured_epoch_states_is_not_read(memory):
    light, days, new_night = draw_epochs(4)
    unmeasured = light[..., 1] >= UNMEASURED
    assert unmeasured.any()
    further = torch.zeros(1, 20, FURTHER)
    other = light.clone()
    other[..., 0][unmeasured], other[..., 1][unmeasured] = 777.0, 5 * UNMEASURED
    one, state = read(memory, light, days, new_night, further=further)
    two, same = read(memory, other, days, new_night, further=further)
    assert torch.equal(one, two)
    assert torch.equal(state, same)


def test_unmeasured_epochs_between_change_nothing_but_the_clock():
    torch.manual_seed(0)
    memory = Integrators(use_times=True, further=FURTHER)
    light, days, new_night = draw_epochs(5)
    light[..., 1] = 2.0
    more, half = light.repeat_interleave(2, dim=1), (days / 2).repeat_interleave(2, dim=1)
    more[:, ::2, 1], more[:, ::2, 4] = UNMEASURED, UNMEASURED
    nights = torch.zeros(1, 40, dtype=torch.bool)
    nights[:, ::2] = new_night
    one, _ = read(memory, light, days, new_night)
    two, _ = read(memory, more, half, nights)
    # the days since the epoch before and whether a night begins are other ones
    kept = torch.ones(memory.numbers, dtype=torch.bool)
    kept[SEEN : SEEN + 2] = False
    assert_same(two[:, 1::2, kept], one[:, :, kept])


def test_means_changes_and_errors_are_those_worked_out_by_hand():
    rng = np.random.default_rng(6)
    flux, error = rng.normal(100, 20, 12), rng.uniform(2, 6, 12)
    mjd = np.sort(rng.uniform(0, 200, 12))
    away = np.full(12, UNMEASURED)
    light = torch.tensor(np.stack([flux, error, away, away, away], axis=-1)[None])
    days = torch.tensor(np.diff(mjd, prepend=mjd[0])[None])
    memory = Integrators(use_times=True)
    with torch.no_grad():
        known, _ = memory(light, days, days >= 0, memory.start(1))
    variance = error**2 + (STEADY * flux) ** 2
    for pace, scale in [(3, FIRST_DAYS[3]), (PACES - 1, np.inf)]:
        weight = np.exp(-(mjd[-1] - mjd) / scale) / variance
        mean = (weight * flux).sum() / weight.sum()
        assert np.sinh(3 * known[0, -1, SEEN + 4 + pace].item()) == pytest.approx(mean, rel=1e-3)
        before = weight[:-1]
        usual = (before * flux[:-1]).sum() / before.sum()
        of_usual = (before**2 * variance[:-1]).sum() / before.sum() ** 2
        z = (flux[-1] - usual) / np.sqrt(variance[-1] + of_usual)
        assert np.sinh(2 * known[0, -1, 4 + pace].item()) == pytest.approx(z, rel=2e-3)


def test_slow_change_shows_at_slow_paces_and_noise_at_none():
    memory = Integrators(use_times=True)
    days = torch.full((3, 300), 4.0)
    mjd = days[0].cumsum(dim=0)
    rng = np.random.default_rng(7)
    noise = torch.tensor(rng.normal(0, 1, (3, 300)), dtype=torch.float32)
    flux = 100 + 2.2 * noise
    flux[0] += 40 * torch.sin(mjd / 120)
    flux[1] += 40 * torch.sin(mjd / 1.1)
    light = torch.stack([flux, torch.ones_like(flux), *[1e3 * torch.ones_like(flux)] * 3], dim=-1)
    with torch.no_grad():
        known, _ = memory(light, days, days > 0, memory.start(3))
    # the mean square change beyond the errors, on each pace
    beyond = known[:, -1, CHANGE + 2 * PACES : CHANGE + 3 * PACES]
    assert beyond[0, 5] - beyond[0, 1] > 0.3
    assert beyond[1, 5] - beyond[1, 1] < 0
    assert beyond[2].abs().max() < 0.15


def test_a_moving_object_is_left_behind_by_its_slow_places():
    memory = Integrators(use_times=True)
    days = torch.full((2, 100), 30.0)
    away = torch.stack([days[0].cumsum(dim=0) / 365.25 * 0.3, torch.zeros(100)])
    ones = torch.ones_like(away)
    light = torch.stack([50 * ones, ones, 0.6 * away, -0.8 * away, 0.2 * ones], dim=-1)
    with torch.no_grad():
        known, _ = memory(light, days, days > 0, memory.start(2))
    first = SEEN + 4 + 3 * PACES
    distance = torch.sinh(known[:, -1, first : first + PACES]) / 3
    assert distance[0, 0] == pytest.approx(0.3 * 99 * 30 / 365.25 / 2, rel=0.05)
    assert distance[1, :-1].max() < 1e-3


def test_thousand_epochs_with_gaps_of_decades_have_finite_numbers_and_slopes():
    torch.manual_seed(0)
    memory = Integrators(use_times=True)
    light, days, new_night = draw_epochs(8, n=1000, objects=2)
    light[0, :, 0] *= 1e4
    light[1, :50, 1] = UNMEASURED
    days[:, 500] = 20_000
    light.requires_grad_()
    known, state = memory(light, days, new_night, memory.start(2))
    known.square().sum().backward()
    assert known.isfinite().all() and known.abs().max() < 30
    assert light.grad is not None
    assert state.isfinite().all() and light.grad.isfinite().all()
    for name, weight in memory.named_parameters():
        assert weight.grad is not None
        assert weight.grad.isfinite().all() and weight.grad.abs().max() > 0, name


def test_the_kind_is_chosen_by_name():
    kinds: dict[LightMemoryKind, type] = {
        "statistics": LightMemory,
        "integrators": Integrators,
        "none": LightMemory,
    }
    for kind, expected in kinds.items():
        assert isinstance(build_light_memory(kind, use_times=True, further=0), expected)


def random_walks(seed, objects, n=40):
    """Return light of damped random walks of 10 or 300 days, their days, and which they are."""
    rng = np.random.default_rng(seed)
    slow = rng.random(objects) < 0.5
    damping = np.where(slow, 300.0, 10.0)
    days = rng.exponential(8, (objects, n))
    left = np.exp(-days / damping[:, None])
    walk = np.empty((objects, n))
    walk[:, 0] = rng.normal(size=objects)
    for k in range(1, n):
        fresh = np.sqrt(1 - left[:, k] ** 2) * rng.normal(size=objects)
        walk[:, k] = left[:, k] * walk[:, k - 1] + fresh
    flux = 100 + 20 * walk + 5 * rng.normal(size=(objects, n))
    ones = np.ones_like(flux)
    light = np.stack([flux, 5 * ones, 0 * ones, 0 * ones, UNMEASURED * ones], axis=-1)
    return (torch.tensor(part, dtype=torch.float32) for part in (light, days, slow))


def test_damping_times_can_be_learnt_from_its_numbers():
    torch.manual_seed(1)
    memory, head = Integrators(use_times=True), nn.Linear(Integrators(use_times=True).numbers, 1)
    optimizer = torch.optim.Adam([*memory.parameters(), *head.parameters()], lr=0.01)

    def logits(light, days):
        return head(memory(light, days, days > 0.5, memory.start(len(days)))[0][:, -1])[:, 0]

    for step in range(60):
        light, days, slow = random_walks(step, 64)
        optimizer.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(logits(light, days), slow).backward()
        optimizer.step()
    light, days, slow = random_walks(10_000, 1000)
    with torch.no_grad():
        right = ((logits(light, days) > 0) == (slow > 0.5)).float().mean().item()
    assert right > 0.93
    assert memory.learned.times.log_shift.abs().max() > 1e-3
