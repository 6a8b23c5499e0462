"""Training: the loss falls, few objects can be learnt by heart, a kill changes nothing."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch

from fixtures.elsewhere import stand_in_gpu
from taonet.data.augment import Augmentation
from taonet.data.batches import Batch, TrainingSet, training_batches
from taonet.data.reading import Reading, example_of
from taonet.data.transforms import Scaling
from taonet.errors import InputError
from taonet.models.bundle import round_to_half
from taonet.models.network_config import TaoNetConfig
from taonet.models.taonet import TaoNet
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy
from taonet.training.checkpoint import load_checkpoint, save_checkpoint
from taonet.training.loop import Part, TrainingConfig, train_network
from taonet.training.objective import answer_loss

TWO = Taxonomy(name="two", classes=("CONSTANT", "VARIABLE"))
READING = Reading(scaling=Scaling(crop_px=12))
SMALL = TaoNetConfig(
    classes=2,
    zooms=(12,),
    zoom_px=6,
    stem=8,
    growth=8,
    layers=(1, 1),
    embedding=8,
    apertures=3,
    aperture_px=9,
    hidden=16,
    dropout=0.0,
)


def objects(n, *, seed=0, epochs=8):
    """Constant and variable stars that differ in nothing but their light curve."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(n):
        frames = rng.normal(1000, 10, (epochs, 1, 12, 12))
        light = 1500 * np.exp(rng.normal(0, 0.5, epochs) * (i % 2))
        frames[:, 0, 5:8, 5:8] += light[:, None, None]
        name = TWO.classes[i % 2]
        found.append(
            ImageSequence.from_frames(f"o{i}", frames, np.arange(epochs) + 5e4, class_name=name)
        )
    return found


def training_set(sequences, members=None):
    members = np.arange(len(sequences)) if members is None else members
    return TrainingSet(sequences=sequences, members=members, reading=READING, taxonomy=TWO)


def train(folder, sequences, *, members=None, **changes):
    given = {"steps": 80, "batch_size": 16, "learning_rate": 1e-2, "weight_decay": 0.0}
    return train_network(
        SMALL,
        training_set(sequences, members),
        config=TrainingConfig(**{**given, **changes}),
        seed=3,
        folder=folder,
    )


