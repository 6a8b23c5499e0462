"""The stage that trains: what it notes of a network, and what it cost."""

import json
import resource
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from taonet.experiment.training_stage import _learnt_mix, _record_cost, peak_memory_mib
from taonet.models.bundle import load_bundle


def test_batches_hold_as_many_of_each_class_that_is_met():
    objects = pd.DataFrame({"class_name": ["A", "A", "A", "B", "C"]})
    archive = SimpleNamespace(objects=objects)
    taxonomy = SimpleNamespace(classes=("A", "B", "C"))
    # all that is read of an experiment here
    experiment: Any = SimpleNamespace(archive=archive, taxonomy=taxonomy)
    assert _learnt_mix(experiment, np.array([0, 1, 2, 3])) == {"A": 0.5, "B": 0.5, "C": 0.0}


CPU = torch.device("cpu")


def test_the_cost_of_a_stage_adds_to_that_of_earlier_tries(tmp_path):
    file = tmp_path / "cost.json"
    file.write_text(json.dumps({"seconds": 100.0, "peak_mib": 1e9}))
    with pytest.raises(KeyboardInterrupt), _record_cost(file, CPU):
        raise KeyboardInterrupt
    cost = json.loads(file.read_text())
    assert 100 <= cost["seconds"] < 110
    assert cost["peak_mib"] == 1e9
    with _record_cost(tmp_path / "new.json", CPU):
        pass
    assert json.loads((tmp_path / "new.json").read_text())["peak_mib"] == pytest.approx(
        peak_memory_mib(), rel=0.05
    )


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux states of a process")
def test_memory_is_that_which_linux_states():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with open("/proc/self/status") as file:  # noqa: PTH123
        (line,) = (line for line in file if line.startswith("VmHWM"))
    stated = int(line.split()[1]) / 1024
    assert before <= peak_memory_mib() + 1
    assert peak_memory_mib() == pytest.approx(stated, rel=0.05)


def test_a_bundle_notes_what_its_network_learnt_from(world):
    bundle = load_bundle(world / "run")
    facts = bundle.facts
    assert facts["objects"] == 24
    assert facts["weights"] == sum(p.numel() for p in bundle.network.parameters())
    assert facts["learnt_mix"] == pytest.approx(dict.fromkeys(bundle.taxonomy.classes, 1 / 6))
    assert facts["cost"] == json.loads((world / "run/training/all/cost.json").read_text())
    assert facts["started_from"] is None
