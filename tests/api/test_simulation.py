"""Simulations in memory are those that are written."""

import pytest

import taonet
from taonet.errors import ConfigError


def test_simulations_are_the_same_in_memory_and_on_disk(tmp_path):
    drawn = taonet.simulate("tiny", 3, seed=8)
    archive = taonet.simulate("tiny", 3, seed=8, output=str(tmp_path / "a"))
    for ours, theirs in zip(drawn, archive, strict=True):
        assert ours.object_id == theirs.object_id
        assert (ours.frames == theirs.frames).all()
    assert drawn.simulated
    assert [truth["class_name"] for truth in drawn.truth] == [one.class_name for one in drawn]
    with pytest.raises(ConfigError, match="crts"):
        taonet.simulate("crtz")
