"""The verb `serve`: what it refuses before anything is opened."""

import sys

import pytest

from taonet import cli
from taonet.cli import serve as verb


@pytest.fixture
def taonet(monkeypatch, capsys):
    """Run the command line; return the one line that it ends in with exit code 2."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["taonet", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert end.value.code == 2
        (line,) = [s for s in capsys.readouterr().err.splitlines() if s.startswith("taonet: ")]
        return line

    return run


def test_an_open_address_without_a_token_is_refused_before_anything_is_opened(taonet, tmp_path):
    for host in ("0.0.0.0", "::", "192.168.1.2", "example.org"):
        line = taonet("serve", tmp_path / "nothing", "--host", host)
        assert "others could reach the page" in line
        assert "--token" in line
    weak = taonet("serve", tmp_path / "nothing", "--host", "0.0.0.0", "--token", "abc")
    assert "the token is too weak" in weak


def test_what_is_not_there_is_told(taonet, tmp_path):
    assert "no such file or folder" in taonet("serve", tmp_path / "nothing")


def test_missing_libraries_are_told_in_one_line(taonet, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr(verb, "find_spec", lambda _name: None)
    assert "pip install 'taonet[serve]'" in taonet("serve", tmp_path)
