"""Training from whatever data there is, and the run that comes of it."""

from typing import Any

import pandas as pd
import pytest

import taonet
from taonet.api.training import Run
from taonet.errors import ConfigError, InputError, MissingError, TaoNetError

FEW = {"training.steps": 2, "prediction.bootstrap": 20}


def test_objects_in_memory_are_written_beside_the_run(tmp_path):
    sequences = taonet.simulate("tiny", 24, seed=3)
    # folders that are not there yet are made, as they are for an archive
    run = taonet.train("tiny", sequences, output=tmp_path / "runs" / "run", settings=FEW)
    assert len(taonet.read(tmp_path / "runs" / "run.data")) == 24
    assert run.model.facts["trained_on_simulation"] is True
    assert run.model.reads.pixel_scale_arcsec == 2.5
    # the same call again finds the run finished
    again = taonet.train("tiny", sequences, output=tmp_path / "runs" / "run", settings=FEW)
    pd.testing.assert_frame_equal(again.scores, run.scores)


def test_an_archive_by_path_gives_the_run_of_the_command_line(tmp_path, world):
    run = taonet.train("tiny", str(world / "archive"), output=tmp_path / "run")
    theirs = Run(folder=world / "run")
    pd.testing.assert_frame_equal(run.scores, theirs.scores)
    pd.testing.assert_frame_equal(run.predictions, theirs.predictions)
    assert "macro F1" in repr(run)
    assert run.predictions["object_id"].nunique() == run.scores["n_objects"].iloc[0]
    assert run.report.is_file()


def test_tables_of_light_curves_train_trees_that_predict(tmp_path):
    table = taonet.light_curves(taonet.simulate("tiny", 24, seed=3))
    run = taonet.train("forest-tiny", table, output=tmp_path / "trees")
    model = run.model
    assert model.reads.kind == "light curves"
    answers = model.predict(table)
    assert len(answers) == 24
    table.to_parquet(tmp_path / "c.parquet")
    pd.testing.assert_frame_equal(answers, model.predict(tmp_path / "c.parquet"))
    curves = taonet.read(tmp_path / "c.parquet")
    pd.testing.assert_frame_equal(answers, model.predict(curves))
    pd.testing.assert_frame_equal(answers, model.predict(iter(curves)))
    assert repr(model).startswith("<Model forest-tiny")
    assert "features" in model._repr_html_()
    with pytest.raises(InputError, match="not a table of light curves"):
        model.predict(taonet.simulate("tiny", 1))


def test_what_cannot_be_is_refused_before_anything_is_written(tmp_path):
    sequences = taonet.simulate("tiny", 4, seed=3)
    with pytest.raises(InputError, match="give output"):
        taonet.train("tiny", sequences)
    with pytest.raises(ConfigError, match="steps"):
        taonet.train("tiny", sequences, output=tmp_path / "run", settings={"training.step": 2})
    assert not (tmp_path / "run").exists()


def test_curves_that_were_read_train_as_their_table_does(tmp_path):
    table = taonet.light_curves(taonet.simulate("tiny", 24, seed=3))
    table.to_parquet(tmp_path / "c.parquet")
    curves = taonet.read(tmp_path / "c.parquet")
    run = taonet.train("forest-tiny", curves, output=tmp_path / "run")
    again = curves[0]
    answers = run.model.predict(table, limit=1)
    pd.testing.assert_frame_equal(answers, run.model.predict(again))


def test_what_was_stored_for_a_run_that_cannot_begin_is_removed(tmp_path):
    nothing: Any
    for nothing in (taonet.simulate("tiny", 2, seed=3), [], 3, pd.DataFrame({"a": [1]})):
        with pytest.raises(TaoNetError) as refusal:
            taonet.train("tiny", nothing, output=tmp_path / "run", settings={"training.step": 2})
        assert "\n" not in str(refusal.value)
        assert list(tmp_path.iterdir()) == []
    with pytest.raises(MissingError, match="no such recipe"):
        taonet.train("tinny", [], output=tmp_path / "run")
