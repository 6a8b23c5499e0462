"""Files in the layout of the public release, classified end to end by the bundle that ships.

The network of the paper's experiment, before it has learnt anything, stands beside it: what it
reads and how it answers does not depend on what ships.
"""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import torch

import taonet
from taonet import cli
from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.experiment.recipe import read_recipe
from taonet.io.deep_tao.reader import read_deep_tao
from taonet.models.bundle import Bundle, save_bundle
from taonet.models.predict import predict
from taonet.models.taonet import TaoNet
from taonet.sky.taxonomy import CRTS

ANSWERS = [f"p_{name}" for name in CRTS.classes]

RECIPE = Path(__file__).parents[1] / "recipes" / "deep-tao.toml"


@pytest.fixture(scope="module")
def not_trained(tmp_path_factory):
    model = replace(read_recipe(RECIPE).model, classes=6)
    torch.manual_seed(1)
    bundle = Bundle(
        name="not-trained",
        network=TaoNet(model).eval(),
        taxonomy=CRTS,
        reading=Reading(
            scaling=Scaling(crop_px=64),
            bands=(),
            channels=("science",),
            measured=model.measured,
            frames=bool(model.zooms or model.apertures),
            deep_px=max(model.deep_zooms),
        ),
        frame_px=64,
        facts={"survey": "crts", "trained_on_simulation": True},
    )
    folder = tmp_path_factory.mktemp("bundle") / "bundle"
    save_bundle(bundle, folder, card="not trained")
    return str(folder)


@pytest.fixture(params=["not trained", "crts-sim"])
def name(request):
    if request.param == "not trained":
        return request.getfixturevalue("not_trained")
    return request.param


def test_a_file_of_the_release_is_classified(name, deep_tao, monkeypatch, tmp_path, capsys):
    files = [str(truth.path) for truth in deep_tao.values()]
    assert all(":" in file for file in files)
    output = tmp_path / "p.parquet"
    monkeypatch.setattr("sys.argv", ["taonet", "predict", name, *files, "-o", str(output)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert not end.value.code, capsys.readouterr().err
    table = pd.read_parquet(output)
    assert set(table["object_id"]) == set(deep_tao)
    assert ((table[ANSWERS] >= 0) & (table[ANSWERS] <= 1)).all(axis=None)
    assert table[ANSWERS].sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-5)
    for object_id, truth in deep_tao.items():
        rows = table[table["object_id"] == object_id].sort_values("n_epochs")
        # an answer after every frame that shows something, the exposure that was cut twice once
        assert rows["n_epochs"].tolist() == list(range(1, (~truth.blank).sum() + 1))
        assert rows["mjd_last"].is_monotonic_increasing
        assert rows["class_name"].unique().tolist() == [truth.class_name]
        assert rows[["ra", "dec"]].to_numpy()[0] == pytest.approx([truth.ra, truth.dec])


def test_python_says_what_the_command_line_says(name, deep_tao, tmp_path, monkeypatch):
    bundle = taonet.load(name)
    truth = next(truth for truth in deep_tao.values() if truth.class_name == "NON")
    sequence, _ = read_deep_tao(truth.path)
    turns = int(bundle.facts.get("turns", 1))
    (mine,) = predict(bundle, [sequence], turns=turns)
    output = tmp_path / "p.parquet"
    words = ["taonet", "predict", name, str(truth.path), "-o", str(output)]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit):
        cli.main()
    theirs = pd.read_parquet(output)
    assert mine[ANSWERS].to_numpy() == pytest.approx(theirs[ANSWERS].to_numpy(), abs=1e-6)
    # what was known by then: later frames change no earlier answer
    early = sequence.up_to(float(sequence.mjd[4]))
    (then,) = predict(bundle, [early], turns=turns)
    k = len(then)
    assert 0 < k < len(mine)
    assert then[ANSWERS].to_numpy() == pytest.approx(mine[ANSWERS].to_numpy()[:k], abs=1e-4)
