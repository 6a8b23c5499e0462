"""A loss that is not finite: whose fault it is, and that nothing of it reaches a checkpoint."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from taonet.data import batches
from taonet.data.batches import Batch
from taonet.data.reading import example_of
from taonet.errors import InputError, TaoNetError
from taonet.training.faults import loss_error
from taonet.training.loop import TrainingConfig, train_network
from training.test_loop import READING, SMALL, TWO, objects, training_set

SPOILT, MJD = "o3", 50002.0


def spoil(example, value, part="images"):
    if example.object_id != SPOILT:
        return example
    values = getattr(example, part).copy()
    values[example.mjd == MJD] = value
    return replace(example, **{part: values})


@pytest.fixture
def examples():
    return [example_of(one, READING, taxonomy=TWO) for one in objects(6)]


def answers(examples, value=0.0):
    batch = Batch.from_examples(examples)
    return batch, torch.full((*batch.seen.shape, 2), value)


@pytest.mark.parametrize("part", ["images", "conditions", "days"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_name_object_and_epoch(examples, part, value):
    spoilt = [spoil(example, value, part) for example in examples]
    fault = loss_error(*answers(spoilt), step=7)
    assert isinstance(fault, InputError)
    assert str(fault).startswith("object o3: what is read of an object is not finite")
    assert "MJD 50002.00000" in str(fault)
    assert "learning_rate" not in str(fault)


def test_running_means_count_for_the_epochs_that_go_by_them(examples):
    deep = np.ones((2, 1, 4, 4), np.float32)
    deep[1] = np.nan
    looks = np.array([0] * 5 + [1] * 3)
    own = [replace(e, deep=deep[:1], deep_of=0 * looks) for e in examples]
    own[4] = replace(own[4], deep=deep, deep_of=looks)
    fault = loss_error(*answers(own), step=1)
    assert "object o4" in str(fault)
    assert "MJD 50005.00000" in str(fault)


def test_several_objects_are_counted(examples):
    nan = [replace(e, images=np.full_like(e.images, np.nan)) for e in examples[:4]]
    assert "and in 3 more objects" in str(loss_error(*answers([*nan, *examples[4:]]), step=1))


def test_answers_of_some_objects_only_are_those_objects_fault(examples):
    batch, logits = answers(examples)
    logits[2, 4:] = torch.nan
    fault = loss_error(batch, logits, step=1)
    assert isinstance(fault, InputError)
    assert "object o2" in str(fault) and "MJD 50004.00000" in str(fault)


def test_a_lower_rate_is_advised_only_where_all_that_was_read_is_fine(examples):
    fault = loss_error(*answers(examples, torch.nan), step=7)
    assert not isinstance(fault, InputError)
    assert str(fault).startswith("step 7 of training: the loss is not finite")
    assert "lower training.learning_rate" in str(fault)


def train(folder, rate=1e-2):
    config = TrainingConfig(steps=6, batch_size=8, learning_rate=rate, checkpoint_every=1)
    train_network(
        SMALL, training_set(objects(8)), config=config, seed=3, folder=folder,
    )  # fmt: skip


def test_training_ends_in_one_line_that_names_the_object(tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "example_of", lambda *a, **k: spoil(example_of(*a, **k), np.nan))
    with pytest.raises(InputError, match=r"object o3: .* MJD 50002"):
        train(tmp_path)


def test_weights_that_run_away_never_reach_the_checkpoint(tmp_path):
    with pytest.raises(TaoNetError, match=r"lower training\.learning_rate"):
        train(tmp_path, rate=1e30)
    stored = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert all(weight.isfinite().all() for weight in stored["network"].values())
