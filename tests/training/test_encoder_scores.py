"""Scores of an encoder: none of error for one that knows, and a shrinking one is found out."""

from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pytest
import torch

from models.conftest import SMALL_ENCODER
from taonet.models.frame_encoder import Encoding, FrameEncoder
from taonet.training import encoder_scores as module
from taonet.training.encoder_scores import score_encoder, split_taught_frames
from taonet.training.planted_stars import Planting, draw_taught_batch
from training.conftest import empty_frames

PLANTING = Planting(sequences=3, frames=20)


class Oracle(FrameEncoder):
    """Stands in for an encoder: it knows the truth of the batch, but loses some planted light."""

    def __init__(self, *, lost=0.0, host=0.0, noise=0.0):
        super().__init__(SMALL_ENCODER)
        self.lost, self.host, self.noise = lost, host, noise

    def draw(self, *given):
        self.batch = draw_taught_batch(*given)
        return self.batch

    def forward(self, frames, means, conditions):
        assert len(means) == len(conditions) == len(frames)
        batch, n = self.batch, len(frames)
        host = self.host * ~batch.steady[batch.of_sequence]
        noise = self.noise * torch.randn(n, generator=torch.Generator().manual_seed(0))
        return Encoding(
            flux=batch.flux - self.lost * batch.planted + host + noise,
            log_error=torch.full((n,), 2.0).log(),
            log_ratio=batch.log_ratio,
            seeing=batch.seeing,
            place=batch.place[batch.of_sequence],
            log_place_error=torch.zeros(n),
            host=torch.zeros(n, 3),
        )


@pytest.fixture
def scores_of(monkeypatch):
    def score(oracle, **changes):
        monkeypatch.setattr(module, "draw_taught_batch", oracle.draw)
        taught = empty_frames(**{"flux": [30.0] * 20, **changes})
        return score_encoder(oracle, taught, planting=PLANTING, seed=1, batches=8)

    return score


def test_one_that_knows_makes_no_error_even_beside_hosts(scores_of):
    scores = scores_of(Oracle(host=700.0))
    assert scores.transparency == scores.seeing == scores.place == 0
    for score in (*scores.own, *scores.planted):
        assert (score.error, score.pull) == pytest.approx((0, 0), abs=1e-4)
        assert score.found == pytest.approx(1, abs=1e-4)
    assert len(scores.planted) == len(module.PLANTED) - 1
    assert sum(score.frames for score in scores.planted) > 100


def test_one_that_shrinks_is_found_out_whether_light_comes_or_goes(scores_of):
    scores = scores_of(Oracle(lost=0.3), steady=True)
    for score in scores.planted:
        assert score.found == pytest.approx(0.7, abs=1e-3)
        assert score.relative == pytest.approx(0.3 * module.TO_SIGMA, rel=1e-3)
    assert all(score.found == pytest.approx(1, abs=1e-4) for score in scores.own)


def test_errors_that_are_honest_have_a_pull_of_one(scores_of):
    scores = scores_of(Oracle(noise=2.0), steady=True)
    (own,) = [score for score in scores.own if score.least <= 30 < score.most]
    assert own.error == pytest.approx(2, rel=0.2)
    assert own.pull == pytest.approx(1, rel=0.2)


def test_what_there_is_none_of_has_no_score(scores_of):
    scores = scores_of(Oracle(), steady=False, moving=True, seeing=[float("nan")] * 20)
    # nothing is planted where seeing is not known, and hosts are no light of their own
    assert scores.own == scores.planted == ()
    assert np.isnan([scores.seeing, scores.place]).all()
    assert scores.transparency == 0


def test_limits_follow_each_other(scores_of):
    scores = scores_of(Oracle())
    for one, next_one in pairwise(scores.planted):
        assert one.most == next_one.least
    assert all(np.isfinite(list(row.values())).all() for row in asdict(scores)["planted"])


def test_what_scores_did_not_teach():
    taught = empty_frames(n=2, sequences=40)
    teaching, held_out = split_taught_frames(taught, 0.05)
    firsts = [{one.first for one in part.sequences} for part in (teaching, held_out)]
    assert (len(firsts[0]), len(firsts[1])) == (38, 2)
    assert firsts[0] | firsts[1] == {one.first for one in taught.sequences}
    assert teaching.frames is taught.frames
