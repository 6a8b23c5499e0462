"""One answer by every road: what a notebook gets is the command's table, to the last bit."""

import logging
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import taonet
from fixtures.make_alerts import seen, write
from taonet.cli.app import app
from taonet.errors import InputError
from taonet.io.prediction_table import read_predictions


@pytest.fixture(scope="module")
def sequences():
    return taonet.simulate("hits", 3, seed=11)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs") / "archive"
    return taonet.simulate("hits", 3, seed=11, output=folder)


@pytest.fixture(scope="module")
def model():
    return taonet.load("hits-sim")


def command_table(words, folder):
    """The table that `taonet predict` writes."""
    output = folder / "command.parquet"
    done = CliRunner().invoke(app, ["predict", *map(str, words), "-o", str(output), "--overwrite"])
    assert done.exit_code == 0, done.output
    return read_predictions(output)


def check_same(ours, theirs):
    assert isinstance(ours, pd.DataFrame)
    pd.testing.assert_frame_equal(
        pd.DataFrame(ours), theirs, check_exact=True, check_dtype=True, check_column_type=True
    )


def test_sequences_in_memory_in_every_form(sequences, archive, model, tmp_path):
    theirs = command_table(["hits-sim", archive.path], tmp_path)
    check_same(model.predict(sequences), theirs)
    check_same(model.predict(list(sequences)), theirs)
    check_same(model.predict(tuple(sequences)), theirs)
    check_same(model.predict(one for one in sequences), theirs)
    check_same(model.predict(archive), theirs)
    check_same(model.predict(archive.path), theirs)
    check_same(model.predict(str(archive.path)), theirs)
    check_same(model.predict([str(archive.path)]), theirs)
    check_same(taonet.predict("hits-sim", sequences), theirs)
    check_same(taonet.predict(model, iter(archive)), theirs)


def test_options_are_those_of_the_command(archive, model, tmp_path):
    shares = "SN=0.4,RRL=0.3,EB=0.2,NON=0.1"
    words = ["hits-sim", archive.path, "--final", "--limit", 2, "--prior", shares]
    theirs = command_table(words, tmp_path)
    prior = {"SN": 0.4, "RRL": 0.3, "EB": 0.2, "NON": 0.1}
    check_same(model.predict(archive, final=True, limit=2, prior=prior), theirs)
    assert len(theirs) == 2


def test_one_sequence(sequences, model, tmp_path):
    alone = taonet.simulate("hits", 1, seed=11, output=tmp_path / "one")
    theirs = command_table(["hits-sim", alone.path], tmp_path)
    check_same(model.predict(sequences[0]), theirs)
    check_same(model.predict(alone[0]), theirs)


def test_npz_arrays(sequences, model, tmp_path):
    n = min(map(len, sequences))
    file = tmp_path / "stamps.npz"
    np.savez(
        file,
        stamps=np.stack([one.frames[:n, 0] for one in sequences]),
        n_epochs=np.full(len(sequences), n),
        mjd=np.stack([one.mjd[:n] for one in sequences]),
        object_id=np.array([one.object_id for one in sequences]),
    )
    theirs = command_table(["hits-sim", file], tmp_path)
    check_same(model.predict(file), theirs)
    check_same(model.predict(taonet.read(file)), theirs)


def test_deep_tao_files(deep_tao, tmp_path):
    folder = next(iter(truth.path for truth in deep_tao.values())).parent
    files = sorted(folder.glob("*.fits"))[:2]
    theirs = command_table(["crts-sim", *files], tmp_path)
    model = taonet.load("crts-sim")
    check_same(model.predict(files), theirs)
    check_same(model.predict([str(file) for file in files]), theirs)
    check_same(model.predict(taonet.read(files)), theirs)


def test_alert_packets(tmp_path):
    write(tmp_path / "p.avro", [seen(100 + k, jd=2459000.5 + 3 * k) for k in range(3)])
    theirs = command_table(["ztf-sim", tmp_path / "p.avro"], tmp_path)
    model = taonet.load("ztf-sim")
    check_same(model.predict(tmp_path / "p.avro"), theirs)
    check_same(model.predict(taonet.read(tmp_path / "p.avro")), theirs)


