"""Teaching the encoder: the loss falls, and an interruption changes nothing."""

import json

import numpy as np
import pytest
import torch

from models.conftest import SMALL_ENCODER
from taonet.errors import InputError, TaoNetError
from taonet.models.frame_encoder import FrameEncoderConfig
from taonet.training.encoder_loop import EncoderTraining, train_encoder
from taonet.training.encoder_objective import EncoderObjective
from taonet.training.planted_stars import Planting
from training.conftest import empty_frames

FEW = Planting(sequences=3, frames=6)


def teach(folder, taught, *, architecture=SMALL_ENCODER, track=None, **changes):
    given = {"steps": 25, "learning_rate": 1e-2, "planting": FEW, "checkpoint_every": 3}
    more = {} if track is None else {"track": track}
    return train_encoder(
        architecture, taught, config=EncoderTraining(**{**given, **changes}), seed=2,
        folder=folder, device="cpu", **more,
    )  # fmt: skip


def log_of(folder):
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def loss_of(parts):
    weights = EncoderObjective()
    besides = ("transparency", "seeing", "place", "host")
    told = parts["flux"] + weights.whole * parts["lost"] ** 2
    return told + sum(getattr(weights, name) * parts[name] for name in besides)


def test_the_loss_falls(tmp_path, taught):
    encoder = teach(tmp_path, taught)
    log = log_of(tmp_path)
    assert [line["step"] for line in log] == list(range(1, 26))
    for total in (loss_of, lambda parts: parts["flux"]):
        early, late = (np.mean([total(line) for line in some]) for some in (log[:5], log[-5:]))
        assert late < early - 0.5
    assert not encoder.training
    assert all(weight.isfinite().all() for weight in encoder.state_dict().values())


def stop_before(step):
    def track(items, _n, _title):
        for item in items:
            if item == step:
                raise KeyboardInterrupt
            yield item

    return track


def test_a_teaching_that_was_interrupted_ends_as_if_nothing_had_happened(tmp_path, taught):
    whole = teach(tmp_path / "whole", taught, steps=8)
    for step in (4, 7):
        with pytest.raises(KeyboardInterrupt):
            teach(tmp_path / "stopped", taught, steps=8, track=stop_before(step))
    resumed = teach(tmp_path / "stopped", taught, steps=8)
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name]), name
    one, other = ((tmp_path / f / "metrics.jsonl").read_bytes() for f in ("whole", "stopped"))
    assert one == other
    # what is finished is not taught again
    again = teach(tmp_path / "stopped", taught, steps=8, track=stop_before(0))
    assert all(torch.equal(again.state_dict()[n], w) for n, w in whole.state_dict().items())


def test_a_checkpoint_of_other_sizes_is_refused(tmp_path, taught):
    teach(tmp_path, taught, steps=1)
    with pytest.raises(InputError, match="checkpoint of another network"):
        teach(tmp_path, taught, steps=2, architecture=FrameEncoderConfig())


def test_a_gradient_that_is_not_finite_ends_it_before_any_weight_is_spoilt(tmp_path):
    broken = empty_frames(flux=[float("nan")] * 20)
    with pytest.raises(TaoNetError, match="step 1"):
        teach(tmp_path, broken, steps=2)
    assert not (tmp_path / "checkpoint.pt").exists()
