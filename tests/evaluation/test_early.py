"""Early answers: nights since the first detection, what is kept of the final score, stability."""

import numpy as np
import pandas as pd
import pytest

from evaluation.honest import THREE, draw
from taonet.errors import InputError
from taonet.evaluation.early import rows_since_detection, scores_by_nights, stability


def test_nights_are_counted_from_the_detection_and_exposures_of_a_night_are_one():
    mjd = [0.0, 0.01, 5.0, 5.01, 9.0, 30.0]
    table = pd.DataFrame({"object_id": "a", "n_epochs": range(1, 7), "mjd_last": mjd})
    rows = rows_since_detection(table, {"a": 5.01})
    assert rows["n_epochs"].tolist() == [4, 5, 6]
    assert rows["night"].tolist() == [1, 2, 3]
    assert rows["days"].tolist() == pytest.approx([0, 3.99, 24.99])
    assert rows_since_detection(table, {}).empty


def test_what_is_kept_grows_to_all_of_it():
    table = draw(500, seed=4)
    detected = dict.fromkeys(table["object_id"].unique()[:400], 105.0)
    kept = scores_by_nights(table, detected, THREE, (1, 3, 5), n_bootstrap=50)
    assert kept["n_objects"].eq(400).all()
    assert kept["nights"].tolist() == [1, 3, 5, 0]
    assert kept["kept"].iloc[-1] == 1
    assert kept["kept"].is_monotonic_increasing
    # nobody was seen in so many nights
    longest = scores_by_nights(table, detected, THREE, (1, 5000), n_bootstrap=5)
    assert longest["nights"].tolist() == [1, 0]
    with pytest.raises(InputError, match="ever detected"):
        scores_by_nights(table, {}, THREE)


def test_flips_and_the_last_change():
    p_a = {"x": [0.9, 0.2, 0.8, 0.7], "y": [0.9, 0.9, 0.9, 0.9]}
    tables = [
        pd.DataFrame({"object_id": name, "class_name": "A", "n_epochs": [1, 2, 3, 4],
                      "mjd_last": [0.0, 2, 7, 9], "p_A": p, "p_B": 1 - np.array(p), "p_C": 0.0})
        for name, p in p_a.items()
    ]  # fmt: skip
    found = stability(pd.concat(tables), THREE).set_index("object_id")
    assert found["flips"].to_dict() == {"x": 2, "y": 0}
    assert found["stable_epochs"].to_dict() == {"x": 3, "y": 1}
    assert found["stable_days"].to_dict() == {"x": 7, "y": 0}
    assert found["right"].all()
