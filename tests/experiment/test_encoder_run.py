"""A whole run of a network that reads a frame encoder, and what its bundle can do then."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import taonet
from models.conftest import untrained_encoder
from taonet import cli
from taonet.errors import ConfigError
from taonet.experiment import encoding_stage
from taonet.experiment.joined_archives import join_archives
from taonet.experiment.plan import plan_experiment, run_digest, tuning_recipe
from taonet.experiment.recipe import override_recipe, read_recipe
from taonet.experiment.run import run_experiment
from taonet.io.archive import Archive
from taonet.io.prediction_table import read_predictions
from taonet.models.bundle import load_bundle, weights_digest
from taonet.models.encoder_folder import save_encoder
from taonet.models.encoding import encode_sequence
from taonet.models.evidence import explain_answer
from taonet.tasks.calibrate import calibrate
from taonet.tasks.simulate import Sample, simulate_archive
from taonet.training import fit_sets, fit_temperature

CHANGES = (
    "model.encoded=true", "model.zooms=[]", "model.apertures=0", "model.deep_zooms=[16]",
    "training.steps=2", "split.kind=holdout", "split.test=0.3", "forest.trees=3",
    "prediction.trees=false", "prediction.counterfactuals=0", "prediction.turns=1",
    "prediction.bootstrap=10", "prediction.examples=1",
)  # fmt: skip


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoders") / "small"
    save_encoder(untrained_encoder(), folder, card="")
    return folder


def recipe_with(encoder, *changes):
    return override_recipe(read_recipe("tiny", CHANGES + changes), encoder=str(encoder))


@pytest.fixture(scope="module")
def done(world, encoder, tmp_path_factory):
    """A run that was interrupted while it was tested, and went on; and what was encoded when."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    archive, encoded = Archive(world / "archive"), []

    def counted(network, sequence):
        encoded.append(sequence.object_id)
        return encode_sequence(network, sequence)

    def stop_at_the_test(items, _n, title):
        for item in items:
            if title.startswith("testing"):
                raise KeyboardInterrupt
            yield item

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoding_stage, "encode_sequence", counted)
        with pytest.raises(KeyboardInterrupt):
            run_experiment(recipe_with(encoder), archive, folder, track=stop_at_the_test)
        before = list(encoded)
        run_experiment(recipe_with(encoder), archive, folder)
    return SimpleNamespace(folder=folder, archive=archive, before=before, after=encoded)


def test_objects_are_encoded_once_however_often_a_run_is_interrupted(done):
    assert done.before == done.archive.objects["object_id"].tolist()
    assert done.after == done.before


def test_the_bundle_holds_the_encoder_and_answers_as_the_run_did(done):
    bundle = load_bundle(done.folder)
    assert bundle.encoder is not None
    assert bundle.encoder.digest == untrained_encoder().digest
    table = pd.read_parquet(done.folder / "predictions" / "tao-net.parquet")
    name = table["object_id"].iloc[0]
    index = done.archive.objects["object_id"].tolist().index(name)
    answers = taonet.predict(bundle, done.archive[index])
    columns = [c for c in table.columns if c.startswith("p_")]
    kept = table[table["object_id"] == name][columns].to_numpy()
    np.testing.assert_allclose(answers[columns].to_numpy(), kept, atol=2e-3)
    controls = {path.stem for path in (done.folder / "predictions").iterdir()}
    assert {"one-random-frame", "shuffled-order", "mean-image"} <= controls


def test_the_command_predicts_with_it(done, world, tmp_path, monkeypatch):
    words = ("predict", done.folder, world / "archive", "-o", tmp_path / "t.parquet")
    monkeypatch.setattr("sys.argv", ["taonet", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert not end.value.code
    table = read_predictions(tmp_path / "t.parquet")
    assert set(table["object_id"]) == set(done.archive.objects["object_id"])


def test_it_says_what_an_answer_rests_on(done):
    evidence, occlusion = explain_answer(load_bundle(done.folder), done.archive[0])
    assert np.abs(evidence.log_odds_change).max() > 0
    assert np.isfinite(evidence.log_odds_change).all()
    assert np.abs(occlusion.log_odds_change).max() > 0


def test_it_can_be_calibrated(done, tmp_path, monkeypatch):
    monkeypatch.setattr(fit_temperature, "LEAST_OBJECTS", 3)
    monkeypatch.setattr(fit_sets, "LEAST_OBJECTS", 3)
    bundle = load_bundle(done.folder)
    simulate_archive(Sample(survey="tiny", n_objects=12, seed=11), tmp_path / "fresh")
    assert "12 objects" in calibrate(str(done.folder), tmp_path / "fresh", tmp_path / "b")
    calibrated = load_bundle(tmp_path / "b")
    assert calibrated.trust is not None
    assert weights_digest(calibrated) == weights_digest(bundle)


def test_a_run_is_tuned_with_the_encoder_of_its_bundle(done, encoder, tmp_path):
    archive, start = join_archives(done.archive), load_bundle(done.folder)
    tuned = read_recipe("finetune", ("split.kind=holdout",))
    recipe = tuning_recipe(tuned, start)
    experiment = plan_experiment(recipe, archive, tmp_path, start=start)
    assert experiment.encoder is not None
    assert start.encoder is not None
    assert experiment.encoder.digest == start.encoder.digest
    assert experiment.reading.encoded
    with pytest.raises(ConfigError, match="encoder comes from the bundle"):
        run_experiment(
            override_recipe(tuned, encoder=str(encoder)), archive, tmp_path / "r", start=start
        )


def test_an_encoder_and_a_network_that_reads_it_belong_together(world, encoder, tmp_path):
    archive = join_archives(Archive(world / "archive"))
    for recipe in (
        read_recipe("tiny", ("model.encoded=true",)),
        override_recipe(read_recipe("tiny"), encoder=str(encoder)),
    ):
        with pytest.raises(ConfigError, match=r"recipe tiny: a network that reads encoded frames"):
            plan_experiment(recipe, archive, tmp_path)


def test_another_encoder_is_another_run(world, encoder, tmp_path):
    archive = join_archives(Archive(world / "archive"))
    save_encoder(untrained_encoder(seed=1), tmp_path / "other", card="")
    one, other = (run_digest(recipe_with(e), archive) for e in (encoder, tmp_path / "other"))
    assert one != other
    assert recipe_with(encoder).digest != read_recipe("tiny", CHANGES).digest
