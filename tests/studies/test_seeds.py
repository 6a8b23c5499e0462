"""Runs that differ in their seed, scored together."""

import json

import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.experiment.run import NETWORK
from taonet.experiment.stages import prediction_file
from taonet.sky.taxonomy import Taxonomy
from taonet.studies.seeds import score_seeds, seed_lines

CLASSES = ("SN", "CV", "NON")


TAXONOMY = Taxonomy(name="three", classes=CLASSES)


def answers(seed, *, right):
    rng = np.random.default_rng(seed)
    label = np.arange(300) % 3
    said = np.where(rng.random(300) < right, label, (label + rng.integers(1, 3, 300)) % 3)
    p = np.full((300, 3), 0.1)
    p[np.arange(300), said] = 0.8
    table = pd.DataFrame({"object_id": [f"o{i}" for i in range(300)], "n_epochs": 5})
    table["class_name"] = np.array(CLASSES)[label]
    for k, name in enumerate(CLASSES):
        table[f"p_{name}"] = p[:, k]
    return table


@pytest.fixture
def runs(tmp_path):
    folders = []
    for seed in range(3):
        folder = tmp_path / f"run{seed}"
        (folder / "predictions").mkdir(parents=True)
        for method, right in ((NETWORK, 0.9), ("forest", 0.7), ("before", 0.9)):
            if method != "before":
                answers(seed, right=right).to_parquet(prediction_file(folder, method))
        (folder / "scores.json").write_text(json.dumps({NETWORK: {}, "forest": {}, "before": {}}))
        folders.append(folder)
    return folders


def test_means_over_runs_and_what_others_lie_behind(runs):
    scores = score_seeds(runs, TAXONOMY, n_bootstrap=200)
    assert set(scores) == {NETWORK, "forest"}
    assert scores[NETWORK]["macro_f1"]["value"] == pytest.approx(0.9, abs=0.03)
    behind = scores["forest"]["f1_behind"]
    apart = scores[NETWORK]["macro_f1"]["value"] - scores["forest"]["macro_f1"]["value"]
    assert behind["value"] == pytest.approx(apart)
    assert 0.1 < behind["low"] < behind["value"] < behind["high"] < 0.3
    assert len(seed_lines(scores).splitlines()) == 4


def test_fewer_classes_leave_the_objects_of_others_out(runs):
    scores = score_seeds(runs, TAXONOMY, classes=("SN", "CV"), n_bootstrap=20)
    assert scores[NETWORK]["n_objects"] == 200
    assert set(scores[NETWORK]["per_class"]) == {"SN", "CV"}


def test_what_is_no_finished_run_is_named(runs, tmp_path):
    with pytest.raises(InputError, match="not a finished run"):
        score_seeds([*runs, tmp_path / "nothing"], TAXONOMY)
