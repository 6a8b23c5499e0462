"""The recipe on real DECam sequences; twenty minutes on one core."""

from pathlib import Path

import pytest

from taonet.experiment.recipe import read_recipe
from taonet.experiment.run import run_experiment
from taonet.experiment.stages import read_scores
from taonet.io.archive import Archive
from taonet.io.arrays import arrays_source
from taonet.io.ingest import ingest

RECIPE = Path(__file__).parents[2] / "recipes" / "hits.toml"


@pytest.mark.slow
def test_the_network_reads_real_sequences_better_than_its_controls(shared_data, tmp_path):
    ingest(arrays_source(shared_data / "hits" / "sequences.npz", survey="hits"), tmp_path / "a")
    run_experiment(read_recipe(RECIPE), Archive(tmp_path / "a"), tmp_path / "run")
    scores = read_scores(tmp_path / "run")
    assert scores["TAO-Net"]["macro_recall"]["value"] >= 0.88
    for name in set(scores) - {"TAO-Net"}:
        assert scores[name]["macro_recall_minus_primary"]["high"] < 0, name
