"""The demo's own file: what it says of itself is true."""

import pandas as pd

from taonet.io.deep_tao.reader import read_deep_tao
from taonet.io.tables import read_table
from taonet.tasks import demo


def test_the_unseen_file_says_which_class_it_truly_is(tmp_path, monkeypatch):
    def predict_files(_bundle, inputs, output, **_options):
        sequence, _ = read_deep_tao(inputs[0])
        row = {"class_name": sequence.class_name, "n_epochs": len(sequence)}
        pd.DataFrame([row | {"predicted_class": "SN", "p_SN": 0.9}]).to_csv(output, index=False)

    monkeypatch.setattr(demo, "predict_files", predict_files)
    line = demo._classify_unseen_file(tmp_path, tmp_path / "run", seed=1)
    assert "a simulated SN" in line
    assert read_table(tmp_path / "unseen.csv")["class_name"].tolist() == ["SN"]
    (tmp_path / "run").mkdir()
    assert demo._is_demo_folder(tmp_path)