def test_what_is_set_aside_is_said_and_listed(sequences, model, caplog):
    tiny = sequences[0].frames[..., :8, :8]
    small = taonet.ImageSequence.from_frames("small", tiny, sequences[0].mjd)
    with caplog.at_level(logging.WARNING, logger="taonet"):
        table = model.predict([sequences[1], small])
    assert table["object_id"].unique().tolist() == [sequences[1].object_id]
    assert [one["source"] for one in table.attrs["set_aside"]] == ["small"]
    assert "1 of 2 set aside" in caplog.text
    assert "too small" in caplog.text


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (np.zeros((3, 21, 21)), "ImageSequence.from_frames"),
        (3, "neither a path nor sequences"),
        ([3], "not a sequence of cutouts"),
        ([], "nothing could be classified"),
        ("no/such/file", "no such file or folder"),
        (pd.DataFrame({"mjd": [1.0]}), "a network, which reads cutouts"),
    ],
    ids=["array", "number", "list of numbers", "empty list", "no file", "table"],
)
def test_anything_else_is_refused_in_one_line(model, inputs, words):
    with pytest.raises(InputError) as refusal:
        model.predict(inputs)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_model_given_last_is_an_error_in_plain_words(sequences):
    with pytest.raises(InputError, match="the model comes first"):
        taonet.predict(sequences, "hits-sim")


def test_objects_of_one_name_are_used_once(sequences, model):
    table = model.predict([sequences[0], sequences[0]])
    assert not table.duplicated(["object_id", "n_epochs"]).any()
    assert "already" in table.attrs["set_aside"][0]["reason"]


def test_a_generator_is_not_held_in_memory(sequences, model):
    taken = []

    def stream():
        for one in sequences:
            taken.append(one.object_id)
            yield one

    model.predict(stream(), limit=1)
    assert len(taken) <= 2


def test_epochs_past_the_cut_are_counted_in_the_table_as_they_come(model):
    (sequence,) = taonet.simulate("hits", 1, seed=11)
    cut = float(sequence.mjd[-4])
    early = replace(model, reading=replace(model.reading, mjd_max=cut))
    rows = early.predict(sequence)
    assert len(rows) == int((sequence.mjd < cut).sum()) < len(sequence)
    n_late = len(sequence) - len(rows)
    assert rows["n_ignored"].tolist() == [0] * (len(rows) - 1) + [n_late]
    assert rows["ignored_reason"].tolist()[-1] == f"from MJD {cut:g} on: {n_late}"
    assert rows["ignored_reason"].isna().tolist()[:-1] == [True] * (len(rows) - 1)
    until = early.predict(sequence.up_to(cut - 1e-6))
    pd.testing.assert_frame_equal(until.iloc[:-1], rows.iloc[:-1])


def test_what_lies_outside_the_domain_is_said_once_and_answered(model, caplog, tmp_path):
    strange = taonet.simulate("tiny", 3, seed=2)
    with caplog.at_level(logging.WARNING, logger="taonet"):
        rows = model.predict(strange)
    assert rows["object_id"].nunique() == 3
    said = [one for one in caplog.messages if "arcsec" in one]
    line = "note: 3 of 3 objects have pixels of 2.5 arcsec; hits-sim learnt from 0.27"
    assert said == [line]
    folder = taonet.simulate("tiny", 3, seed=2, output=tmp_path / "a").path
    words = ["predict", "hits-sim", str(folder), "-o", str(tmp_path / "p.parquet")]
    assert line in CliRunner().invoke(app, words).output


def test_what_lies_inside_is_not_spoken_of(sequences, model, caplog):
    with caplog.at_level(logging.WARNING, logger="taonet"):
        model.predict(sequences)
    assert not [one for one in caplog.messages if "learnt from" in one]
