"""The demo's second act: what it says of a file and of scores is true."""

import pandas as pd

from taonet.experiment.run import NETWORK
from taonet.io.deep_tao.reader import read_deep_tao
from taonet.io.tables import read_table
from taonet.tasks import demo_training
from taonet.tasks.demo import is_demo_folder


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
