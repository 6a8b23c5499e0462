"""All scores of many resamples at once, against scikit-learn on weighted objects."""

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    log_loss,
    precision_recall_fscore_support,
)

from evaluation.made import made_table, max_f1, truth_and_p
from taonet.evaluation.bootstrap_weights import Sample, UnseenObjects
from taonet.evaluation.resampling import resample
from taonet.evaluation.scoring import Scoring


def test_max_f1_does_not_cut_between_equal_probabilities() -> None:
    p = np.array([0.9, 0.5, 0.5, 0.5, 0.1, 0.5])
    truth = np.array([0, 0, 1, 1, 0, 1])
    found = resample(truth, np.stack([p, 1 - p], 1), n_bootstrap=1, seed=0).point["max_f1"][0]
    assert found[0] == pytest.approx(max_f1(truth == 0, p))
    assert found[1] == pytest.approx(max_f1(truth == 1, 1 - p))


def test_every_resample_scores_as_scikit_learn_scores_weighted_objects() -> None:
    truth, p = truth_and_p(made_table(23))
    sample = Sample(truth=truth, groups=np.arange(23), n_classes=4)
    (weight,) = sample.weights(20, seed=3)
    found = Scoring(truth, p)(weight, UnseenObjects.empty(4))
    for k, own in enumerate(weight):
        scores = precision_recall_fscore_support(truth, p.argmax(1), sample_weight=own)
        for name, expected in zip(("precision", "recall", "f1"), scores, strict=False):
            np.testing.assert_allclose(found[name][k], expected)
            assert found[f"macro_{name}"][k] == pytest.approx(expected.mean())
        best = [max_f1(truth == label, p[:, label], own) for label in range(4)]
        np.testing.assert_allclose(found["max_f1"][k], best)
        right = accuracy_score(truth, p.argmax(1), sample_weight=own)
        assert found["accuracy"][k] == pytest.approx(right)
        loss = log_loss(truth, p, labels=range(4), sample_weight=own)
        assert found["log_loss"][k] == pytest.approx(loss)
