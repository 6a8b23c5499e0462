"""Answers of a network: turned copies are averaged, and a detection is when it was first clear."""

from dataclasses import replace

import numpy as np
import pytest

from models.conftest import sequence
from taonet.data.reading import example_of
from taonet.data.transforms import turn_images
from taonet.errors import InputError
from taonet.models.answers import _first_detection, compute_answers, predict_examples, turns_of
from taonet.models.preparation import prepare_examples

plain = pytest.mark.parametrize("bundle", ["plain"], indirect=True)


@plain
def test_turned_copies_are_averaged(bundle):
    example = example_of(sequence(1), bundle.reading)
    (found,) = compute_answers(bundle, [example], turns=3)
    copies = [
        replace(example, images=np.ascontiguousarray(turn_images(example.images, which)))
        for which in range(3)
    ]
    alone = [compute_answers(bundle, [copy])[0] for copy in copies]
    assert not np.allclose(alone[0].probabilities, alone[1].probabilities, atol=1e-6)
    for name in ("probabilities", "features"):
        expected = np.mean([getattr(one, name) for one in alone], axis=0)
        np.testing.assert_allclose(getattr(found, name), expected, atol=1e-5)
    with pytest.raises(InputError, match="turns must be at least 1"):
        compute_answers(bundle, [example], turns=0)


@plain
def test_a_bundle_decides_its_turns_and_how_many_frames_go_at_once_does_not_matter(
    bundle, monkeypatch
):
    assert turns_of(bundle) == 1
    assert turns_of(replace(bundle, facts={})) == 1
    turned = replace(bundle, facts={"turns": 2})
    ones = [sequence(i, 3 + i) for i in range(4)]

    def answered(**changes):
        prepared = prepare_examples(ones, bundle.reading, frame_px=16)
        return [one.rows for one in predict_examples(turned, prepared, **changes)]

    whole = answered()
    monkeypatch.setattr("taonet.models.answers.FRAMES_AT_ONCE", 5)
    for one, other, explicit in zip(whole, answered(), answered(turns=2), strict=True):
        np.testing.assert_allclose(one["p_SN"], other["p_SN"], atol=1e-5)
        np.testing.assert_array_equal(other["p_SN"], explicit["p_SN"])
    assert [len(rows) for rows in whole] == [3, 4, 5, 6]


@plain
def test_a_detection_lasts_and_does_not_come_early(bundle):
    (one,) = prepare_examples([sequence(1)], bundle.reading, frame_px=16)
    detected = np.array([False, False, True, True, True, True])
    when = _first_detection(replace(one, detection=replace(one.detection, detected=detected)))
    assert np.isnan(when[:2]).all()
    np.testing.assert_array_equal(when[2:], one.example.mjd[2])
    never = replace(one, detection=replace(one.detection, detected=np.zeros(6, bool)))
    assert np.isnan(_first_detection(never)).all()


@plain
def test_where_nothing_is_seen_nothing_changes_whatever_the_network_says(bundle):
    (one,) = prepare_examples([sequence(1)], bundle.reading, frame_px=16)
    detected = np.array([False, False, True, True, True, True])
    unseen = replace(one, detection=replace(one.detection, detected=detected))
    (rows,) = (each.rows for each in predict_examples(bundle, [unseen]))
    assert rows["predicted_class"].tolist()[:2] == ["NON", "NON"]
    assert rows["detected"].tolist() == detected.tolist()
    most = bundle.taxonomy.most_probable(rows[["p_SN", "p_CV", "p_NON"]].to_numpy())
    assert rows["predicted_class"].tolist()[2:] == most.tolist()[2:]


@plain
def test_without_trust_there_is_neither_set_nor_typicality(bundle):
    (answer,) = compute_answers(bundle, [example_of(sequence(1), bundle.reading)])
    assert answer.sets == [None] * 6
    assert np.isnan(answer.typicality).all()
    np.testing.assert_allclose(answer.probabilities.sum(axis=1), 1, atol=1e-6)
