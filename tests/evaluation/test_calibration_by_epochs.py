"""The calibration error after each number of epochs, held against MAPIE and scores."""

import pytest
from mapie.metrics.calibration import expected_calibration_error

from evaluation.honest import THREE, draw
from taonet.evaluation.calibration_by_epochs import ece, ece_by_epochs
from taonet.evaluation.resampling import resample
from taonet.evaluation.scored_rows import (
    final_rows,
    labels_of,
    probabilities_of,
)


@pytest.fixture(scope="module")
def table():
    return draw(2500, seed=1, mix=(3, 1, 2), sureness=2.5)


@pytest.mark.parametrize("n_epochs", [1, 5, 20])
def test_the_calibration_error_is_that_of_mapie(table, n_epochs):
    rows = table[table["n_epochs"] == n_epochs]
    said = probabilities_of(rows, THREE)
    right = (said.argmax(axis=1) == labels_of(rows, THREE)).astype(int)
    # it counts the edges of bins
    theirs = expected_calibration_error(
        right, said.max(axis=1), num_bins=11, split_strategy="uniform"
    )
    assert ece(rows, THREE, n_bootstrap=2, seed=0).value == pytest.approx(theirs, abs=1e-9)


def test_the_error_is_the_one_that_scores_state():
    rows = final_rows(draw(400, seed=5, sureness=2))
    truth, said = labels_of(rows, THREE), probabilities_of(rows, THREE)
    both = resample(truth, said, n_bootstrap=40, seed=3).interval("ece")
    assert ece(rows, THREE, n_bootstrap=40, seed=3).to_dict() == pytest.approx(both.to_dict())


def test_each_number_of_epochs_is_scored_on_the_objects_that_have_so_many():
    table = draw(300, seed=1)
    short = table[(table["object_id"] >= "o2") | (table["n_epochs"] <= 3)]
    found = ece_by_epochs(short, THREE, (3, 5, 999), n_bootstrap=5).set_index("n_epochs")
    assert found.index.tolist() == [3, 5, 0]
    longer = short.loc[short["n_epochs"] >= 5, "object_id"].nunique()
    assert found["n_objects"].tolist() == [300, longer, 300]
    five = ece(short[short["n_epochs"] == 5], THREE, n_bootstrap=5, seed=0)
    assert found.loc[5, "ece"] == pytest.approx(five.value)
