"""Batches: sequences laid end to end, each where it was, whatever its length."""

import numpy as np
import pytest
import torch

from photometry.made import field
from taonet.data.augment import Augmentation
from taonet.data.batches import Batch, TrainingSet, training_batches
from taonet.data.reading import Reading, example_of
from taonet.data.transforms import Scaling
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

TWO = Taxonomy(name="two", classes=("SN", "NON"))
READING = Reading(scaling=Scaling())


def sequence(i, n, *, class_name="SN"):
    frames = np.random.default_rng(i).normal(1000, 10, (n, 1, 9, 9)).astype(np.float32)
    mjd = 55000 + 3.0 * np.arange(n)
    return ImageSequence.from_frames(f"o{i}", frames, mjd, class_name=class_name)


@pytest.fixture(scope="module")
def examples():
    return [example_of(sequence(i, n), READING, taxonomy=TWO) for i, n in enumerate((3, 1, 5))]


def test_objects_lie_end_to_end_in_their_order(examples):
    batch = Batch.from_examples(examples)
    assert batch.n_epochs.tolist() == [3, 1, 5]
    assert batch.object_id == ("o0", "o1", "o2")
    assert len(batch.mjd) == len(batch.images) == len(batch.days) == 9
    for example, first in zip(examples, (0, 3, 4), strict=True):
        own = slice(first, first + len(example.days))
        np.testing.assert_array_equal(batch.images[own], example.images)
        assert batch.mjd[own] == tuple(example.mjd)


def test_padding_puts_each_frame_at_its_epoch_and_nothing_elsewhere(examples):
    batch = Batch.from_examples(examples)
    padded = batch.pad(torch.arange(1, 10))
    assert padded.tolist() == [[1, 2, 3, 0, 0], [4, 0, 0, 0, 0], [5, 6, 7, 8, 9]]
    assert torch.equal(padded > 0, batch.seen)
    assert batch.pad(batch.images).shape == (3, 5, 1, 9, 9)


def test_looks_stay_with_their_own_object():
    reading = Reading(scaling=Scaling(), measured=True, deep_px=9)
    made = [example_of(field(n, size=21, seed=n)[0], reading) for n in (3, 1, 4)]
    batch = Batch.from_examples(made)
    looks = [example.deep[example.deep_of] for example in made]
    np.testing.assert_array_equal(batch.deep[batch.deep_of], np.concatenate(looks))
    assert len(batch.deep_band) == len(batch.deep)


def training_set():
    rare = [sequence(i, 2 + i % 3, class_name="NON" if i == 4 else "SN") for i in range(6)]
    return TrainingSet(
        sequences=rare, members=np.array([0, 1, 4, 5]), reading=READING, taxonomy=TWO
    )


def batches(first_step=0):
    augmentation = Augmentation()
    return training_batches(
        training_set(), batch_size=6, augmentation=augmentation, seed=2, first_step=first_step
    )


def test_a_rare_class_is_drawn_as_often_as_the_other_and_only_members_are():
    assert training_set().labels.tolist() == [0, 0, 1, 0]
    drawn = [batch for batch, _ in zip(batches(), range(10), strict=False)]
    assert all(sorted(batch.label.tolist()) == [0, 0, 0, 1, 1, 1] for batch in drawn)
    assert {name for batch in drawn for name in batch.object_id} == {"o0", "o1", "o4", "o5"}


def test_the_batch_of_a_step_does_not_depend_on_where_training_began():
    from_start, resumed = batches(), batches(first_step=3)
    for _ in range(3):
        next(from_start)
    for _ in range(2):
        one, other = next(from_start), next(resumed)
        assert one.object_id == other.object_id
        assert torch.equal(one.images, other.images)
