"""Wrong things in the place of right ones: one line that names what is wrong and what to do."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from taonet import cli, load
from taonet.errors import InputError, OutputError
from taonet.io.archive import Archive, is_archive
from taonet.io.atomic import make_folder
from taonet.tasks.demo import run_demo
from taonet.tasks.evaluate import compare_tables
from taonet.tasks.info import describe
from taonet.tasks.photometry import Products, measure_light_curves
from taonet.tasks.predict import predict_files
from taonet.tasks.report import report_tables
from taonet.tasks.simulate import Sample, simulate_archive


@pytest.fixture
def taonet(monkeypatch, capsys):
    """Run the command line; return the one line that it ends in with exit code 2."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["taonet", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        lines = [line for line in said.err.splitlines() if line.startswith("taonet: ")]
        assert end.value.code == 2, said
        assert len(lines) == 1
        return lines[0]

    return run


def stamps(path, *, channels=1, size=32):
    rng = np.random.default_rng(0)
    np.savez(
        path, stamps=rng.normal(100, 5, (2, 3, channels, size, size)), n_epochs=[3, 3],
        mjd=57000 + np.tile(np.arange(3.0), (2, 1)), object_id=["a", "b"],
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def things(world, tmp_path_factory):
    """One of each kind of thing that can stand in the wrong place."""
    folder = tmp_path_factory.mktemp("things")
    (folder / "text.txt").write_text("hello")
    (folder / "empty.csv").write_text("")
    (folder / "folder").mkdir()
    stamps(folder / "f.npz")
    points = {"mjd": 57000 + np.arange(12.0), "mag": 18.0, "magerr": 0.1}
    pd.DataFrame({"object_id": "a", **points}).to_csv(folder / "curves.csv", index=False)
    predict_files(world / "run", [world / "archive"], folder / "answers.csv", final=True)
    (folder / "run").symlink_to(world / "run")
    for name in ("x.vot", "x.votable", "x.TXT"):
        (folder / name).write_text("file object_id mjd\na x 55000\n")
    (folder / "bundle").symlink_to(world / "run" / "bundle")
    (folder / "archive").symlink_to(world / "archive")
    return folder


ARCHIVES = [
    ("text.txt", "a file, not an archive — pack what is in it with `taonet ingest` first"),
    ("curves.csv", "a file, not an archive"),
    ("answers.csv", "a file, not an archive"),
    ("run", "a run, not an archive"),
    ("bundle", "a bundle, not an archive"),
    ("folder", "not an archive: it has no manifest.json"),
    ("nothing", "no such archive"),
]


@pytest.mark.parametrize(("name", "words"), ARCHIVES)
def test_what_is_no_archive_says_what_it_is(things, name, words):
    with pytest.raises(InputError) as refused:
        Archive(things / name)
    assert words in str(refused.value)


BUNDLES = [
    ("text.txt", "a file, not a bundle"),
    ("archive", "an archive, not a bundle"),
    ("folder", "a folder without a bundle"),
    ("nothing", "no such bundle — give a bundle's folder"),
    ("ztfsim", "did you mean 'ztf-sim'?"),
]


@pytest.mark.parametrize(("name", "words"), BUNDLES)
def test_what_is_no_bundle_says_what_it_is(things, name, words):
    with pytest.raises(InputError) as refused:
        load(things / name)
    assert words in str(refused.value)


COMMANDS = [
    (("photometry", "answers.csv"), "answers.csv: no column 'mjd'"),
    (("photometry", "curves.csv"), "these are light curves already — give --features"),
    (("photometry", "curves.csv", "f.npz", "--features", "published"), "tables beside cutouts"),
    (("photometry", "curves.csv", "--features", "modern", "--aperture"), "measured already"),
    (("photometry", "curves.csv", "--features", "moderne"), "did you mean 'modern'?"),
    (("photometry", "f.npz", "--features", "x"), "known: published, published+ratios, modern"),
    (("photometry", "curves.csv", "--features", "modern", "--figures", "x"), "leave out --figures"),
    (("predict", "run", "curves.csv"), "a table; this bundle holds a network, which reads cutouts"),
    (("predict", "run", "answers.csv"), "a table; this bundle holds a network"),
    (("predict", "run", "x.vot"), "x.vot: a table; this bundle holds a network"),
    (("predict", "run", "x.votable"), "x.votable: a table; this bundle holds a network"),
    (("predict", "run", "x.TXT"), "x.TXT: a table; this bundle holds a network"),
    (("ingest", "deep-tao", "x.votable"), "x.votable: a table, not images"),
    (("predict", "run", "folder"), "no archive, alerts or FITS files in this folder"),
    (("predict", "ztf-sim", "f.npz"), "the cutouts are too small for this model"),
    (("ingest", "deep-tao", "curves.csv"), "curves.csv: a table, not images"),
    (("ingest", "alerts", "text.txt"), "nothing could be read (got text.txt: not an Avro"),
    (("calibrate", "run", "answers.csv"), "a file, not an archive"),
    (("simulate", "inject", "text.txt", "--class", "SN"), "a file, not an archive"),
]


@pytest.mark.parametrize(("words", "line"), COMMANDS, ids=str)
def test_verbs_name_what_is_wrong_and_write_nothing(
    taonet, things, tmp_path, monkeypatch, words, line
):
    monkeypatch.chdir(things)
    before = sorted(things.iterdir())
    assert line in taonet(*words, "-o", tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []
    assert sorted(things.iterdir()) == before


def test_more_wrong_things(taonet, things, monkeypatch, tmp_path):
    monkeypatch.chdir(things)
    assert "a folder, not a table" in taonet("evaluate", "archive")
    assert "not a prediction table" in taonet("evaluate", "curves.csv")
    assert "a file, not a folder" in taonet("benchmark", "crts-features", "--data", "curves.csv")
    assert "no such folder" in taonet("benchmark", "crts-features", "--data", "nothing")
    words = ("train", "tiny", "--data", "archive", "-o", tmp_path / "r", "--measured", "text.txt")
    assert "text.txt: a file is there, not a folder" in taonet(*words)
    assert not (tmp_path / "r").exists()


def test_archives_that_know_nothing_of_the_answers_are_named(taonet, things, tmp_path):
    words = ("ingest", "arrays", things / "f.npz", "-o", tmp_path / "U")
    sys.argv = ["taonet", *map(str, words)]
    with pytest.raises(SystemExit):
        cli.main()
    line = taonet("evaluate", things / "answers.csv", "--data", tmp_path / "U")
    assert "none of its objects is in the archive" in line
    assert "give --data" not in line
    line = taonet("simulate", "inject", tmp_path / "U", "--class", "SN", "-o", tmp_path / "I")
    assert "no survey 'arrays' to simulate, which is what the archive says it is of" in line
    assert "did you mean" not in line


def test_info_knows_tables(things):
    assert describe(things / "answers.csv")["kind"] == "prediction table"
    about = describe(things / "curves.csv")
    assert (about["kind"], about["objects"], about["points"]) == ("table of light curves", 1, 12)
    with pytest.raises(InputError, match=r"no line of column names"):
        describe(things / "empty.csv")


def test_cutouts_of_other_channels_are_refused_in_one_line(taonet, tmp_path):
    file = stamps(tmp_path / "f.npz", size=63)
    line = taonet("predict", "ztf-sim", file, "-o", tmp_path / "p.csv")
    assert "the model reads other channels (got ('science',), not ('science', 'template'" in line
    assert list(tmp_path.iterdir()) == [file]


LONG = "x" * 300


def test_impossible_places_are_one_line(taonet, things, tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    pixels = things / "f.npz"
    for words in (
        ("demo", "-o", file),
        ("demo", "-o", file / "below"),
        ("photometry", pixels, "--figures", file, "-o", tmp_path / "c.csv"),
        ("photometry", pixels, "--figures", file / "below", "-o", tmp_path / "c.csv"),
        ("photometry", pixels, "-o", file / "c.csv"),
        ("simulate", "tiny", "--objects", 1, "--fits", file, "-o", tmp_path / "A"),
        ("ingest", "arrays", pixels, "-o", file / "A"),
        ("train", "tiny", "--data", things / "archive", "-o", file / "r"),
    ):
        assert "a file is there, not a folder" in taonet(*words)
    assert "no such folder" in taonet("photometry", pixels, "-o", tmp_path / "a" / "c.csv")
    for others in (
        ("demo", "-o", tmp_path / LONG),
        ("photometry", pixels, "--figures", tmp_path / LONG, "-o", tmp_path / "c.csv"),
        ("photometry", pixels, "-o", tmp_path / f"{LONG}.csv"),
        ("predict", "ztf-sim", LONG, "-o", tmp_path / "p.csv"),
        ("info", LONG),
        ("demo", "-o", "/proc/demo"),
        ("photometry", pixels, "--figures", "/proc/figures", "-o", tmp_path / "c.csv"),
    ):
        assert "Errno" not in taonet(*others)
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_text() == "mine"


def test_a_closed_folder_is_one_line(taonet, monkeypatch, tmp_path):
    # tests may run as root, for whom no folder is closed
    def closed(self, *_, **__):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", closed)
    assert "not allowed to write here" in taonet("demo", "-o", tmp_path / "d")
    with pytest.raises(OutputError, match="not allowed to write here"):
        make_folder(tmp_path / "d")


def test_a_folder_that_may_not_be_read_is_one_line(taonet, monkeypatch, tmp_path):
    def closed(self, *_, **__):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "exists", closed)
    assert taonet("info", tmp_path / "x").endswith("x: Permission denied")


def test_a_demo_leaves_other_folders_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(OutputError, match="exists and is not a demo"):
        run_demo(str(tmp_path))


def test_paths_may_be_text(world, tmp_path):
    archive = str(world / "archive")
    assert is_archive(archive)
    assert len(Archive(archive)) == 24
    assert load(str(world / "run")).name == "tiny"
    assert describe(archive)["objects"] == 24
    answers = str(tmp_path / "p.csv")
    predict_files(str(world / "run"), [archive], answers, limit=2)
    products = Products(figures=str(tmp_path / "f"))
    measure_light_curves([archive], str(tmp_path / "c.csv"), products=products, limit=1)
    assert list((tmp_path / "f").iterdir())
    assert compare_tables([answers], archive)["p"]["n_objects"] == 2
    report_tables([answers], archive, str(tmp_path / "r.html"), title="t")
    simulate_archive(
        Sample(survey="tiny", n_objects=1), str(tmp_path / "A"), fits=str(tmp_path / "fits")
    )
    assert list((tmp_path / "fits").rglob("*.fits"))
