"""The published feature tables: the scores stand beside the published ones."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from taonet.errors import InputError
from taonet.evaluation.resampling import resample
from taonet.features.published import PUBLISHED
from taonet.models.trees.trees import BoostedConfig, ForestConfig
from taonet.studies.crts_features import BETTER, SCORES, published_scores, score_lines

SMALL = (ForestConfig(trees=5), ForestConfig(trees=10, max_features="log2"))


def a_folder(path, n=120):
    rng = np.random.default_rng(0)
    for name in SCORES:
        table = pd.DataFrame(rng.random((n, len(PUBLISHED))), columns=list(PUBLISHED))
        table["label"] = rng.choice(["SN", "CV", "AGN"], n)
        table["std"] += 3 * (table["label"] == "SN")
        table["split"] = np.where(np.arange(n) % 3, "train", "test")
        table.to_parquet(path / f"{name}_min10.parquet")
    return path


def test_every_setting_is_scored_beside_the_published_scores(tmp_path):
    found = published_scores(
        a_folder(tmp_path), grid=SMALL, better=BoostedConfig(rounds=3), n_bootstrap=50
    )
    assert json.loads(json.dumps(found)) == found
    for name, part in found.items():
        assert part["published"]["weighted_f1"] == SCORES[name][0] / 100
        assert [row["method"] for row in part["methods"]] == [
            "forest, 5 trees, sqrt", "forest, 10 trees, log2", BETTER,
        ]  # fmt: skip
        assert sum(row["chosen"] for row in part["methods"]) == 1
        assert part["methods"][-1]["macro_f1_minus_chosen"]["value"] is not None
    text = score_lines(found)
    assert "77.5" in text
    assert text.count("(chosen)") == 3


def test_settings_are_not_chosen_on_test_rows(tmp_path):
    folder = a_folder(tmp_path)
    one = published_scores(folder, grid=SMALL, better=BoostedConfig(rounds=3), n_bootstrap=5)
    for name in SCORES:
        path = folder / f"{name}_min10.parquet"
        table = pd.read_parquet(path)
        table.loc[table["split"] == "test", "std"] = 0.0
        table.to_parquet(path)
    other = published_scores(folder, grid=SMALL, better=BoostedConfig(rounds=3), n_bootstrap=5)
    for name in SCORES:
        chosen = [[r["chosen"] for r in found[name]["methods"]] for found in (one, other)]
        assert chosen[0] == chosen[1]


def test_weighted_f1_is_that_of_scikit_learn():
    rng = np.random.default_rng(1)
    truth, answers = rng.integers(3, size=90), rng.dirichlet(np.ones(4), 90)
    found = resample(truth, answers, n_bootstrap=5, seed=0).point["weighted_f1"][0]
    expected = f1_score(truth, answers.argmax(axis=1), average="weighted", zero_division=0)
    assert found == pytest.approx(expected)


def test_tables_that_are_none_of_features_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        published_scores(tmp_path)
    pd.DataFrame({"label": ["a"]}).to_parquet(tmp_path / "six_transients_min10.parquet")
    with pytest.raises(InputError, match="not a table of published features"):
        published_scores(tmp_path)


@pytest.mark.slow
def test_the_published_scores_are_met_and_passed(shared_data):
    found = published_scores(shared_data / "crts_features", n_bootstrap=200)
    for name, (weighted, _) in SCORES.items():
        *forests, better = found[name]["methods"]
        best = max(row["weighted_f1"]["value"] for row in forests)
        assert best > weighted / 100 - 0.015
    assert better["macro_f1_minus_chosen"]["value"] > 0.02
