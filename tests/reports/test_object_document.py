"""The document of one object: exactly what table, cutouts and light curve say, as JSON has it."""

import json

import numpy as np
import pandas as pd
import pytest

from fixtures.make_archives import sequence as make_sequence
from taonet.io.prediction_table import prediction_table
from taonet.photometry.lightcurves import light_curve
from taonet.reports.object_document import class_list, object_document, plain_value
from taonet.reports.packed_frames import pack_frames
from taonet.reports.palette import CLASS_COLOURS


@pytest.fixture
def sequence():
    return make_sequence(1, shape=(1, 24, 24))


@pytest.fixture
def rows():
    table = pd.DataFrame(
        {
            "object_id": "o1", "ra": 10.0, "dec": np.nan, "class_name": "CV",
            "n_epochs": [2, 1, 3], "mjd_last": [55001.0, 55000.0, 55003.0],
            "p_SN": [0.1, 1 / 3, np.nextafter(0.7, 1)], "p_CV": [0.9, 2 / 3, 0.3],
            "predicted_class": ["CV", "CV", "SN"], "set": ['["CV"]', '["SN","CV"]', "[]"],
            "typicality": np.nan, "detected": True, "n_ignored": [0, 0, 1],
            "ignored_reason": [None, None, "band r: 1"],
        }
    )  # fmt: skip
    rows = prediction_table(table)
    rows.attrs["metadata"] = {"taonet_model": "m"}
    return rows


def test_answers_are_the_numbers_of_the_table_by_epochs(rows):
    shown = object_document(rows)
    assert [one["n_epochs"] for one in shown["answers"]] == [1, 2, 3]
    assert shown["answers"][2]["p"] == {"SN": np.nextafter(0.7, 1), "CV": 0.3}
    assert [one["set"] for one in shown["answers"]] == [["SN", "CV"], ["CV"], []]
    assert shown["answers"][0]["typicality"] is None
    assert shown["model"] == "m"
    assert (shown["object_id"], shown["class_name"], shown["ra"], shown["dec"]) == (
        "o1", "CV", 10.0, None,
    )  # fmt: skip
    assert shown["links"] == []
    text = json.dumps(shown, allow_nan=False)
    assert json.loads(text)["answers"][2]["p"]["SN"] == np.nextafter(0.7, 1)


def test_epochs_points_and_frames_are_those_of_the_sequence(rows, sequence):
    curve = light_curve(sequence)
    shown = object_document(
        rows, sequence=sequence, packed=pack_frames(sequence), curve=curve, survey="crts",
        simulated=True,
    )  # fmt: skip
    assert [one["mjd"] for one in shown["epochs"]] == sequence.mjd.tolist()
    assert [one["is_read"] for one in shown["epochs"]] == [True, False, True, False]
    assert shown["epochs"][1]["ignored_reason"] == "band r"
    assert shown["epochs"][0]["zero_point_mag"] is None
    assert set(shown["light_curve"]) == {"g", "r"}
    points = sorted((p["index"], p["mjd"]) for one in shown["light_curve"].values() for p in one)
    assert points == list(enumerate(sequence.mjd.tolist()))
    first = shown["light_curve"]["g"][0]
    assert first["flux"] == plain_value(curve.flux[0])
    assert shown["frames"]["channels"] == ["science"]
    assert (shown["survey"], shown["simulated"]) == ("crts", True)
    # what the table does not know, the sequence does
    assert shown["dec"] == sequence.dec
    assert len(shown["links"]) > 3
    json.dumps(shown, allow_nan=False)


def test_without_any_answer_the_sequence_is_shown(rows, sequence):
    shown = object_document(rows.iloc[:0], sequence=sequence)
    assert shown["answers"] == []
    assert shown["object_id"] == sequence.object_id
    assert all(one["is_read"] for one in shown["epochs"])
    assert shown["frames"] is None
    assert shown["sentences"] == ["No model has answered about this object."]


def test_classes_have_the_colours_of_the_report_and_words():
    shown = class_list(("SN", "OTHER", "ODD"))
    assert [one["colour"] for one in shown[:2]] == [CLASS_COLOURS["SN"], CLASS_COLOURS["OTHER"]]
    assert [one["words"] for one in shown] == ["supernova", "anything else", ""]
    assert class_list(()) == []


def test_cells_are_plain():
    assert plain_value(pd.NA) is None
    assert plain_value(pd.NaT) is None
    assert plain_value(np.float32(0.5)) == 0.5
    assert plain_value(float("inf")) is None
    assert plain_value([np.nan, ("a", np.bool_(True))]) == [None, ["a", True]]
