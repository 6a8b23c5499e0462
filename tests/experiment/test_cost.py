"""What work costs is added up over tries, in the units that are stated."""

import json
import resource
import sys

import pytest
import torch

from taonet.experiment.cost import peak_memory_mib, record_cost

CPU = torch.device("cpu")


def test_the_cost_of_a_stage_adds_to_that_of_earlier_tries(tmp_path):
    file = tmp_path / "cost.json"
    file.write_text(json.dumps({"seconds": 100.0, "peak_mib": 1e9}))
    with pytest.raises(KeyboardInterrupt), record_cost(file, CPU):
        raise KeyboardInterrupt
    cost = json.loads(file.read_text())
    assert 100 <= cost["seconds"] < 110
    assert cost["peak_mib"] == 1e9
    with record_cost(tmp_path / "new.json", CPU):
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
