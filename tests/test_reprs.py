"""How things show themselves: one line of a screen, and HTML that names cannot break."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import taonet
from taonet.io.lightcurves.tables import Curve
from taonet.io.prediction_table import classes_of
from taonet.io.predictions import Predictions
from taonet.models.bundle_folder import bundle_names
from taonet.sky.lightcurve import LightCurve

LINE = 79


@pytest.fixture(scope="module")
def sequences():
    return taonet.simulate("hits", 3, seed=11)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reprs") / "archive"
    return taonet.simulate("hits", 3, seed=11, output=folder)


@pytest.fixture(scope="module")
def predictions(sequences):
    return taonet.predict("hits-sim", sequences)


def check_line(thing, *words):
    line = repr(thing)
    assert len(line) <= LINE, line
    assert "\n" not in line
    for word in words:
        assert word in line
    return line


@pytest.mark.parametrize("name", bundle_names())
def test_a_model_is_one_line(name):
    model = taonet.load(name)
    kind = "simulation" if model.facts["trained_on_simulation"] else "real data"
    check_line(model, name, *model.classes, f"{model.reads.pixels} px", kind)
    html = model._repr_html_()
    assert len(html) < 3000
    assert str(model.reads.pixels) in html


def test_what_a_model_reads():
    reads = taonet.load("ztf-sim").reads
    assert (reads.pixels, reads.scale_arcsec, reads.bands) == (63, 1.01, ("g", "r"))
    assert reads.channels == ("science", "template", "difference")
    assert taonet.load("hits").reads.epochs == "any number before MJD 57081"
    assert taonet.load("crts-sim").reads.scale_arcsec == 2.5
    assert len(str(reads).splitlines()) == 1


def test_a_card_is_text_that_a_notebook_renders_without_what_is_for_programs():
    card = taonet.load("hits").card
    assert card.startswith("---")
    assert card._repr_markdown_().lstrip().startswith("#")
    assert "library_name" not in card._repr_markdown_()


def test_a_sequence_is_one_line(sequences):
    one = sequences[0]
    check_line(one, one.object_id, one.class_name, f"{len(one)} epochs", "21 × 21 px")
    long = dataclasses.replace(one, object_id="x" * 100)
    assert check_line(long).endswith("…")
    assert "<img" in one._repr_html_()


def test_an_archive_is_one_line(archive, sequences):
    check_line(archive, "3 simulated objects", "frames of 21 × 21 px", *archive.class_counts)
    assert str(archive.path) in archive._repr_html_()
    name = sequences[1].object_id
    assert archive[name].object_id == name
    with pytest.raises(taonet.errors.MissingError, match="no object of this name"):
        archive["nova"]
    assert [one.object_id for one in archive] == [one.object_id for one in sequences]


def test_a_list_of_objects_is_one_line(sequences):
    check_line(sequences, "3 simulated sequences", "SN")
    html = sequences._repr_html_()
    assert all(one.object_id in html for one in sequences)
    assert type(sequences[:2]) is list
    assert sequences.objects["n_epochs"].tolist() == [len(one) for one in sequences]
    assert sequences.truth[0]["class_name"] == sequences[0].class_name


def test_predictions_are_one_line_and_their_parts_plain_tables(predictions):
    check_line(predictions, "3 objects", f"{len(predictions)} rows")
    assert issubclass(type(predictions), pd.DataFrame)
    assert type(predictions[["object_id", "p_SN"]]) is pd.DataFrame
    assert type(predictions.head(2)) is pd.DataFrame
    assert predictions._repr_html_().count("<tr>") == 1 + 3
    assert classes_of(predictions) == ("SN", "RRL", "EB", "NON")


def test_predictions_of_anybody_show_themselves_too():
    rows = {"object_id": ["<b>a</b>"], "n_epochs": [3], "p_SN": [np.nan], "p_CV": [np.nan]}
    table = Predictions(rows)
    assert "<b>a</b>" not in table._repr_html_()
    check_line(table, "1 object")
    many = Predictions({"object_id": [str(i) for i in range(40)], "p_SN": 0.5, "p_CV": 0.5})
    assert "28 more objects" in many._repr_html_()


def test_light_curves_are_one_line():
    mjd, one = np.arange(3.0) + 55000, np.ones(3)
    curve = Curve(object_id="c", class_name="CV", mjd=mjd, mag=one, magerr=one, band=("g",) * 3)
    assert check_line(curve) == "<Curve c: CV, 3 points, g>"
    measured = LightCurve(
        object_id="m", mjd=mjd, flux=one, flux_err=one, zero_point_mag=25 * one, band=("",) * 3
    )
    assert check_line(measured) == "<LightCurve m: 3 epochs>"


def test_a_run_is_one_line(world):
    from taonet.api.training import Run

    run = Run(folder=world / "run")
    assert "macro F1" in repr(run)
    assert "\n" not in repr(run)
    assert run.scores.index[0] == "TAO-Net"
    assert run.predictions["object_id"].nunique() == run.scores["n_objects"].iloc[0]
    assert run.model.classes == run.predictions.classes
    assert run.report.is_file()
    assert "run.model" in run._repr_html_()
