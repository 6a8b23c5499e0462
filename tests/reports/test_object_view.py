"""The view of one object as a value: what a notebook shows, and what is saved."""

import json
from html import unescape

import pytest

import taonet
from taonet.errors import InputError, OutputError
from taonet.io.archive import Archive
from taonet.io.prediction_table import read_predictions


@pytest.fixture(scope="module")
def table(world):
    return read_predictions(world / "run" / "predictions" / "tao-net.parquet")


@pytest.fixture(scope="module")
def view(world, table):
    name = str(table["object_id"].iloc[0])
    return taonet.view(Archive(world / "archive"), name, predictions=table)


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(view):
    shown = view._repr_html_()
    assert shown.startswith("<iframe sandbox=")
    assert unescape(shown.split('srcdoc="')[1].removesuffix('"></iframe>')) == view.html
    assert view.document["simulated"] is True
    assert repr(view) == f"<ObjectView: {view.document['object_id']}>"


def test_what_is_saved_is_the_page_or_what_it_shows(view, tmp_path):
    view.save(tmp_path / "o.html")
    assert (tmp_path / "o.html").read_text() == view.html
    view.save(tmp_path / "o.json")
    assert json.loads((tmp_path / "o.json").read_text()) == view.document
    with pytest.raises(OutputError, match="exists"):
        view.save(tmp_path / "o.json")
    view.save(tmp_path / "o.json", overwrite=True)


def test_what_is_no_sequence_is_refused(table):
    with pytest.raises(InputError, match="a view needs a sequence"):
        taonet.view(table, str(table["object_id"].iloc[0]), predictions=table)
