"""Sums that fade, against what they are by definition."""

import numpy as np
import torch

from taonet.models.leaky_sums import FIRST_DAYS, PACES, TimeConstants, sum_leaky


def test_a_sum_is_what_each_epoch_left_of_itself():
    rng = np.random.default_rng(0)
    terms, days = rng.normal(size=(3, 20)), rng.exponential(30, (3, 20))
    share = np.exp(-days / 50)
    before = rng.normal(size=3)
    sums = sum_leaky(*(torch.tensor(one) for one in (terms, share, before)))
    mjd = days.cumsum(axis=1)
    for k in range(20):
        left = np.exp(-(mjd[:, k : k + 1] - mjd[:, : k + 1]) / 50)
        expected = (left * terms[:, : k + 1]).sum(axis=1) + before * np.exp(-mjd[:, k] / 50)
        np.testing.assert_allclose(sums[:, k], expected, rtol=1e-12)


def test_axes_of_one_element_stand_for_all():
    share = torch.rand(2, 5, 3, 1)
    terms = torch.rand(2, 5, 1, 4)
    wide_terms, wide_share = (one.expand(2, 5, 3, 4) for one in (terms, share))
    before = torch.rand(2, 3, 4)
    wide = sum_leaky(wide_terms, wide_share, before)
    assert torch.equal(sum_leaky(terms, share, before), wide)


def test_a_decade_leaves_nothing_and_harms_nothing():
    rates = TimeConstants().rates()
    share = torch.exp(-torch.tensor([[0.01, 3650.0, 1e6]]).double()[..., None] * rates)
    share.retain_grad()
    sums = sum_leaky(torch.ones(1, 3, PACES).double(), share, torch.zeros(1, PACES).double())
    sums.sum().backward()
    assert sums[0, 2].tolist()[:3] == [1.0, 1.0, 1.0]
    assert sums[0, 2, -1] == 3
    assert share.grad is not None and share.grad.isfinite().all()


def test_time_constants_begin_where_they_are_said_to_and_the_last_are_infinite():
    times = TimeConstants(copies=2)
    np.testing.assert_allclose(1 / times.rates()[:-2].detach(), 2 * FIRST_DAYS, rtol=1e-12)
    assert times.rates()[-2:].tolist() == [0, 0]


def test_a_time_constant_can_be_learnt():
    days = torch.full((1, 40), 4.0).double()
    times = TimeConstants()
    optimizer = torch.optim.Adam(times.parameters(), lr=0.05)

    def last_sum():
        share = torch.exp(-days[..., None] * times.rates())
        return sum_leaky(torch.ones(1, 40, 1).double(), share, torch.zeros(1, PACES).double())[
            0, -1
        ]

    wanted = 1 / (1 - np.exp(-4.0 / 15))  # the sum of a geometric series, of 15 days
    for _ in range(100):
        optimizer.zero_grad()
        (torch.log(last_sum()[2:5]) - np.log(wanted)).square().sum().backward()
        optimizer.step()
    np.testing.assert_allclose(1 / times.rates()[2:5].detach(), 15, rtol=0.05)
