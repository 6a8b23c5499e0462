"""What can be opened: an archive, a run, a table; and what goes with them."""

import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError, MissingError
from taonet.io.prediction_table import read_predictions, write_predictions
from taonet.web.session import Choices, find_table, open_session
from web.conftest import table_of


@pytest.fixture
def choose(tmp_path):
    """Return choices with labels in a place of their own."""
    return lambda **more: Choices(labels=tmp_path / "labels.jsonl", **more)


def test_a_table_with_an_archive_has_frames_and_truth(session, things, first_id):
    assert session.title == "answers.parquet"
    assert session.objects.columns["has_frames"].all()
    assert session.can_classify
    assert session.survey == "crts"
    assert session.sequence_of(first_id).object_id == first_id
    expected = read_predictions(things / "answers.parquet")
    own = expected[expected["object_id"] == first_id].reset_index(drop=True)
    pd.testing.assert_frame_equal(session.rows_of(first_id), own)


def test_a_table_alone_has_neither(things, choose, first_id):
    alone = open_session(things / "answers.parquet", choose())
    assert not alone.objects.columns["has_frames"].any()
    assert not alone.can_classify
    assert alone.sequence_of(first_id) is None
    with pytest.raises(InputError, match="no model was opened"):
        _ = alone.model


def test_the_archive_tells_a_class_that_the_table_does_not(things, choose, tmp_path):
    rows = read_predictions(things / "answers.parquet")
    path = tmp_path / "no_truth.parquet"
    write_predictions(rows.assign(class_name=None), path)
    blind = open_session(path, choose())
    assert set(blind.objects.columns["class_name"]) == {None}
    told = open_session(path, choose(data=things / "archive"))
    known = open_session(things / "answers.parquet", choose())
    expected = known.objects.columns["class_name"].tolist()
    assert told.objects.columns["class_name"].tolist() == expected


def test_an_archive_is_classified_first(things, choose):
    watched = []

    def track(items, total, title):
        watched.append((total, title))
        yield from items

    opened = open_session(things / "archive", choose(bundle=things / "bundle"), track=track)
    assert watched == [(6, "classifying")]
    assert list(opened.tables) == ["small"]
    rows = opened.answers.all_rows()
    stored = read_predictions(things / "answers.parquet")
    pd.testing.assert_frame_equal(rows, stored, check_dtype=False)


def test_objects_that_cannot_be_classified_are_listed_all_the_same(choose, tmp_path, things):
    from fixtures.make_archives import sequence, write

    many = [sequence(i, shape=(1, 24, 24)) for i in range(3)]
    blank = sequence(3, shape=(1, 24, 24))
    blank.frames[:] = 7
    blank.quality[:] = 1
    write(tmp_path / "mixed", [*many, blank])
    opened = open_session(tmp_path / "mixed", choose(bundle=things / "bundle"))
    assert opened.answers.object_id == ["o0", "o1", "o2", "o3"]
    last = opened.objects.columns
    assert [name is None for name in last["predicted_class"]] == [False] * 3 + [True]
    assert opened.answers.model == "small"


def test_a_shipped_model_that_does_not_suit_is_left_out_unless_it_was_asked_for(things, choose):
    opened = open_session(things / "archive", choose())
    assert list(opened.tables) == ["no model"]
    with pytest.raises(InputError, match="too small for this model"):
        open_session(things / "archive", choose(bundle="crts-sim"))


def test_an_archive_without_a_model_is_listed_without_answers(things, choose):
    opened = open_session(things / "archive", choose())
    assert len(opened.answers) == 6
    assert set(opened.objects.columns["predicted_class"]) == {None}
    assert np.isnan(opened.objects.columns["probability"]).all()
    assert opened.objects.columns["has_frames"].all()
    assert not opened.can_classify


@pytest.fixture
def run(things, tmp_path):
    folder = tmp_path / "run"
    (folder / "predictions").mkdir(parents=True)
    for name in ("boosted-trees", "tao-net"):
        (folder / "predictions" / f"{name}.parquet").symlink_to(things / "answers.parquet")
    (folder / "run.json").write_text("{}")
    (folder / "bundle").symlink_to(things / "bundle")
    (folder / "data.json").write_text(f'{{"path": "{things / "archive"}"}}')
    return folder


def test_a_run_brings_its_tables_its_archive_and_its_model(run, choose):
    opened = open_session(run, choose())
    assert list(opened.tables) == ["tao-net", "boosted-trees"]
    assert opened.can_classify
    assert opened.objects.columns["has_frames"].all()
    (run / "data.json").write_text("{}")
    assert open_session(run, choose()).archive is None
    for file in (run / "predictions").iterdir():
        file.unlink()
    with pytest.raises(InputError, match="no predictions yet"):
        open_session(run, choose())


def test_a_second_table_is_compared_if_its_classes_are_the_same(things, choose, tmp_path):
    two = open_session(things / "answers.parquet", choose(compare=things / "answers.parquet"))
    assert list(two.tables) == ["answers", "answers (2)"]
    assert find_table(two, "answers (2)") is not two.answers
    with pytest.raises(MissingError, match="no such model"):
        find_table(two, "../answers")
    write_predictions(table_of(3), tmp_path / "other.parquet")
    with pytest.raises(InputError, match="different classes"):
        open_session(things / "answers.parquet", choose(compare=tmp_path / "other.parquet"))


def test_what_is_none_of_these_is_refused(things, tmp_path):
    for path, what in (
        (tmp_path, "neither an archive, nor a run, nor a prediction table"),
        (tmp_path / "nowhere", "no such file or folder"),
        (things / "bundle", "neither an archive"),
    ):
        with pytest.raises(InputError, match=what):
            open_session(path)
    points = pd.DataFrame({"object_id": ["a"], "mjd": [5e4], "mag": [18.0], "magerr": [0.1]})
    points.to_csv(tmp_path / "curves.csv", index=False)
    with pytest.raises(InputError, match="not a prediction table"):
        open_session(tmp_path / "curves.csv", Choices(labels=tmp_path / "l"))


def test_labels_lie_beside_what_is_opened_and_show_in_the_list(tmp_path):
    write_predictions(table_of(3), tmp_path / "p.parquet")
    opened = open_session(tmp_path / "p.parquet")
    assert opened.labels.path == tmp_path / "p.parquet.labels.jsonl"
    assert set(opened.objects.columns["label"]) == {None}
    opened.labels.add("o000001", "SN", name="Ada")
    assert opened.objects.columns["label"].tolist() == [None, "SN", None]
    # another program writes to the same file
    open_session(tmp_path / "p.parquet").labels.add("o000002", "CV", name="Bob")
    assert opened.objects.columns["label"].tolist() == [None, "SN", "CV"]


def test_a_table_that_names_a_shipped_model_brings_it(tmp_path):
    write_predictions(table_of(2), tmp_path / "p.parquet", metadata={"taonet_model": "hits"})
    bundle = open_session(tmp_path / "p.parquet").bundle
    assert bundle is not None
    assert bundle.name == "hits"
