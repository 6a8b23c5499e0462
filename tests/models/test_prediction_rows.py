import numpy as np
import pytest

from models.conftest import CLASSES, sequence
from taonet.experiment.curve_predictions import curve_predictions
from taonet.io.lightcurve_tables import Curve
from taonet.io.tables import read_table, write_table
from taonet.models.predict import prediction_rows
from taonet.trust import Thresholds

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