def meaningless(sequences):
    """Half of the constant and half of the variable stars carry either label."""
    return [
        ImageSequence(**{**vars(s), "class_name": TWO.classes[i // 2 % 2]})
        for i, s in enumerate(sequences)
    ]


def accuracy(network, sequences):
    batch = Batch.from_examples([example_of(s, READING, taxonomy=TWO) for s in sequences])
    with torch.inference_mode():
        last = network(batch)[torch.arange(len(sequences)), batch.n_epochs - 1]
    return (last.argmax(dim=1) == batch.label).float().mean().item()


def losses(folder):
    return [
        json.loads(line)["loss"] for line in (folder / "metrics.jsonl").read_text().splitlines()
    ]


def test_the_loss_falls_and_variable_stars_are_told_from_constant_ones(tmp_path):
    network = train(tmp_path, objects(64))
    history = losses(tmp_path)
    assert len(history) == 80
    assert np.mean(history[-20:]) < 0.5 * np.mean(history[:10])
    assert accuracy(network, objects(64, seed=1)) > 0.9


def test_random_labels_cannot_be_learnt_beyond_the_objects_they_were_given_to(tmp_path):
    network = train(tmp_path, meaningless(objects(64)), steps=40)
    assert 0.3 < accuracy(network, meaningless(objects(64, seed=1))) < 0.7


def test_batches_are_balanced_and_depend_on_seed_and_step_alone():
    sequences = [s for i, s in enumerate(objects(30)) if i % 2 == 0 or i < 10]
    some, late = (
        training_batches(
            training_set(sequences),
            batch_size=8,
            augmentation=Augmentation(),
            seed=5,
            first_step=first,
        )
        for first in (0, 2)
    )
    first = [next(some) for _ in range(3)]
    assert all(sorted(b.label.tolist()) == [0] * 4 + [1] * 4 for b in first)
    np.testing.assert_array_equal(first[2].images, next(late).images)


def test_frozen_parts_do_not_learn(tmp_path):
    free, held = (
        train(tmp_path / str(len(frozen)), objects(8), steps=3, frozen=frozen).state_dict()
        for frozen in ((), ("looks", "apertures"))
    )
    torch.manual_seed(3)  # what `train` starts from
    start = round_to_half(TaoNet(SMALL).state_dict())
    for name, weight in held.items():
        still = torch.equal(weight, start[name])
        assert still == name.startswith(("looks.", "apertures.")), name
    assert not torch.equal(free["apertures.weights"], start["apertures.weights"])


def test_every_part_that_learns_can_be_frozen():
    everything = TaoNetConfig(
        deep_zooms=(16,), zooms=(16,), width=8, measured=True, encoded=True,
        light_memory="integrators",
    )  # fmt: skip
    learns = {name.split(".")[0] for name, _ in TaoNet(everything).named_parameters()}
    assert learns == set(get_args(Part))


def test_a_dimmed_sequence_looks_the_same_however_bright():
    faint = objects(1)[0]
    frames = np.array(faint.frames, np.float64)
    bright = ImageSequence(**{**vars(faint), "frames": 5 * frames})
    never, always = (Augmentation(dimmed=share, whole=1.0) for share in (0.0, 1.0))
    batches = [
        next(training_batches(training_set([one]), batch_size=1, augmentation=how, seed=5)).images
        for how in (never, always)
        for one in (faint, bright)
    ]
    plain, _, one, other = batches
    torch.testing.assert_close(one, other)
    assert not torch.allclose(plain, one)


def test_the_loss_of_an_object_does_not_depend_on_its_length():
    logits = torch.zeros(2, 5, 2)
    seen = torch.tensor([5, 2])
    batch = Batch(
        images=torch.zeros(7, 1, 1, 1),
        deep=torch.zeros(2, 1, 0, 0),
        deep_band=torch.zeros(2, dtype=torch.long),
        deep_of=torch.zeros(7, dtype=torch.long),
        conditions=torch.zeros(7, 2),
        light=torch.zeros(7, 0),
        days=torch.zeros(7),
        band=torch.zeros(7, dtype=torch.long),
        n_epochs=seen,
        label=torch.tensor([0, 1]),
    )
    np.testing.assert_allclose(answer_loss(logits, batch), np.log(2), rtol=1e-6)
    logits[1, 2:] = 1e4  # past the last epoch: never matters
    np.testing.assert_allclose(answer_loss(logits, batch), np.log(2), rtol=1e-6)


def test_a_damaged_checkpoint_is_one_clear_line(tmp_path):
    (tmp_path / "checkpoint.pt").write_bytes(b"nonsense")
    with pytest.raises(InputError, match="not a checkpoint"):
        load_checkpoint(tmp_path / "checkpoint.pt")


KILLED = """
import sys, time, torch
sys.path.insert(0, {tests!r})
from dataclasses import replace
from pathlib import Path
import test_loop
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
def slowly(items, n, title):
    for item in items:
        yield item
        time.sleep({pause})
import taonet.training.loop as loop
network = loop.train_network(
    test_loop.SMALL, test_loop.training_set(test_loop.objects(16)), seed=3,
    folder=Path({folder!r}), track=slowly,
    config=loop.TrainingConfig(steps=40, batch_size=8, checkpoint_every=7),
)
torch.save(network.state_dict(), Path({folder!r}) / "final.pt")
"""


def run_training(folder, *, kill_after=None):
    pause = 0.05 if kill_after is not None else 0
    code = KILLED.format(tests=str(Path(__file__).parent), folder=str(folder), pause=pause)
    process = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    if kill_after is not None:
        log = folder / "metrics.jsonl"
        patience = time.monotonic() + 120
        while not log.exists() and process.poll() is None and time.monotonic() < patience:
            time.sleep(0.02)
        time.sleep(kill_after)
        process.send_signal(signal.SIGKILL)
    return process.wait()


@pytest.mark.slow
def test_a_training_killed_at_three_random_moments_ends_as_if_nothing_had_happened(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert run_training(whole) == 0
    moments = random.Random(0)  # the moment within the run stays the scheduler's choice
    ends = [run_training(killed, kill_after=moments.uniform(0.1, 1.2)) for _ in range(3)]
    assert -signal.SIGKILL in ends
    assert run_training(killed) == 0
    assert (killed / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()
    one, other = (torch.load(f / "final.pt", weights_only=True) for f in (killed, whole))
    assert one.keys() == other.keys()
    for name in one:
        assert torch.equal(one[name], other[name]), name


def stop_after_saving(path, state):
    save_checkpoint(path, state)
    raise KeyboardInterrupt


# torch does not know that this meta holds numbers
@pytest.mark.filterwarnings("ignore:.*copying from a non-meta parameter")
@pytest.mark.parametrize(("first", "then"), [("meta", "cpu"), ("cpu", "meta")])
def test_a_training_goes_on_on_another_device_and_ends_the_same(first, then, tmp_path, monkeypatch):
    sequences = objects(8)
    given = {"steps": 3, "batch_size": 2, "checkpoint_every": 1, "steadiness": 0.1}
    train(tmp_path / "here", sequences, **given, device="cpu")
    with stand_in_gpu():
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("taonet.training.checkpoint.save_checkpoint", stop_after_saving)
            train(tmp_path / "moved", sequences, **given, device=first)
        moved = train(tmp_path / "moved", sequences, **given, device=then)
        assert moved.device.type == then
    # gradients may be summed in another order, so weights need not agree to the last bit
    here, there = (losses(tmp_path / name) for name in ("here", "moved"))
    assert there == pytest.approx(here, rel=1e-4)
