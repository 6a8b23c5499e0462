"""From sequences to examples: in order, and what cannot be read costs itself alone."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from models.conftest import sequence
from taonet.data.reading import Reading, example_of
from taonet.data.transforms import Scaling
from taonet.errors import InputError
from taonet.models.preparation import prepare_example, prepare_examples

READING = Reading(scaling=Scaling(crop_px=16), bands=("g", "r"))


def test_an_example_is_what_the_reading_makes_of_a_sequence():
    own = sequence(1)
    prepared = prepare_example(own, READING, frame_px=16)
    expected = example_of(own, READING)
    np.testing.assert_array_equal(prepared.example.images, expected.images)
    np.testing.assert_array_equal(prepared.example.mjd, own.mjd)
    assert prepared.facts.object_id == own.object_id
    assert prepared.left_out == ()
    some = prepare_example(own, READING, frame_px=16, epochs=np.array([4, 1]))
    assert len(some.example.mjd) == 2


def test_cutouts_below_the_size_of_the_bundle_are_refused():
    with pytest.raises(InputError, match=r"too small for this model.*16.*not 17"):
        prepare_example(sequence(1), READING, frame_px=17)


def test_the_unreadable_are_passed_over_in_order_or_end_it_all():
    ones = [sequence(0), sequence(1, size=12), sequence(2)]
    rejected = []

    def note(source, error, *, part=False):
        rejected.append((source, error, part))

    found = prepare_examples(ones, READING, frame_px=16, on_rejection=note)
    assert [one.facts.object_id for one in found] == ["o0", "o2"]
    ((name, error, part),) = rejected
    assert (name, part) == ("o1", False)
    assert "too small" in str(error)
    with pytest.raises(InputError, match="sequence o1"):
        list(prepare_examples(ones, READING, frame_px=16))


def test_an_epoch_in_an_unknown_band_costs_itself_and_is_reported():
    strange = replace(sequence(3), band=("i", *sequence(3).band[1:]))
    told = []

    def note(source, error, *, part=False):
        told.append((source, error, part))

    (one,) = prepare_examples([strange], READING, frame_px=16, on_rejection=note)
    assert len(one.example.mjd) == len(strange) - 1
    name, _error, part = told[0]
    assert (name, part, len(told)) == ("o3", True, 1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        list(prepare_examples([strange], READING, frame_px=16))
    assert [str(one.message)[:12] for one in caught] == ["1 × left out"]


def test_epochs_that_are_not_read_go_with_their_reasons():
    strange = replace(sequence(3), band=("i", *sequence(3).band[1:]))
    assert prepare_example(strange, READING, frame_px=16).ignored.reasons == ("band i",)
