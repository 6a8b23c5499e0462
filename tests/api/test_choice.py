"""One object out of many: chosen by name, or the only one."""

import pandas as pd
import pytest

import taonet
from taonet.api.choice import choose_object
from taonet.errors import InputError
from taonet.io.lightcurves.tables import Curve


@pytest.fixture(scope="module")
def sequences():
    return taonet.simulate("tiny", 3, seed=8)


def test_the_only_object_needs_no_name(sequences):
    one = sequences[1]
    assert choose_object(one, None) is one
    assert choose_object([one], None) is one
    assert choose_object([one], one.object_id) is one


def test_of_several_one_is_chosen(sequences, tmp_path):
    archive = taonet.simulate("tiny", 3, seed=8, output=tmp_path / "a")
    name = sequences[2].object_id
    for many in (sequences, list(sequences), archive, archive.path, str(archive.path)):
        assert choose_object(many, name).object_id == name
        with pytest.raises(InputError, match="choose one with object_id"):
            choose_object(many, None)
        with pytest.raises(InputError, match="no object of this name"):
            choose_object(many, "nova")


def test_tables_are_of_predictions_or_light_curves():
    predictions = {"object_id": ["a", "a", "b"], "n_epochs": [1, 2, 1], "p_SN": 0.6, "p_CV": 0.4}
    rows = choose_object(pd.DataFrame(predictions), "a")
    assert rows["n_epochs"].tolist() == [1, 2]
    points = {"object_id": ["a", "b"], "mjd": [55001.0, 55002.0], "mag": 18.0, "magerr": 0.1}
    assert isinstance(choose_object(pd.DataFrame(points), "b"), Curve)


def test_anything_else_is_refused(sequences):
    for nothing in (3, None):
        with pytest.raises(InputError, match="nothing that can be drawn"):
            choose_object(nothing, None)
    with pytest.raises(InputError, match="no object"):
        choose_object([], None)
    with pytest.raises(InputError, match="no object of this name"):
        choose_object(sequences[0], "nova")
