"""Files of one object: read back, they say what the table says."""

import io
import json

import pandas as pd
import pytest
from PIL import Image

from taonet.errors import MissingError
from taonet.io.prediction_table import read_predictions
from taonet.web.exports import MEDIA_TYPES, export_object
from taonet.web.object_store import ObjectStore
from taonet.web.session import Choices, open_session


@pytest.fixture
def store(session):
    return ObjectStore(session)


def test_the_rows_are_those_of_the_table(store, things, first_id, tmp_path):
    (tmp_path / "o.csv").write_bytes(export_object(store, first_id, "csv"))
    rows = read_predictions(things / "answers.parquet")
    own = rows[rows["object_id"] == first_id].reset_index(drop=True)
    pd.testing.assert_frame_equal(read_predictions(tmp_path / "o.csv"), own, check_dtype=False)
    assert json.loads(export_object(store, first_id, "json")) == store.document(
        first_id, measured=True
    )


def test_the_film_has_every_usable_epoch(store, session, first_id):
    film = Image.open(io.BytesIO(export_object(store, first_id, "gif")))
    assert getattr(film, "n_frames", 1) == session.sequence_of(first_id).usable.sum()
    figure = Image.open(io.BytesIO(export_object(store, first_id, "png")))
    assert min(figure.size) > 300
    assert set(MEDIA_TYPES) == {"json", "csv", "png", "gif"}


def test_without_cutouts_there_is_a_figure_but_no_film(things, tmp_path, first_id):
    choices = Choices(labels=tmp_path / "l.jsonl")
    store = ObjectStore(open_session(things / "answers.parquet", choices))
    assert export_object(store, first_id, "png").startswith(b"\x89PNG")
    with pytest.raises(MissingError, match="no cutouts"):
        export_object(store, first_id, "gif")
