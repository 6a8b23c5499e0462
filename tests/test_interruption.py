"""Ctrl-C: one line that says what is kept and how to go on, and that is what happens."""

import sys

import numpy as np
import pytest

from taonet import cli
from taonet.cli.interruption import ANEW, NOTHING, PICTURES, RESUMPTION

VERBS = [
    module
    for name, module in sys.modules.items()
    if name.startswith("taonet.cli.") and hasattr(module, "track")
]
"""Modules of the command line that show progress."""


@pytest.fixture
def taonet(monkeypatch, capsys):
    """Run the command line, interrupted after some items or not; return exit code and error."""

    def run(*words, interrupted_after=None):
        def track(items, *_):
            for done, item in enumerate(items):
                if done == interrupted_after:
                    raise KeyboardInterrupt
                yield item

        for verb in VERBS:
            monkeypatch.setattr(verb, "track", track)
        monkeypatch.setattr(sys, "argv", ["taonet", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code or 0, capsys.readouterr().err

    return run


def check_interrupted(result, what):
    code, err = result
    assert code == 130
    assert err.splitlines()[-1] == f"taonet: interrupted; {what}"
    assert "Traceback" not in err


@pytest.fixture
def arrays(tmp_path):
    rng = np.random.default_rng(0)
    file = tmp_path / "f.npz"
    np.savez(
        file, stamps=rng.normal(100, 5, (4, 3, 32, 32)), n_epochs=np.full(4, 3),
        mjd=57000 + np.tile(np.arange(3.0), (4, 1)), object_id=np.array(list("abcd")),
    )  # fmt: skip
    return file


def ended_alike(one, other):
    return (one / "manifest.json").read_text() == (other / "manifest.json").read_text()


def test_ingest_and_simulate_go_on(taonet, arrays, tmp_path):
    for name, words in {
        "A": ("ingest", "arrays", arrays),
        "S": ("simulate", "tiny", "--objects", 4),
    }.items():
        out, whole = tmp_path / name, tmp_path / f"{name}-whole"
        check_interrupted(taonet(*words, "-o", out, interrupted_after=2), RESUMPTION)
        assert (tmp_path / f"{name}.part").is_dir()
        assert taonet(*words, "-o", out) == (0, "")
        assert taonet(*words, "-o", whole) == (0, "")
        assert ended_alike(out, whole)


def test_with_overwrite_nothing_goes_on_and_what_was_there_is_unharmed(taonet, arrays, tmp_path):
    words = ("ingest", "arrays", arrays, "-o", tmp_path / "A")
    assert taonet(*words)[0] == 0
    before = (tmp_path / "A" / "manifest.json").read_text()
    check_interrupted(taonet(*words, "--overwrite", interrupted_after=2), ANEW)
    assert (tmp_path / "A" / "manifest.json").read_text() == before
    assert taonet(*words, "--overwrite") == (0, "")


def test_injection_goes_on(taonet, tmp_path):
    quiet = tmp_path / "N"
    assert taonet("simulate", "tiny", "--classes", "NON", "--objects", 4, "-o", quiet)[0] == 0
    words = ("simulate", "inject", quiet, "--class", "SN", "-o", tmp_path / "I")
    check_interrupted(taonet(*words, interrupted_after=2), RESUMPTION)
    assert (tmp_path / "I.part").is_dir()
    assert taonet(*words) == (0, "")


def test_training_goes_on(taonet, world, tmp_path):
    words = ("train", "tiny", "--data", world / "archive", "-o", tmp_path / "run")
    check_interrupted(taonet(*words, interrupted_after=1), RESUMPTION)
    assert (tmp_path / "run" / "run.json").is_file()
    assert not (tmp_path / "run" / "finished.json").exists()


def tables(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_tables_are_whole_or_not_there(taonet, world, arrays, tmp_path):
    before = tables(tmp_path)
    for words in (
        ("predict", world / "run", arrays, "-o", tmp_path / "p.csv"),
        ("photometry", arrays, "-o", tmp_path / "c.parquet"),
        ("simulate", "crts", "--light-curves-only", "--objects", 4, "-o", tmp_path / "t.csv"),
    ):
        check_interrupted(taonet(*words, interrupted_after=2), NOTHING)
        assert tables(tmp_path) == before


def test_a_table_that_was_to_be_replaced_is_unharmed(taonet, arrays, tmp_path):
    table = tmp_path / "c.csv"
    table.write_text("mine")
    words = ("photometry", arrays, "-o", table, "--overwrite")
    check_interrupted(taonet(*words, interrupted_after=2), NOTHING)
    assert table.read_text() == "mine"


def test_pictures_stay(taonet, arrays, tmp_path):
    words = ("photometry", arrays, "-o", tmp_path / "c.csv", "--figures", tmp_path / "pictures")
    check_interrupted(taonet(*words, interrupted_after=2), PICTURES)
    assert len(list((tmp_path / "pictures").iterdir())) == 2
    assert not (tmp_path / "c.csv").exists()
