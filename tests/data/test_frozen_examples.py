"""A frozen example shows its median in its own noise, and is of the class that does not change."""

import numpy as np
import pytest

from taonet.data.augment import Augmentation
from taonet.data.batches import TrainingSet, training_batches
from taonet.data.epoch_photometry import UNMEASURED
from taonet.data.frozen_examples import freeze_example
from taonet.data.reading import Reading, example_of
from taonet.data.transforms import SOFT_SCALE, Scaling
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

TWO = Taxonomy(name="two", classes=("SN", "NON"))
READING = Reading(scaling=Scaling())


def sequence(n=40, class_name="SN"):
    rng = np.random.default_rng(0)
    noise = np.where(np.arange(n) % 2, 10.0, 30.0)
    frames = rng.normal(0, 1, (n, 1, 24, 24)) * noise[:, None, None, None]
    frames[:, :, 12, 12] += np.linspace(0, 3000, n)[:, None]
    return ImageSequence.from_frames("a", frames, np.arange(n) * 1.0, class_name=class_name)


def frozen_example():
    example = example_of(sequence(), READING, taxonomy=TWO)
    return example, freeze_example(example, softening=1.0, label=1, rng=np.random.default_rng(1))


def test_the_object_no_longer_changes_and_the_noise_is_each_frames_own():
    example, frozen = frozen_example()
    before, after = (np.sinh(SOFT_SCALE * one.images[:, 0]) for one in (example, frozen))
    assert after[:, 12, 12].std() < 0.05 * before[:, 12, 12].std()
    sky = np.s_[:, :8, :8]
    np.testing.assert_allclose(after[sky].std(axis=(1, 2)), before[sky].std(axis=(1, 2)), rtol=0.35)
    assert after[0::2, :8, :8].std() == pytest.approx(before[0::2, :8, :8].std(), rel=0.1)
    assert (example.label, frozen.label) == (0, 1)
    np.testing.assert_array_equal(frozen.conditions, example.conditions)


def test_measured_fluxes_freeze_too():
    example, _ = frozen_example()
    light = np.tile(np.array([0.0, 2.0, 0.1, 0.2, 0.3], np.float32), (40, 1))
    light[:, 0], light[3, :2] = np.linspace(0, 500, 40), (0.0, UNMEASURED)
    vars(example)["light"] = light
    frozen = freeze_example(example, softening=1.0, label=1, rng=np.random.default_rng(1))
    assert frozen.light[4:, 0].std() == pytest.approx(2, rel=0.3)
    np.testing.assert_array_equal(frozen.light[3], light[3])
    np.testing.assert_array_equal(frozen.light[:, 1:], light[:, 1:])


def frozen_light(light, seed=1):
    example, _ = frozen_example()
    vars(example)["light"] = light
    rng = np.random.default_rng(seed)
    vars(example)["images"] = np.zeros((40, 1, 0, 0), np.float32)
    return freeze_example(example, softening=1.0, label=1, rng=rng).light


def test_one_light_freezes_to_the_bit_as_before_and_a_second_in_the_same_noise():
    rng = np.random.default_rng(3)
    one, other = rng.uniform(1, 9, (2, 40, 5)).astype(np.float32)
    one[3, :2] = other[7, :2] = 0.0, UNMEASURED
    flux, error = one[:, 0], one[:, 1]
    known = error < UNMEASURED
    white = np.random.default_rng(1).standard_normal(40)
    as_before = np.where(known, np.median(flux[known]) + error * white, flux)
    expected = np.column_stack([as_before, one[:, 1:]]).astype(np.float32)
    np.testing.assert_array_equal(frozen_light(one), expected)
    both = frozen_light(np.concatenate([one, other], axis=1))
    np.testing.assert_array_equal(both, np.concatenate([expected, frozen_light(other)], axis=1))


def test_batches_hold_a_share_of_them():
    sequences = [sequence(12, name) for name in ("SN", "NON")]
    examples = TrainingSet(sequences=sequences, members=np.arange(2), reading=READING, taxonomy=TWO)
    shares = []
    for share in (0.0, 0.5):
        batches = training_batches(
            examples, batch_size=40, augmentation=Augmentation(frozen=share), seed=1
        )
        shares.append(float((next(batches).label == 1).float().mean()))
    assert shares[0] == 0.5
    assert 0.6 < shares[1] < 0.9
