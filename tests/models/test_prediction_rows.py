from dataclasses import replace

import numpy as np
import pytest

from models.conftest import CLASSES, sequence
from taonet.errors import InputError
from taonet.experiment.curves.predictions import curve_predictions
from taonet.io.lightcurves.tables import Curve
from taonet.io.tables import read_table, write_table
from taonet.models.predict import predict, prediction_rows, prior_of
from taonet.trust.trust import Temperature, Thresholds, Trust

SAID = np.array([[0.2, 0.7, 0.1], [np.nan, np.nan, np.nan], [0.5, 0.2, np.inf]])


def no_more_than_the_first(column):
    return column[0] == "CV" and (column.isna() | (column == ""))[1:].all()


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".ecsv", ".vot"])
def test_a_row_whose_probabilities_are_not_finite_has_no_class_and_no_set(suffix, tmp_path):
    sets = Thresholds(level=0.9, classes=CLASSES.classes, epochs=(1,), values=((0.3,) * 3,))
    table = prediction_rows(sequence(1, 3), np.arange(3.0), SAID, CLASSES, sets)
    assert no_more_than_the_first(table["predicted_class"])
    assert no_more_than_the_first(table["set"])
    write_table(table, tmp_path / f"p{suffix}")
    back = read_table(tmp_path / f"p{suffix}")
    for column in ("predicted_class", "set"):
        assert no_more_than_the_first(back[column])


def test_so_it_is_for_light_curves():
    one = {"mjd": np.arange(3.0), "mag": np.arange(3.0), "magerr": np.ones(3)}
    curves = [Curve(object_id=str(i), class_name=None, **one) for i in range(3)]
    table = curve_predictions(curves, SAID, CLASSES)
    assert no_more_than_the_first(table["predicted_class"])


@pytest.mark.parametrize("bundle", ["measured, by nights"], indirect=True)
def test_a_prior_restates_probabilities_and_leaves_the_rest_alone(bundle, sequences):
    sets = Thresholds(level=0.9, classes=CLASSES.classes, epochs=(1,), values=((0.3,) * 3,))
    warmth = Temperature(epochs=(1,), values=(1.5,))
    bundle = replace(bundle, trust=Trust(temperature=warmth, thresholds=sets, objects=200))
    given = {"SN": 1, "CV": 0, "NON": 3}
    columns = [f"p_{name}" for name in CLASSES.classes]
    for plain, new in zip(
        predict(bundle, sequences), predict(bundle, sequences, prior=given), strict=True
    ):
        expected = prior_of(bundle, given).restate(plain[columns].to_numpy())
        np.testing.assert_allclose(new[columns].to_numpy(), expected)
        assert (new["p_CV"] == 0).all()
        assert new["predicted_class"].tolist() == CLASSES.most_probable(expected).tolist()
        assert (new["prior"] == "SN=0.25 CV=0 NON=0.75").all()
        left = [" ".join(n for n in text.split() if n != "CV") for text in plain["set"]]
        assert new["set"].tolist() == left
        assert "prior" not in plain
        changed = [*columns, "predicted_class", "set"]
        same = plain.drop(columns=changed)
        assert same.equals(new.drop(columns=[*changed, "prior"]))


@pytest.mark.parametrize("bundle", ["plain"], indirect=True)
def test_the_learnt_mix_of_a_bundle_counts_and_a_wrong_prior_is_refused(bundle, sequences):
    with pytest.raises(InputError, match="classes without a share"):
        next(predict(bundle, sequences, prior={"SN": 1}))
    learnt = {"SN": 0.5, "CV": 0.5, "NON": 0.0}
    few = replace(bundle, facts={**bundle.facts, "learnt_mix": learnt})
    with pytest.raises(InputError, match="learnt from no object of class NON"):
        prior_of(few, {"SN": 1, "CV": 1, "NON": 1})
    assert prior_of(few, {"SN": 1, "CV": 3, "NON": 0}).learnt == (0.5, 0.5, 0.0)
