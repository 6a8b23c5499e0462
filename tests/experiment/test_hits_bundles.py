"""The bundles for HiTS that ship: small, honest about what they learnt from, and able to read."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from taonet.io.archive import Archive
from taonet.models.bundle import load_bundle
from taonet.models.bundle_folder import SHIPPED
from taonet.models.predict import predict
from taonet.tasks.simulate import Sample, simulate_archive

LARGEST = 4_000_000
"""Bytes."""


@pytest.mark.parametrize(("name", "simulated"), [("hits-sim", True), ("hits", False)])
def test_they_are_small_and_say_where_they_come_from(name, simulated):
    folder: Path = SHIPPED / name
    assert sum(file.stat().st_size for file in folder.iterdir()) <= LARGEST
    kinds = {weight.dtype for weight in load_file(folder / "model.safetensors").values()}
    assert kinds == {torch.float16}
    bundle = load_bundle(name)
    assert bundle.name == name
    assert bundle.facts["trained_on_simulation"] is simulated
    assert not bundle.network.config.use_times
    card = (folder / "README.md").read_text()
    for part in ("Intended use", "Limits", "taonet train recipes/"):
        assert part in card
    assert ("never used for the benchmark" in card) is not simulated


@pytest.mark.parametrize("name", ["hits-sim", "hits"])
def test_they_read_sequences_that_nobody_has_seen(name, tmp_path):
    simulate_archive(Sample(survey="hits", n_objects=48, seed=90), tmp_path / "a")
    archive = Archive(tmp_path / "a")
    sequences = (archive[i] for i in range(len(archive)))
    tables = (table.tail(1) for table in predict(load_bundle(name), sequences))
    last = pd.concat(tables, ignore_index=True)
    right = last["predicted_class"] == last["class_name"]
    assert right.groupby(last["class_name"]).mean().mean() > 0.65
    assert np.isfinite(last.filter(like="p_").to_numpy()).all()
