"""What an encoder is taught: to be right, to know its errors, and to find all of the light."""

import pytest
import torch

from taonet.models.frame_encoder import Encoding
from taonet.training.encoder_objective import EncoderObjective, encoder_loss, group_medians
from taonet.training.planted_stars import TaughtBatch

OBJECTIVE = EncoderObjective()
N = 400


def batch_of(**changes):
    """Two sequences: the first steady, the second in a host and moving."""
    torch.manual_seed(0)
    nothing = torch.zeros(N, 1, 1)
    planted = torch.where(torch.rand(N) < 0.5, 100 * torch.randn(N), torch.zeros(N))
    given = {
        "frames": nothing,
        "means": nothing,
        "conditions": torch.ones(N, 3),
        "flux": planted + 50,
        "log_ratio": 0.3 * torch.randn(N),
        "seeing": 0.2 * torch.randn(N),
        "planted": planted,
        "of_sequence": torch.arange(N) % 2,
        "place": torch.tensor([[0.3, -0.4], [1.0, 1.0]]),
        "steady": torch.tensor([True, False]),
        "moving": torch.tensor([False, True]),
        "host": torch.tensor([[6.0, 1.0, 2.0], [2.0, 1.0, 2.0]]),
    }
    return TaughtBatch(**given | changes)


def truth_of(batch, **changes):
    given = {
        "flux": batch.flux,
        "log_error": torch.zeros(N),
        "log_ratio": batch.log_ratio,
        "seeing": batch.seeing,
        "place": batch.place[batch.of_sequence],
        "log_place_error": torch.zeros(N),
        "host": batch.host[batch.of_sequence],
    }
    return Encoding(**given | changes)


def parts_of(batch, **changes):
    return encoder_loss(truth_of(batch, **changes), batch, OBJECTIVE)[1]


def test_the_truth_costs_nothing():
    parts = parts_of(batch_of())
    assert set(parts.values()) == {0.0}


def test_the_loss_is_the_weighted_sum_of_its_parts():
    batch = batch_of()
    encoding = truth_of(batch, flux=0.8 * batch.flux, seeing=batch.seeing + 0.1)
    loss, parts = encoder_loss(encoding, batch, OBJECTIVE)
    expected = parts["flux"] + OBJECTIVE.whole * parts["lost"] ** 2
    expected += sum(
        getattr(OBJECTIVE, name) * parts[name]
        for name in ("transparency", "seeing", "place", "host")
    )
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_stated_errors_are_best_where_they_are_honest():
    batch = batch_of()
    noise = 7 * torch.distributions.StudentT(OBJECTIVE.freedom).sample((N,))
    losses = {
        sigma: parts_of(
            batch, flux=batch.flux + noise, log_error=torch.full((N,), float(sigma)).log()
        )["flux"]
        for sigma in (2, 4, 7, 12, 25)
    }
    assert min(losses, key=lambda sigma: losses[sigma]) == 7


def test_light_that_is_lost_is_told_whether_it_came_or_went():
    batch = batch_of(steady=torch.tensor([True, True]))
    lost = parts_of(batch, flux=batch.flux - 0.3 * batch.planted)["lost"]
    assert -0.3 < lost < -0.2
    assert parts_of(batch, flux=batch.flux + 0.3 * batch.planted)["lost"] == pytest.approx(-lost)
    nothing = batch_of(planted=torch.zeros(N))
    assert parts_of(nothing, flux=nothing.flux + 3)["lost"] == 0


def test_of_a_host_only_changes_are_asked_of_what_is_steady_all():
    batch = batch_of()
    level = torch.tensor([0.0, 500.0])[batch.of_sequence]
    assert parts_of(batch, flux=batch.flux + level)["flux"] == pytest.approx(0, abs=1e-6)
    level = torch.tensor([500.0, 0.0])[batch.of_sequence]
    assert parts_of(batch, flux=batch.flux + level)["flux"] > 1


def test_what_cannot_be_known_is_not_asked_and_spoils_no_gradient():
    conditions, seeing = torch.ones(N, 3), 0.2 * torch.randn(N)
    conditions[:100, 2], seeing[50:] = 0, torch.nan
    batch = batch_of(conditions=conditions, seeing=seeing)
    away = torch.where(conditions[:, 2] > 0, 0.0, 1.0)
    shifted = torch.where(batch.moving[batch.of_sequence], 3.0, 0.0)
    given = {
        "log_ratio": batch.log_ratio + away,
        "seeing": torch.nan_to_num(seeing, nan=9.0),
        "place": batch.place[batch.of_sequence] + shifted[:, None],
    }
    parts = parts_of(batch, **given)
    assert {parts[name] for name in ("transparency", "seeing", "place")} == {0.0}
    leaves = {name: value.clone().requires_grad_() for name, value in given.items()}
    encoder_loss(truth_of(batch, **leaves), batch, OBJECTIVE)[0].backward()
    assert all(leaf.grad is not None and leaf.grad.isfinite().all() for leaf in leaves.values())
    unknown = batch_of(seeing=torch.full((N,), torch.nan))
    assert parts_of(unknown, seeing=torch.zeros(N))["seeing"] == 0


def test_the_median_of_an_empty_group_is_nothing():
    values = torch.tensor([3.0, 1.0, 2.0])
    assert group_medians(values, torch.tensor([2, 2, 2]), 3).tolist() == [0, 0, 2]


def test_of_a_faint_host_only_the_light_is_asked_and_of_first_frames_nothing():
    batch = batch_of()
    for k, asked in ((0, True), (1, False)):
        wrong = batch.host.clone()
        wrong[k, 1:] += 1
        found = parts_of(batch, host=wrong[batch.of_sequence])["host"]
        assert (found > 0) == asked
    first = batch_of(conditions=torch.zeros(N, 3))
    assert parts_of(first, host=torch.full((N, 3), 9.0))["host"] == 0
