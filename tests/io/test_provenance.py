"""Notes beside simulated data, written and read back, those of the version before too."""

import json

import pytest

from taonet.io.provenance import (
    SIMULATION,
    append_truth,
    describe_simulation,
    note_simulation,
    read_simulation,
    truth_path,
)
from taonet.version import __version__


def test_a_note_is_read_back_and_described_in_one_line(tmp_path):
    assert read_simulation(tmp_path) == {}
    assert describe_simulation(tmp_path) == ""
    note_simulation(tmp_path, command="taonet simulate -n 3", preset_digest="0123456789abcdef")
    assert read_simulation(tmp_path)["taonet"] == __version__
    line = "taonet simulate -n 3 (preset by its numbers: 0123456789ab)"
    assert describe_simulation(tmp_path) == line


def test_a_note_of_the_version_before_names_the_source_text(tmp_path):
    old = {"command": "taonet simulate", "preset": "fedcba9876543210", "taonet": "0.1.0"}
    (tmp_path / SIMULATION).write_text(json.dumps(old))
    line = "taonet simulate (preset by its source text: fedcba987654)"
    assert describe_simulation(tmp_path) == line


def test_truths_are_lines_and_what_an_interruption_left_is_cut_off(tmp_path):
    path = truth_path(tmp_path / "curves.csv")
    assert path.name == "curves.truth.jsonl"
    with pytest.raises(KeyboardInterrupt), append_truth(path) as write:
        for name in "abc":
            write(name, {"z": 0.1})
        # on disk before the file is closed
        assert len(path.read_text().splitlines()) == 3
        raise KeyboardInterrupt
    with append_truth(path, after=2) as write:
        write("d", {"z": None})
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    expected = [{"object_id": "a", "z": 0.1}, {"object_id": "b", "z": 0.1}]
    assert lines == [*expected, {"object_id": "d", "z": None}]
