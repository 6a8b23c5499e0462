"""The table of counterfactuals: each is made, of any survey's frames, and repeatable."""

from typing import get_args

import numpy as np
import pytest

from taonet.data.counterfactuals import AS_IS, COUNTERFACTUALS, Expected, make_counterfactual
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset


@pytest.fixture(scope="module")
def sequences():
    """One sequence of integers, one of 21 pixels, one of three channels."""
    return [
        next(iter(simulate(survey_preset(name), 1, seed=seed, classes=(kind,))))[0]
        for name, kind, seed in (("crts", "CV", 4), ("hits", "RRL", 4), ("ztf", "SN", 7))
    ]


@pytest.mark.parametrize("name", COUNTERFACTUALS)
def test_each_is_made_and_repeatable(name, sequences):
    for before in sequences:
        after, again = (make_counterfactual(name, before, seed=1) for _ in range(2))
        np.testing.assert_array_equal(after.frames, again.frames)
        assert after.frames.shape == before.frames.shape
        assert (after.object_id, after.class_name) == (before.object_id, before.class_name)
        assert not np.array_equal(after.frames, before.frames, equal_nan=True)
        np.testing.assert_array_equal(after.usable, before.usable)
        np.testing.assert_array_equal(after.mjd, before.mjd)


def test_seed_object_and_name_decide_what_is_random(sequences):
    before = sequences[1]
    noises = [
        make_counterfactual(name, before, seed=seed).frames
        for name, seed in (("empty sky", 1), ("empty sky", 2), ("object taken out", 1))
    ]
    centre = (slice(None), 0, 10, 10)
    assert len({frames[centre].tobytes() for frames in noises}) == 3


def test_the_table_says_what_should_happen():
    assert AS_IS not in COUNTERFACTUALS
    for name, entry in COUNTERFACTUALS.items():
        assert entry.expected in get_args(Expected), name
        assert entry.description and ":" not in name
