"""Checkpoints got from somebody: nothing in them is executed, and what is not ours is one line."""

import os
import pickle
import zipfile

import pandas as pd
import pytest
import torch

from taonet.errors import InputError
from taonet.experiment.stages import staged_table
from taonet.training.checkpoint import HOLDS, load_checkpoint
from taonet.training.loop import TrainingConfig, train_network
from training.test_loop import SMALL, objects, training_set


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


def written(kind, file, trap):
    state = {"step": 1, "network": trap, "average": {}, "optimizer": {}}
    if kind == "pickle":
        file.write_bytes(pickle.dumps(state))
    elif kind == "torch":
        torch.save(state, file)
    else:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps(state))


@pytest.mark.parametrize("kind", ["pickle", "torch", "zip"])
def test_a_checkpoint_that_would_run_a_command_does_not(tmp_path, kind):
    file = tmp_path / "checkpoint.pt"
    written(kind, file, Trap(tmp_path / "ran"))
    with pytest.raises(InputError, match="not a checkpoint — remove it to start again"):
        load_checkpoint(file)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("state", [[1], {"step": 3}, torch.zeros(3), {}])
def test_what_is_no_state_of_training_is_no_checkpoint(tmp_path, state):
    torch.save(state, tmp_path / "checkpoint.pt")
    with pytest.raises(InputError, match="not a checkpoint"):
        load_checkpoint(tmp_path / "checkpoint.pt")


@pytest.mark.parametrize("spoilt", sorted(HOLDS))
def test_a_checkpoint_of_another_network_is_one_line(tmp_path, spoilt):
    def train(steps):
        config = TrainingConfig(steps=steps, batch_size=4, checkpoint_every=1)
        train_network(
            SMALL, training_set(objects(4)), config=config, seed=3, folder=tmp_path,
        )  # fmt: skip

    train(1)
    file = tmp_path / "checkpoint.pt"
    torch.save({**torch.load(file, weights_only=True), spoilt: {}}, file)
    with pytest.raises(InputError, match="a checkpoint of another network — remove it"):
        train(2)


def test_a_damaged_table_of_a_stage_is_one_line(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"PAR1 nonsense PAR1")
    with pytest.raises(InputError, match="the table of a stage is damaged"):
        staged_table(tmp_path / "t.parquet", pd.DataFrame)
