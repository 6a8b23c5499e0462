"""Training from whatever data there is, and the run that comes of it."""

import pandas as pd
import pytest

import taonet
from taonet.errors import ConfigError, InputError

FEW = {"training.steps": 2, "prediction.bootstrap": 20}


def test_objects_in_memory_are_written_beside_the_run(tmp_path):
    sequences = taonet.simulate("tiny", 24, seed=3)
    # folders that are not there yet are made, as they are for an archive
    run = taonet.train("tiny", sequences, output=tmp_path / "runs" / "run", settings=FEW)
    assert len(taonet.read(tmp_path / "runs" / "run.data")) == 24
    assert run.model.facts["trained_on_simulation"] is True
    assert run.model.reads.scale_arcsec == 2.5
    # the same call again finds the run finished
    again = taonet.train("tiny", sequences, output=tmp_path / "runs" / "run", settings=FEW)
    pd.testing.assert_frame_equal(again.scores, run.scores)


def test_an_archive_by_itself_or_by_path_gives_the_same_run(tmp_path, world):
    archive = taonet.Archive(world / "archive")
    runs = [
        taonet.train("tiny", data, output=tmp_path / str(number), settings=FEW)
        for number, data in enumerate([archive, str(archive.path)])
    ]
    pd.testing.assert_frame_equal(runs[0].scores, runs[1].scores)
    pd.testing.assert_frame_equal(runs[0].predictions, runs[1].predictions)


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
