"""What counts of an epoch, and by how much."""

import pytest
import torch

from taonet.data.epoch_photometry import UNMEASURED
from taonet.models.flux_memory import STEADY
from taonet.models.light_memory import UNPLACED
from taonet.models.measured_epochs import MeasuredEpochs


def epochs_of(*rows):
    light = torch.tensor([rows])
    days = torch.ones(1, len(rows))
    return MeasuredEpochs.from_light(light, days, days > 0)


def test_weights_are_those_of_the_errors():
    epochs = epochs_of([10.0, 2.0, 0.5, -0.5, 0.2], [1000.0, 1.0, 0.0, 0.0, UNMEASURED])
    assert epochs.weight[0, 0] == pytest.approx(1 / (4 + (STEADY * 10) ** 2))
    assert epochs.weight[0, 1] == pytest.approx(1 / (1 + (STEADY * 1000) ** 2))
    assert epochs.place_weight[0].tolist() == pytest.approx([25, 0], rel=1e-6)


@pytest.mark.parametrize("error", [UNMEASURED, 3 * UNMEASURED, 1e4])
def test_what_was_not_measured_has_no_weight_and_tells_nothing(error):
    one = epochs_of([50.0, error, 9.0, 9.0, UNPLACED])
    other = epochs_of([-3.0, UNMEASURED, 0.0, 1.0, UNMEASURED])
    assert one.weight.item() == one.place_weight.item() == one.measured.item() == 0
    assert torch.equal(one.numbers(), other.numbers())


def test_no_error_at_all_is_no_infinite_weight():
    epochs = epochs_of([0.0, 0.0, 0.0, 0.0, 0.0])
    assert epochs.weight.isfinite().all()
    assert epochs.place_weight.isfinite().all()
