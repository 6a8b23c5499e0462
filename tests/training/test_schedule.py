"""The rate of learning: it rises, then falls to nothing, however many steps there are."""

import numpy as np
import pytest

from taonet.training.encoder_loop import EncoderTraining
from taonet.training.loop import TrainingConfig
from taonet.training.schedule import Schedule, learning_rate


def test_the_rate_rises_then_falls_to_nothing():
    config = TrainingConfig(steps=100, learning_rate=1.0)
    rates = [learning_rate(step, config) for step in range(101)]
    assert max(rates) == rates[9] == 1.0
    assert rates[100] < 1e-9
    assert np.all(np.diff(rates[10:]) <= 0)


@pytest.mark.parametrize("steps", [1, 3, 11])
@pytest.mark.parametrize("kind", [TrainingConfig, EncoderTraining])
def test_every_step_learns_however_few_there_are(kind, steps):
    schedule: Schedule = kind(steps=steps, learning_rate=0.1)
    rates = [learning_rate(step, schedule) for step in range(steps)]
    assert min(rates) > 0
    assert max(rates) == pytest.approx(0.1)
