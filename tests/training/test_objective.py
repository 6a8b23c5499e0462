"""The training loss, worked out in plain loops; and what of a network the weather term moves."""

import numpy as np
import pytest
import torch

from models.conftest import CLASSES, sequence, small
from taonet.data.batches import Batch
from taonet.data.reading import Reading, example_of
from taonet.data.transforms import Scaling
from taonet.models.taonet import TaoNet
from taonet.training.objective import answer_loss, unsteadiness

LENGTHS = (5, 1, 3)


@pytest.fixture
def batch():
    reading = Reading(scaling=Scaling(crop_px=16))
    names = CLASSES.classes
    examples = [
        example_of(sequence(i, n, class_name=names[i]), reading, taxonomy=CLASSES)
        for i, n in enumerate(LENGTHS)
    ]
    return Batch.from_examples(examples)


def test_later_answers_weigh_more_and_every_object_as_much_as_any_other(batch):
    logits = torch.from_numpy(np.random.default_rng(0).normal(0, 2, (3, 5, 3))).float()
    log_p = torch.log_softmax(logits.double(), dim=-1).numpy()
    by_object = []
    for i, n in enumerate(LENGTHS):
        weights = np.arange(1, n + 1)
        entropy = -log_p[i, :n, i]
        by_object.append((weights * entropy).sum() / weights.sum())
    found = answer_loss(logits, batch)
    assert found.item() == pytest.approx(np.mean(by_object), rel=1e-5)
    # what lies in padded epochs does not matter
    logits[~batch.seen] = 1e6
    assert answer_loss(logits, batch).item() == pytest.approx(found.item(), rel=1e-6)


def test_smoothed_labels_give_a_share_to_every_class(batch):
    logits = torch.from_numpy(np.random.default_rng(1).normal(0, 2, (3, 5, 3))).float()
    plain, smooth = answer_loss(logits, batch), answer_loss(logits, batch, label_smoothing=0.3)
    others = []
    for label in range(3):
        batch.label[:] = label
        others.append(answer_loss(logits, batch).item())
    assert smooth.item() == pytest.approx(0.7 * plain.item() + 0.3 * np.mean(others), rel=1e-5)


def test_unsteadiness_is_a_mean_absolute_deviation_that_cannot_be_had_by_changing_sums(batch):
    torch.manual_seed(0)
    network = TaoNet(small())
    loss = unsteadiness(network, batch)
    with torch.no_grad():
        sums, correction = network.measure(batch.images, batch.conditions)
    corrected = np.split((sums + correction).double().numpy(), np.cumsum(LENGTHS)[:-1])
    deviations = [np.abs(own - own.mean(axis=0)).ravel() for own in corrected]
    assert loss.item() == pytest.approx(np.concatenate(deviations).mean(), rel=1e-4)
    loss.backward()
    moved = {n.split(".")[0] for n, p in network.named_parameters() if p.grad is not None}
    # apertures that learnt from it would learn to see nothing
    assert moved == {"calibrate"}
