"""What measured fluxes amount to, against weighted sums that numpy works out anew each time."""

import numpy as np
import pytest
import torch

from taonet.models.flux_memory import LEAST_ERROR, STEADY, FluxMemory

NIGHTS = np.array([1, 0, 1, 0, 0, 1, 1, 0], bool)
MEAN, CHI2, JUMP, HIGHEST, TONIGHT, USUAL_GAP, N_NIGHTS, SPAN = 4, 6, 7, 9, 12, 14, 15, 22


@pytest.fixture
def block():
    rng = np.random.default_rng(1)
    flux, error = rng.normal(40, 15, 8), rng.uniform(0.02, 4, 8)
    days = np.where(NIGHTS, 3.0, 0.01)
    return flux, error, days


def memorise(flux, error, days, nights, state=None):
    memory = FluxMemory()
    light = torch.from_numpy(np.stack([flux, error], axis=-1)).float()[None]
    steps = torch.from_numpy(days).float()[None]
    state = memory.start(1) if state is None else state
    known, state = memory(light, steps, torch.from_numpy(nights)[None], state)
    return known[0].numpy(), state


def test_numbers_are_weighted_sums_of_all_epochs_so_far(block):
    flux, error, days = block
    known, _ = memorise(flux, error, days, NIGHTS)
    assert known.shape == (8, FluxMemory.numbers)
    error = np.hypot(np.maximum(error, LEAST_ERROR), STEADY * flux)
    night = NIGHTS.cumsum()
    for k in range(8):
        seen = slice(0, k + 1)
        mean = np.average(flux[seen], weights=error[seen] ** -2)
        chi2 = (((flux[seen] - mean) / error[seen]) ** 2).mean()
        tonight = night[seen] == night[k]
        now = np.average(flux[seen][tonight], weights=error[seen][tonight] ** -2)
        expected = {
            MEAN: np.arcsinh(mean) / 3,
            CHI2: np.log(chi2 + 0.1) / 3,
            HIGHEST: np.arcsinh(flux[seen].max()) / 3,
            TONIGHT: np.arcsinh(now) / 3,
            N_NIGHTS: np.log1p(night[k]) / 3,
            SPAN: np.log1p(days[seen].sum()) / 6,
        }
        if k:
            jump = (flux[k] - flux[k - 1]) / np.hypot(error[k], error[k - 1])
            expected[JUMP] = np.arcsinh(jump) / 2
        if night[k] > 1:
            usual = np.average(flux[seen][~tonight], weights=error[seen][~tonight] ** -2)
            errors = [(error[seen][one] ** -2).sum() ** -0.5 for one in (tonight, ~tonight)]
            expected[USUAL_GAP] = np.arcsinh((now - usual) / np.hypot(*errors)) / 2
        for place, number in expected.items():
            assert known[k, place] == pytest.approx(number, abs=1e-4), (k, place)


def test_blocks_join_where_they_are_cut_within_a_night_too(block):
    flux, error, days = block
    whole, end = memorise(flux, error, days, NIGHTS)
    for cut in (1, 3, 5):
        first, state = memorise(flux[:cut], error[:cut], days[:cut], NIGHTS[:cut])
        second, last = memorise(flux[cut:], error[cut:], days[cut:], NIGHTS[cut:], state)
        np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=1e-6)
        torch.testing.assert_close(last, end)


def test_a_constant_star_is_constant_and_the_first_epoch_jumps_nowhere():
    n = 50
    known, _ = memorise(np.full(n, 30.0), np.ones(n), np.ones(n), np.ones(n, bool))
    assert known[0, JUMP] == 0
    np.testing.assert_allclose(known[:, JUMP], 0, atol=1e-6)
    np.testing.assert_allclose(known[:, CHI2], np.log(0.1) / 3, atol=1e-4)
