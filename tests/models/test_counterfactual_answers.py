"""Answers about counterfactuals are those of `predict` about the sequences that they are."""

import pandas as pd
import pytest

from taonet.data.counterfactuals import AS_IS, COUNTERFACTUALS, make_counterfactual
from taonet.io.archive import Archive
from taonet.models.counterfactual_answers import COUNTERFACTUAL, counterfactual_answers
from taonet.models.load import load_model
from taonet.models.predict import predict


@pytest.fixture(scope="module")
def model(world):
    return load_model(world / "run" / "bundle")


@pytest.fixture(scope="module")
def archive(world):
    return Archive(world / "archive")


def test_answers_are_those_of_predict(model, archive):
    names = ("dimmed 1 mag", "moved 1 px")
    sequences = [archive[i] for i in range(4)]
    answers = counterfactual_answers(model, iter(sequences), names=names, seed=9)
    assert answers[COUNTERFACTUAL].tolist() == [AS_IS, *names] * 4
    for name in names:
        made = [make_counterfactual(name, sequence, seed=9) for sequence in sequences]
        last = pd.concat([rows.tail(1) for rows in predict(model, made)], ignore_index=True)
        own = answers[answers[COUNTERFACTUAL] == name].drop(columns=COUNTERFACTUAL)
        pd.testing.assert_frame_equal(
            own.reset_index(drop=True), last, rtol=1e-4, check_dtype=False
        )


def test_all_are_answered_unless_some_are_named(model, archive):
    answers = counterfactual_answers(model, [archive[0]], seed=1)
    assert answers[COUNTERFACTUAL].tolist() == [AS_IS, *COUNTERFACTUALS]
    assert set(answers["object_id"]) == {archive[0].object_id}


def test_objects_that_cannot_be_read_are_told_once_and_passed_over(model, archive):
    small = archive[1]
    small = type(small).from_frames("small", small.frames[..., :5, :5], small.mjd)
    told = []
    answers = counterfactual_answers(
        model,
        [archive[0], small],
        names=("mirrored",),
        seed=1,
        on_rejection=lambda source, _error, *, part=False: told.append((source, part)),
    )
    assert (set(answers["object_id"]), told) == ({archive[0].object_id}, [("small", False)])
    assert counterfactual_answers(model, [small], seed=1).empty
