"""What is typical, on features whose distribution is known by construction."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest, kstwobign

from taonet.errors import InputError
from taonet.training.fit_temperature import fitted_rows
from taonet.training.fit_typicality import fit_typicality
from taonet.trust.typicality import Typicality

FEATURES = 40
ALIEN = "D"


def features_of(n, *, seed, classes=("A", "B", "C")):
    """Return objects whose classes part as epochs are seen, with heavy tails and a law of lengths.

    Every object has rows after each number of epochs up to its own last.
    """
    world, rng = np.random.default_rng(0), np.random.default_rng(seed)
    place = dict(zip("ABCD", world.normal(size=(4, FEATURES)), strict=True))
    mixing = world.normal(size=(FEATURES, FEATURES)) / 6
    tables, features = [], []
    for i in range(n):
        name, length = str(rng.choice(classes)), int(rng.integers(20, 60))
        epochs = np.array([k for k in (1, 2, 3, 5, 7, 8, 12, 14, 20, 30, 45) if k < length])
        epochs = np.append(epochs, length)
        own = rng.standard_t(5, FEATURES) + rng.normal(size=(len(epochs), FEATURES))
        # one feature never varies, as the band does where there is one
        found = np.log(epochs)[:, None] * place[name] + (1 + 1 / epochs)[:, None] * own @ mixing
        features.append(np.concatenate([found, np.full((len(epochs), 1), 3.0)], axis=1))
        table = {"object_id": f"{seed}-{i}", "class_name": name, "n_epochs": epochs}
        tables.append(pd.DataFrame(table))
    return pd.concat(tables, ignore_index=True), np.concatenate(features)


@pytest.fixture(scope="module")
def fitted():
    rows, features = features_of(1200, seed=1)
    kept = fitted_rows(rows)
    return fit_typicality(rows[kept], features[kept])


def test_of_objects_like_those_all_shares_are_equally_likely(fitted):
    rows, features = features_of(1000, seed=2)
    number = rows["n_epochs"].to_numpy()
    typical = fitted.evaluate(features, number)
    assert len(fitted.epochs) > 6
    for k in (1, 3, 7, 14, 20, 30):
        own = typical[number == k]
        # both the fitted half and these objects wander
        n, calibrated = len(own), fitted.objects[fitted.epochs >= k][0]
        effective = np.sqrt(n * calibrated / (n + calibrated))
        assert kstwobign.sf(kstest(own, "uniform").statistic * effective) > 0.01, k


def test_a_class_that_was_left_out_stands_out_as_more_is_seen(fitted):
    rows, features = features_of(200, seed=3, classes=(ALIEN,))
    number = rows["n_epochs"].to_numpy()
    typical = fitted.evaluate(features, number)
    middle = [np.median(typical[number == k]) for k in (1, 3, 7, 20)]
    # after one epoch the classes have not parted yet
    assert middle[0] > 0.2
    assert middle[-1] < 0.01
    assert np.mean(typical[number == 20] < 0.05) > 0.95


def test_what_lies_off_every_axis_is_noticed(fitted):
    rows, features = features_of(50, seed=4)
    strange = features.copy()
    strange[:, -1] += 40  # in the feature that never varied
    number = rows["n_epochs"].to_numpy()
    assert (
        fitted.evaluate(strange, number).max() < 0.01 < np.median(fitted.evaluate(features, number))
    )


def test_farther_out_is_never_more_typical_and_no_share_is_below_what_was_counted(fitted):
    features = features_of(1, seed=5)[1]
    number = np.full(50, 10)
    line = features[:1] + np.linspace(0, 60, 50)[:, None]
    far, typical = fitted.distance(line, number), fitted.evaluate(line, number)
    order = np.argsort(far)
    assert (np.diff(typical[order]) <= 1e-12).all()
    assert typical.min() >= 1 / (fitted.objects.max() + 1)


def test_it_survives_single_precision_and_is_small(fitted):
    arrays = fitted.to_arrays()
    assert sum(values.nbytes for values in arrays.values()) < 100_000
    again = Typicality.from_arrays(arrays)
    rows, features = features_of(20, seed=6)
    number = rows["n_epochs"].to_numpy()
    np.testing.assert_allclose(
        again.evaluate(features, number), fitted.evaluate(features, number), atol=1e-3
    )


def test_a_class_of_few_objects_has_no_place_and_without_any_there_is_nothing():
    rows, features = features_of(600, seed=7)
    few = (rows["class_name"] != "C") | rows["object_id"].isin(["7-0", "7-1", "7-2"])
    assert fit_typicality(rows[few], features[few]).means.shape[1] == 2
    first = rows["object_id"].isin([f"7-{i}" for i in range(30)])
    with pytest.raises(InputError, match=r"what is typical.*A \d"):
        fit_typicality(rows[first], features[first])
