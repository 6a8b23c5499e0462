"""The demo's second act: what it says of a file and of scores is true."""

import pandas as pd

from taonet.experiment.recipe import read_recipe
from taonet.experiment.run import NETWORK
from taonet.io.deep_tao.reader import read_deep_tao
from taonet.io.tables import read_table
from taonet.tasks import demo_training
from taonet.tasks.demo import is_demo_folder
from taonet.training import fit_temperature


def test_the_unseen_file_says_which_class_it_truly_is(tmp_path, monkeypatch):
    def predict_files(_bundle, inputs, output, **_options):
        sequence, _ = read_deep_tao(inputs[0])
        row = {"class_name": sequence.class_name, "n_epochs": len(sequence)}
        pd.DataFrame([row | {"predicted_class": "SN", "p_SN": 0.9}]).to_csv(output, index=False)

    monkeypatch.setattr(demo_training, "predict_files", predict_files)
    line = demo_training._classify_unseen_file(tmp_path, seed=1)
    assert "truly SN" in line
    assert "SN, probability 0.90" in line
    assert read_table(tmp_path / "unseen.csv")["class_name"].tolist() == ["SN"]
    (tmp_path / "run").mkdir()
    assert is_demo_folder(tmp_path)


def test_scores_are_printed_with_their_intervals():
    own = {"macro_recall": {"value": 0.5, "low": 0.4, "high": 0.6}, "n_objects": 20}
    lines = list(demo_training.comparison_lines({NETWORK: own, "times alone": own}))
    assert "20 held-out objects" in lines[0]
    assert lines[1].endswith("0.50 [0.40, 0.60]")
    # only what METHOD_WORDS names is printed, as far as it is there
    assert sum("[" in line for line in lines) == 1


def test_only_results_of_the_demo_are_removed(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "calibrated").mkdir()
    (tmp_path / "calibrated" / "config.json").write_text("{}")
    demo_training._remove_results(tmp_path)
    assert (tmp_path / "run").is_dir()
    assert not (tmp_path / "calibrated").exists()


LITTLE_WORK = (
    "training.steps=2",
    "training.batch_size=6",
    "forest.trees=3",
    "boosted.rounds=2",
    "prediction.bootstrap=10",
    "prediction.turns=1",
    "prediction.examples=1",
    "prediction.counterfactuals=0",
)


def test_the_act_leaves_a_run_a_calibrated_bundle_and_an_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(demo_training, "OBJECTS", 24)
    monkeypatch.setattr(demo_training, "CALIBRATION_OBJECTS", 12)
    monkeypatch.setattr(demo_training, "read_recipe", lambda file: read_recipe(file, LITTLE_WORK))
    monkeypatch.setattr(fit_temperature, "LEAST_OBJECTS", 3)
    said: list[str] = []
    run = demo_training.show_training(tmp_path, seed=1, say=said.append)
    assert (run / "report.html").is_file()
    assert (tmp_path / "calibrated" / "config.json").is_file()
    assert (tmp_path / "unseen" / "SN" / "unseen.fits").is_file()
    assert "unseen.fits, truly SN" in "\n".join(said)
