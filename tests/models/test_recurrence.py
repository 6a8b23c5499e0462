"""Every kind of memory: one epoch at a time equals whole sequences, and saved weights stay."""

import pytest
import torch

from models.conftest import small
from taonet.errors import ConfigError
from taonet.models.recurrence import RECURRENCES, Recurrence

INPUTS, HIDDEN, OBJECTS, EPOCHS = 5, 7, 4, 9


@pytest.fixture(params=list(RECURRENCES))
def recurrence(request):
    torch.manual_seed(1)
    return Recurrence(INPUTS, HIDDEN, request.param)


@pytest.fixture
def seen():
    return torch.randn(OBJECTS, EPOCHS, INPUTS, generator=torch.Generator().manual_seed(2))


def nights(*starts):
    """Return a mask for nights that begin with some epochs, one object unlike the others."""
    new_night = torch.zeros(OBJECTS, EPOCHS, dtype=torch.bool)
    new_night[:, list(starts)] = True
    new_night[2] = True
    return new_night


@pytest.mark.parametrize("starts", [tuple(range(EPOCHS)), (0, 3, 4, 7)], ids=["epochs", "nights"])
def test_one_epoch_at_a_time_equals_the_sequence(recurrence, seen, starts):
    new_night, state = nights(*starts), recurrence.start(OBJECTS)
    whole = recurrence(seen, new_night)
    for k in range(EPOCHS):
        hidden, state = recurrence.step(seen[:, k], new_night[:, k], state)
        torch.testing.assert_close(hidden, whole[:, k])


def test_the_exposures_of_a_night_do_not_see_each_other(recurrence, seen):
    new_night = nights(0, 3)
    new_night[2, 1:] = torch.tensor([0, 0, 1, 0, 0, 0, 0, 0]).bool()
    changed = seen.clone()
    changed[:, 4] += 1
    before, after = recurrence(seen, new_night), recurrence(changed, new_night)
    assert not torch.equal(before[:, 4], after[:, 4])
    torch.testing.assert_close(before[:, 5:], after[:, 5:])


# bundles hold weights by these names
NAMES = {
    "gru": {"cell.weight_ih", "cell.weight_hh", "cell.bias_ih", "cell.bias_hh"},
    "lstm": {"cell.weight_ih", "cell.weight_hh", "cell.bias_ih", "cell.bias_hh"},
    "mean": {"cell.weight", "cell.bias"},
    "last": {"cell.weight", "cell.bias"},
}


@pytest.mark.parametrize("kind", NAMES)
def test_weights_of_saved_networks_keep_their_names(kind):
    assert Recurrence(INPUTS, HIDDEN, kind).state_dict().keys() == NAMES[kind]


def test_an_unknown_recurrence_is_refused_with_the_nearest_name():
    with pytest.raises(ConfigError, match=r"model\.recurrence.*did you mean 'gru'"):
        small(recurrence="gruu")
