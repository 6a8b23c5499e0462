"""Baselines and controls: what each of them is shown, and what it answers from that."""

from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.conftest import sequence, untrained_encoder
from taonet.data.reading import Reading
from taonet.data.sequence_inputs import SequenceInputs
from taonet.data.transforms import Scaling
from taonet.experiment import baselines
from taonet.experiment.baselines import (
    FOREST,
    MASKED,
    READ,
    final_table,
    metadata_controls,
    pixel_controls,
    tree_notes,
)
from taonet.io.archive import Archive
from taonet.models.answers import compute_answers
from taonet.models.bundle import load_bundle
from taonet.models.encoding import encode_sequence
from taonet.models.preparation import prepare_example


@pytest.fixture
def archive(world):
    return Archive(world / "archive")


@pytest.fixture
def bundle(world):
    return load_bundle(world / "run")


def test_controls_of_the_cadence_see_times_or_numbers_or_classes_alone():
    rng = np.random.default_rng(0)
    # class 1 has the shorter gaps, and as many epochs
    mjds = [55000 + (5 - 4 * (i % 2)) * np.arange(6.0) + rng.random() for i in range(40)]
    label, train, test = np.arange(40) % 2, np.arange(30), np.arange(30, 40)
    label[0] = 1
    given = {"n_classes": 3, "seed": 1, "trees": 20}
    found = metadata_controls(mjds, label, train, test, **given)
    np.testing.assert_allclose(found["majority class"], [[14 / 30, 16 / 30, 0]] * 10)
    assert (found["times alone"].argmax(axis=1) == label[test]).all()
    assert np.ptp(found["length alone"], axis=0).max() == 0


def test_a_mean_of_fluxes_is_weighted_by_their_errors():
    light = np.array([[10.0, 1.0, 2.0, -2.0, 0.5], [20.0, 2.0, 4.0, 2.0, 1.0]], np.float32)
    mean = baselines._mean_light(light)
    # weights 1 and 1/4 of the fluxes, 4 and 1 of the places
    expected = [[12.0, 1.25**-0.5, 2.4, -1.2, 5**-0.5]]
    np.testing.assert_allclose(mean, expected, rtol=1e-6)
    assert baselines._mean_light(np.zeros((3, 0), np.float32)).shape == (1, 0)


def test_pixel_controls_alter_what_they_say(bundle, archive):
    test = np.array([2, 5])
    found = pixel_controls(bundle, archive, test, turns=1, seed=3)
    # no running mean is read, so there is nothing to mask
    assert set(found) == {"one random frame", "shuffled order", "mean image"}
    assert MASKED not in found
    for name, rows in found.items():
        assert rows.shape == (2, 6), name
        np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-5)
    sequence = archive[2]
    n_epochs = len(bundle.reading.epochs_of(sequence))
    frame = np.random.default_rng([3, 2]).integers(n_epochs, size=1)
    alone = prepare_example(sequence, bundle.reading, frame_px=bundle.frame_px, epochs=frame)
    (answer,) = compute_answers(bundle, [alone.example])
    np.testing.assert_allclose(found["one random frame"][0], answer.probabilities[-1], atol=1e-5)


def test_the_final_table_has_a_row_an_object_after_its_last_epoch(bundle, archive):
    ones = [archive[i] for i in range(3)]
    answers = np.eye(6)[[0, 3, 1]]
    table = final_table(ones, bundle.reading, answers, bundle.taxonomy)
    read = [one.mjd[bundle.reading.epochs_of(one)] for one in ones]
    assert table["n_epochs"].tolist() == [len(mjd) for mjd in read]
    assert table["mjd_last"].tolist() == [mjd[-1] for mjd in read]
    assert table["predicted_class"].tolist() == [bundle.taxonomy.classes[k] for k in (0, 3, 1)]


def test_notes_count_the_objects_without_features():
    columns = {f"{begin[0]}x": [1.0, np.nan, 2.0, np.nan] for begin in READ.values()}
    features = pd.DataFrame(
        {"object_id": ["a", "a", "b", "c"], "n_epochs": [9, 3, 12, 4], **columns}
    )
    # only the last beginning of each counts; strangers do not
    notes = tree_notes(features, dict.fromkeys(READ, features), ["a", "c"])
    assert notes[0] == (
        f"{FOREST}: 1 of 2 objects have too few epochs for its features and get the mix of classes."
    )
    out = tree_notes(features, {}, ["c"])
    assert out[0].startswith(f"Left out: {FOREST}, ")
    assert "1 of 1 objects" in out[0]
    assert tree_notes(features, dict.fromkeys(READ, features), ["a", "b"]) == []


def test_a_shuffled_sequence_keeps_its_times(bundle, archive):
    one = baselines._TestSequence(replace(bundle, trust=None), archive, 4)
    rng = np.random.default_rng(0)
    shuffled = baselines._shuffle_order(one, rng)
    order = np.random.default_rng(0).permutation(one.n_epochs)
    np.testing.assert_array_equal(shuffled.mjd, one.whole_example.mjd)
    np.testing.assert_array_equal(shuffled.days, one.whole_example.days)
    np.testing.assert_array_equal(shuffled.images, one.take_epochs(order).images)
    assert not np.array_equal(shuffled.images, one.whole_example.images)


def test_encoded_frames_are_shown_as_if_there_were_no_others():
    """The mean of the frames before would tell of them."""
    encoder = untrained_encoder()
    encode = partial(encode_sequence, encoder.network)
    reading = Reading(scaling=Scaling(), encoded=True, frames=False)
    seen = sequence(4, 6, size=32)
    readable = seen.take(reading.epochs_of(seen))
    stored = SequenceInputs(encoded=encode(readable))
    bundle: Any = SimpleNamespace(reading=reading, frame_px=32, encode=encode)
    shown = baselines._TestSequence(bundle, [seen], 0)
    shown._precomputed = stored
    last = np.array([len(readable) - 1])
    alone = encode(readable, last)
    np.testing.assert_allclose(
        shown.take_epochs(last).light, alone.light(np.zeros(1, int)), rtol=1e-5
    )
    assert shown.whole_example.conditions[-1, 4] > 0  # frames before it
    assert shown.take_epochs(last).conditions[0, 4] == 0
