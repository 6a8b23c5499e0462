"""The verb `encoder`: what is passed on, what is said at the end, and errors in one line."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from taonet import cli
from taonet.tasks import encoder as task


@pytest.fixture
def taonet(monkeypatch, capsys):
    """Run the command line; return its exit code and what it printed."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["taonet", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code, capsys.readouterr()

    return run


def test_options_are_passed_on_and_the_page_is_named(taonet, tmp_path, monkeypatch):
    given: dict[str, Any] = {}

    def noted(data, output, **rest):
        given.update(rest, data=data, output=output)
        return SimpleNamespace(transparency=0.0123, seeing=0.04, place=0.25)

    monkeypatch.setattr(task, "teach_encoder", noted)
    words = ("a", "b", "-o", tmp_path / "e", "--seed", 5, "--device", "cpu", "--overwrite")
    code, said = taonet("encoder", *words, "--set", "training.steps=7", "--set", "model.width=8")
    assert not code
    assert [path.name for path in given["data"]] == ["a", "b"]
    assert given["changes"] == ("training.steps=7", "model.width=8")
    assert (given["seed"], given["device"], given["overwrite"]) == (5, "cpu", True)
    assert "transparency to 0.012, seeing to 0.040, place to 0.25 px" in said.out
    assert str(tmp_path / "e" / "README.md") in said.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("nothing",), "nothing"),
        (("nothing", "--set", "steps"), "steps"),
    ],
)
def test_errors_are_one_line(taonet, tmp_path, monkeypatch, words, expected):
    monkeypatch.chdir(tmp_path)
    code, said = taonet("encoder", *words, "-o", "e")
    assert code == 2
    (line,) = [one for one in said.err.splitlines() if one.startswith("taonet: ")]
    assert expected in line
    assert list(tmp_path.iterdir()) == []
