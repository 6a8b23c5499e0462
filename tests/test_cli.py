"""The command line as a user meets it: bad input is one line and exit code 2, nothing half-done."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from taonet import cli
from taonet.cli import app
from taonet.io.archive import VERSION

RECIPES = Path(__file__).parents[1] / "recipes"
VERBS = [*(verb.__name__ for verb in app.VERBS), "simulate", "benchmark"]
SMALLEST = (RECIPES / "tiny.toml").read_text()


@pytest.fixture
def taonet(monkeypatch, capsys):
    """Run the command line; return exit code, standard output and standard error."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["taonet", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        return end.value.code or 0, said.out, said.err

    return run


def refused(result, *words):
    code, out, err = result
    assert code == 2, err
    assert out == ""
    lines = [line for line in err.splitlines() if line.startswith("taonet: ")]
    assert len(lines) == 1, err
    assert "Traceback" not in err
    for word in words:
        assert word in lines[0]


def test_help_is_quick_to_load_and_never_imports_torch():
    code = (
        "import sys; sys.argv = ['taonet', '--help']\n"
        "from taonet import cli\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'pandas', 'astropy', 'sklearn', 'matplotlib', 'scipy', 'pyarrow'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for verb in VERBS:
        assert verb in done.stdout


def test_reading_headers_never_imports_torch():
    code = (
        "import sys\n"
        "import taonet.io.sources, taonet.io.ingest\n"
        "import taonet.simulation.survey, taonet.photometry.tables\n"
        "assert 'torch' not in sys.modules and 'matplotlib' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(taonet, verb):
    code, out, _ = taonet(verb, "--help")
    assert code == 0
    assert "Usage: taonet" in out


def test_a_file_never_seen_is_classified_after_every_epoch(taonet, world, tmp_path):
    from taonet.io.deep_tao.writer import write_deep_tao
    from taonet.simulation.objects import simulate_object
    from taonet.simulation.presets.by_name import survey_preset

    sequence, _ = simulate_object(survey_preset("tiny"), "SN", seed=9, index=1)
    write_deep_tao(tmp_path / "new.fits", sequence)
    code, out, _ = taonet("predict", world / "run", tmp_path / "new.fits", "-o", tmp_path / "p.csv")
    assert code == 0, out
    rows = pd.read_csv(tmp_path / "p.csv")
    assert list(rows["n_epochs"]) == list(range(1, sequence.usable.sum() + 1))
    np.testing.assert_allclose(rows.filter(like="p_").sum(axis=1), 1, atol=1e-6)


def test_a_prior_in_words_or_in_a_table_is_told_and_its_answers_are_scored(taonet, world, tmp_path):
    answers = pd.read_parquet(world / "run/predictions/tao-net.parquet").filter(like="p_")
    names = answers.columns.str.removeprefix("p_").tolist()
    words = ",".join(f"{name}={i}" for i, name in enumerate(names))
    table = tmp_path / "mix.csv"
    pd.DataFrame({"class": names, "prior": range(len(names))}).to_csv(table, index=False)
    tables: list[pd.DataFrame] = []
    for given in (words, table):
        output = tmp_path / f"p{len(tables)}.parquet"
        code, out, err = taonet(
            *("predict", world / "run", world / "archive", "-o", output),
            *("--prior", given, "--limit", 12),
        )
        assert code == 0, err
        assert f"restated for the class mix {names[0]}=0 {names[1]}=" in out
        assert "divided by their sum" in out
        tables.append(pd.read_parquet(output))
    assert tables[0].equals(tables[1])
    assert (tables[0][f"p_{names[0]}"] == 0).all()
    assert tables[0]["prior"].nunique() == 1
    code, out, err = taonet("evaluate", tmp_path / "p0.parquet", "--data", world / "archive")
    assert code == 0, err
    page = tmp_path / "r.html"
    report = ("report", tmp_path / "p0.parquet", "--data", world / "archive", "-o", page)
    assert taonet(*report)[0] == 0
    facts = json.loads((world / "run/bundle/config.json").read_text())["facts"]
    assert facts["learnt_mix"] == {name: 1 / len(names) for name in names}
    output = tmp_path / "none.csv"
    refused(
        taonet("predict", world / "run", world / "archive", "-o", output, "--prior", "SN=1"),
        "classes without a share",
    )
    assert not output.exists()


def test_evaluate_and_report_read_any_prediction_table(taonet, world, tmp_path):
    tables = sorted((world / "run" / "predictions").glob("[tf]*.parquet"))
    code, out, _ = taonet("evaluate", *tables, "--data", world / "archive", "--json")
    assert code == 0
    scores = json.loads(out)
    stored = json.loads((world / "run" / "scores.json").read_text())["TAO-Net"]
    assert scores["tao-net"]["macro_recall"]["value"] == stored["macro_recall"]["value"]
    code, _, err = taonet("report", *tables, "--data", world / "archive", "-o", tmp_path / "r.html")
    assert code == 0, err
    assert (tmp_path / "r.html").read_text().startswith("<!")


def test_a_finished_run_is_shown_again_and_another_recipe_refused(taonet, world, tmp_path):
    code, out, _ = taonet(
        "train", RECIPES / "tiny.toml", "--data", world / "archive", "-o", world / "run"
    )
    assert code == 0
    assert "report:" in out
    (tmp_path / "other.toml").write_text(SMALLEST.replace("seed = 1", "seed = 2"))
    refused(
        taonet("train", tmp_path / "other.toml", "--data", world / "archive", "-o", world / "run"),
        "another recipe",
    )


def test_info_knows_archives_bundles_and_runs(taonet, world):
    for thing, word in (("archive", "simulated"), ("run", "finished"), ("run/bundle", "bundle")):
        code, out, _ = taonet("info", world / thing)
        assert code == 0
        assert word in out
    assert json.loads(taonet("info", world / "archive", "--json")[1])["objects"] == 24


@pytest.fixture(scope="module")
def curves(tmp_path_factory):
    """A table of simulated light curves with faults, and a run of trees on it."""
    from taonet.tasks.simulate import Sample, simulate_light_curves

    folder = tmp_path_factory.mktemp("curves")
    simulate_light_curves(Sample(survey="crts", n_objects=36, seed=3), folder / "c.parquet")
    table = pd.read_parquet(folder / "c.parquet")
    table.loc[3:5, "mag"] = [99.0, np.nan, np.inf]
    table.sample(frac=1, random_state=0).to_parquet(folder / "c.parquet", index=False)
    return folder


def test_the_whole_road_on_light_curves(taonet, curves, tmp_path):
    table, run = curves / "c.parquet", tmp_path / "r"
    code, out, err = taonet(
        "train", RECIPES / "forest-tiny.toml", "--lightcurves", table, "-o", run
    )
    assert code == 0, err
    assert "3 of " in err and "36 objects sorted by time" in err
    assert "forest " in out and "report:" in out
    assert "bundle of trees (forest)" in taonet("info", run / "bundle")[1]
    code, out, _ = taonet("predict", run, table, "-o", tmp_path / "p.parquet")
    assert code == 0
    assert out.startswith("36 objects") and "3 of " in out
    code, out, _ = taonet("evaluate", tmp_path / "p.parquet", run / "predictions/forest.parquet")
    assert code == 0
    assert out.startswith("36 objects")
    code, out, _ = taonet(
        "photometry", table, "--features", "published", "-o", tmp_path / "f.parquet"
    )
    assert code == 0
    assert "36 objects sorted by time" in out


def test_trees_read_tables_and_networks_read_cutouts(taonet, world, curves, tmp_path):
    recipe, table, output = RECIPES / "forest-tiny.toml", curves / "c.parquet", tmp_path / "p.csv"
    taonet("train", recipe, "--lightcurves", table, "-o", tmp_path / "r")
    refused(
        taonet("predict", tmp_path / "r", world / "archive", "-o", output),
        "not a table of light curves",
    )
    refused(taonet("predict", world / "run", table, "-o", output), "a network, which reads cutouts")
    refused(taonet("train", recipe, "-o", tmp_path / "x"), "--data ARCHIVE or --lightcurves TABLE")
    refused(
        taonet("train", recipe, "--lightcurves", table, "--data", world / "archive"), "--data ARCHI"
    )
    refused(taonet("train", recipe, "--data", world / "archive"), "a recipe for light curves")
    refused(taonet("train", RECIPES / "tiny.toml", "--lightcurves", table), "a recipe for cutouts")
    refused(taonet("train", recipe, "--lightcurves", table, "--shots", 3), "leave out --shots")
    refused(taonet("benchmark", "crts-features", "--data", tmp_path), "no such file")
    assert not output.exists()


def test_photometry_gives_curves_and_features(taonet, world, tmp_path):
    assert taonet("photometry", world / "archive", "-o", tmp_path / "c.parquet")[0] == 0
    assert (
        taonet(
            "photometry", world / "archive", "--features", "published", "-o", tmp_path / "f.ecsv"
        )[0]
        == 0
    )
    assert len(pd.read_parquet(tmp_path / "c.parquet")["object_id"].unique()) == 24


def test_photometry_of_what_changed_with_pictures_and_nightly_means(taonet, world, tmp_path):
    words = ("photometry", world / "archive", "--limit", 2)
    code, out, _ = taonet(
        *words, "--difference", "--archival", "--nightly", "--workers", 2,
        "--figures", tmp_path / "figures", "-o", tmp_path / "d.csv",
    )  # fmt: skip
    assert (code, out.split()[:2]) == (0, ["2", "objects"])
    nights = pd.read_csv(tmp_path / "d.csv")
    assert not nights.duplicated(["object_id", "band", "mjd"]).any()
    assert {"limiting_mag", "flux", "quality"} <= set(nights)
    assert len(list((tmp_path / "figures").glob("*.png"))) == 4
    both = taonet(*words, "--difference", "--aperture", "-o", tmp_path / "x.csv")
    refused(both, "--difference fits the PSF")


def test_the_template_of_differences_is_chosen(taonet, world, tmp_path):
    words = ("photometry", world / "archive", "--limit", 2, "--difference")
    table = tmp_path / "d.csv"
    code, out, _ = taonet(*words, "--template-mjd", ":90000", "-o", table)
    assert (code, out.count("note:")) == (0, 0)
    rows = pd.read_csv(table)
    assert rows["flux"].notna().mean() > 0.9
    assert rows.groupby(["object_id", "band"], dropna=False)["template"].nunique().max() == 1
    code, out, _ = taonet(*words, "--template-mjd", "1:2", "-o", table, "--overwrite")
    assert code == 0
    assert "note: no usable epoch in the range of --template-mjd in some band" in out
    assert "(2 objects)" in out
    assert pd.read_csv(table)["flux"].isna().all()


def test_a_choice_of_template_that_makes_no_sense_is_refused(taonet, world, tmp_path):
    words = ("photometry", world / "archive", "-o", tmp_path / "d.csv")
    refused(taonet(*words, "--template-mjd", "1:2"), "add --difference")
    refused(taonet(*words, "--template", "f.fits"), "add --difference")
    changes = (*words, "--difference")
    refused(taonet(*changes, "--template-mjd", "1-2"), "no range of MJD", "write MIN:MAX")
    refused(taonet(*changes, "--template-mjd", "2:1"), "holds none")
    refused(taonet(*changes, "--template", tmp_path / "none.fits"), "none.fits: no such file")
    both = ("--template-mjd", "1:2", "--template", "f.fits")
    refused(taonet(*changes, *both), "two kinds of template")
    assert not list(tmp_path.iterdir())


def bad_files(folder, deep_tao):
    good = next(path for path in sorted(deep_tao.rglob("*.fits")))
    (folder / "text.fits").write_text("not a FITS file")
    (folder / "cut.fits").write_bytes(good.read_bytes()[:20_000])
    (folder / "empty.fits").write_bytes(b"")
    return folder


@pytest.fixture
def deep_tao(tmp_path):
    from taonet.io.deep_tao.writer import write_deep_tao
    from taonet.simulation.objects import simulate_object
    from taonet.simulation.presets.by_name import survey_preset

    folder = tmp_path / "data" / "SN"
    folder.mkdir(parents=True)
    sequence, _ = simulate_object(survey_preset("tiny"), "SN", seed=9, index=1)
    write_deep_tao(folder / "one.fits", sequence)
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("name", "word"), [("text.fits", "FITS"), ("cut.fits", "truncated"), ("empty.fits", ""),
                       ("none.fits", "none.fits")],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["ingest", "predict"])
def test_bad_files(taonet, world, deep_tao, tmp_path, name, word, verb):
    (tmp_path / "bad").mkdir()
    file = bad_files(tmp_path / "bad", deep_tao) / name
    before = set(tmp_path.iterdir())
    words = ("ingest", "deep-tao", file) if verb == "ingest" else ("predict", world / "run", file)
    refused(taonet(*words, "-o", tmp_path / "out.csv"), word)
    assert set(tmp_path.iterdir()) == before


def arrays(path, **changes):
    rng = np.random.default_rng(0)
    given = {
        "stamps": rng.random((2, 3, 9, 9)),
        "mjd": 57000 + np.tile(np.arange(3.0), (2, 1)),
        "n_epochs": np.array([3, 3]),
        "object_id": np.array(["a", "b"]),
    }
    np.savez(path, **{**given, **changes})
    return path


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"stamps": np.zeros((2, 9, 9))}, "stamps must be"),
        ({"n_epochs": np.array([0, 0])}, "no frames"),
        ({"stamps": np.full((2, 3, 9, 9), np.nan)}, "NaN"),
        ({"stamps": np.full((2, 3, 9, 9), "x")}, "not real numbers"),
        ({"stamps": np.zeros((2, 3, 9, 9), complex)}, "not real numbers"),
        ({"n_epochs": np.array([np.nan, 3])}, "whole numbers"),
        ({"n_epochs": np.array([2.5, 3])}, "whole numbers"),
        ({"mjd": 2_457_000.5 + np.tile(np.arange(3.0), (2, 1))}, "MJD = JD - 2400000.5"),
    ],
)
def test_bad_arrays(taonet, tmp_path, changes, word):
    file = arrays(tmp_path / "f.npz", **changes)
    refused(taonet("ingest", "arrays", file, "-o", tmp_path / "a"), word)
    assert list(tmp_path.iterdir()) == [file]


def test_cutouts_of_another_shape_than_the_model_reads(taonet, world, tmp_path):
    file = arrays(tmp_path / "f.npz")
    refused(taonet("predict", world / "run", file, "-o", tmp_path / "p.csv"), "too small")
    assert list(tmp_path.iterdir()) == [file]


def test_more_than_half_set_aside_ends_in_three_and_the_counts_add_up(taonet, tmp_path):
    stamps = np.random.default_rng(0).random((3, 3, 9, 9))
    stamps[:2] = np.nan
    file = arrays(
        tmp_path / "f.npz", stamps=stamps, mjd=57000 + np.tile(np.arange(3.0), (3, 1)),
        n_epochs=np.array([3, 3, 3]), object_id=np.array(["a", "b", "c"]),
    )  # fmt: skip
    code, out, _ = taonet("ingest", "arrays", file, "-o", tmp_path / "a", "--json")
    summary = json.loads(out)
    assert code == 3
    assert summary["items"] == 3 == summary["objects"] + summary["set_aside"]
    reasons = (tmp_path / "a" / "set_aside.jsonl").read_text().splitlines()
    assert [json.loads(line)["source"] for line in reasons] == ["a", "b"]


def test_output_that_exists(taonet, world, tmp_path):
    file = arrays(tmp_path / "f.npz")
    assert taonet("ingest", "arrays", file, "-o", tmp_path / "a")[0] == 0
    refused(taonet("ingest", "arrays", file, "-o", tmp_path / "a"), "exists already")
    assert taonet("ingest", "arrays", file, "-o", tmp_path / "a", "--overwrite")[0] == 0
    refused(taonet("photometry", world / "archive", "-o", file), "unknown table format")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("steps = 8", "stepps = 8"), ("stepps", "did you mean 'steps'")),
        (("[forest]", "[forrest]"), ("forrest", "did you mean 'forest'")),
        (("steps = 8", "steps = 'many'"), ("training.steps", "many")),
        (("stem = 8", "classes = 4"), ("model.classes", "comes from the data")),
        (("seed = 1", "seed = ["), ("not TOML",)),
        (("crop_px = 16", "softening = 0"), ("softening",)),
        (("folds = 2", "folds = 1"), ("split.folds", "greater than or equal to 2")),
        (("folds = 2", "folds = 100"), ("too few independent objects",)),
        (("trees = 20", "trees = -1"), ("forest.trees",)),
        (("hidden = 8", "hidden = 0"), ("model.hidden",)),
        (("steps = 8", "steps = 0"), ("training.steps",)),
        (("crop_px = 16", "crop_px = 200"), ("scaling.crop_px", "200 of 32")),
        (("zooms = [16]", "zooms = [64]"), ("model.zooms", "64 of 16")),
        (('name = "tiny"', 'name = "../x"'), ("name",)),
    ],
)
def test_bad_recipes(taonet, world, tmp_path, change, words):
    recipe = tmp_path / "r.toml"
    recipe.write_text(SMALLEST.replace(*change))
    refused(taonet("train", recipe, "--data", world / "archive", "-o", tmp_path / "r"), *words)
    assert list(tmp_path.iterdir()) == [recipe]


def test_an_archive_of_a_newer_version(taonet, world, tmp_path):
    import shutil

    shutil.copytree(world / "archive", tmp_path / "a")
    manifest = tmp_path / "a" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "version": VERSION + 1}))
    for words in (
        ("info", tmp_path / "a"),
        ("train", RECIPES / "tiny.toml", "--data", tmp_path / "a"),
    ):
        refused(taonet(*words), "newer version")


def test_names_that_are_not_there_come_with_the_nearest(taonet, world, tmp_path):
    refused(taonet("simulate", "tinny", "-o", tmp_path / "a"), "did you mean 'tiny'")
    refused(
        taonet("simulate", "tiny", "-o", tmp_path / "a", "--classes", "SNN"), "did you mean 'SN'"
    )
    refused(
        taonet("predict", "none", world / "archive", "-o", tmp_path / "p.csv"), "no such bundle"
    )
    refused(taonet("info", tmp_path / "none"), "no such")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("ingst",), "Did you mean 'ingest'"),
        (("ingest", "deeptao", "x", "-o", "y"), "not one of 'deep-tao'"),
        (("ingest", "arrays"), "Missing argument"),
        (("simulate", "tiny", "--objcts", "3", "-o", "y"), "--objects"),
        (("simulate", "tiny", "--objects", "none", "-o", "y"), "valid integer"),
        (("ingest", "arrays", "x"), "--output"),
    ],
)
def test_typing_errors_are_one_line_too(taonet, words, hint):
    refused(taonet(*words), hint)


def test_without_a_verb_there_is_help(taonet):
    code, out, _ = taonet()
    assert code == 0
    assert "ingest" in out


def test_a_run_that_cannot_start_leaves_nothing(taonet, tmp_path):
    arrays(tmp_path / "f.npz")
    taonet("ingest", "arrays", tmp_path / "f.npz", "-o", tmp_path / "a")
    before = set(tmp_path.iterdir())
    refused(
        taonet("train", RECIPES / "tiny.toml", "--data", tmp_path / "a", "-o", tmp_path / "r"),
        "no object with a class",
    )
    assert set(tmp_path.iterdir()) == before


def test_one_class_is_nothing_to_tell_apart(taonet, tmp_path):
    file = arrays(tmp_path / "f.npz", label=np.array(["SN", "SN"]))
    taonet("ingest", "arrays", file, "-o", tmp_path / "a")
    refused(
        taonet("train", RECIPES / "tiny.toml", "--data", tmp_path / "a", "-o", tmp_path / "r"),
        "one class",
    )
    assert not (tmp_path / "r").exists()


def test_an_array_under_the_name_of_an_archive_of_arrays(taonet, tmp_path):
    with (tmp_path / "f.npz").open("wb") as stream:
        np.save(stream, np.zeros(3))
    refused(taonet("ingest", "arrays", tmp_path / "f.npz", "-o", tmp_path / "a"), "not an npz file")


def test_a_place_where_nothing_can_be_made(taonet, tmp_path):
    file = arrays(tmp_path / "f.npz")
    refused(taonet("ingest", "arrays", file, "-o", "/proc/x"), "/proc/x")


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path):
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "sys.argv = ['taonet', 'simulate', 'tiny', '--objects', '20']\n"
        f"sys.argv += ['-o', {str(tmp_path / 'a')!r}]\n"
        "from taonet import cli\n"
        "cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    refused((done.returncode, done.stdout, done.stderr), "no room left")
    assert list(tmp_path.iterdir()) == []


def test_simulate_takes_a_survey_or_another_verb(taonet, tmp_path):
    code, out, err = taonet(
        "simulate", "--objects", 4, "tiny", "--classes", "NON", "-o", tmp_path / "n"
    )
    assert code == 0, err
    assert out.startswith("4 objects, ")
    code, out, err = taonet(
        "simulate", "inject", tmp_path / "n", "--class", "SN", "-o", tmp_path / "i", "--json"
    )
    assert code == 0, err
    assert json.loads(out)["objects"] == 4
    refused(taonet("simulate", "inject", tmp_path / "n", "-o", tmp_path / "x"), "--class")
    refused(
        taonet("simulate", "inject", tmp_path / "i", "--class", "SN", "-o", tmp_path / "x"),
        "no object of class NON",
    )
    refused(taonet("simulate"), "survey")
    assert "Usage: taonet simulate inject" in taonet("simulate", "inject", "--help")[1]


def test_fetch_refuses_what_it_does_not_know(taonet, tmp_path):
    folder = tmp_path / "D"
    refused(taonet("fetch", "deep-tao", "--class", "Nova", "-o", folder), "Nova", "SN")
    refused(taonet("fetch", "shallow-tao", "-o", folder), "shallow-tao")
    refused(taonet("fetch", "deep-tao"), "output")
    refused(taonet("fetch", "deep-tao", "-o", folder, "--base-url", "nowhere"), "nowhere")
    assert not folder.exists()
    folder.write_text("")
    refused(taonet("fetch", "deep-tao", "-o", folder), "a file is there")


def test_recipes_that_ship_are_listed(taonet):
    code, out, _ = taonet("recipes")
    assert code == 0
    assert "tiny " in out and "forest " in out
    assert json.loads(taonet("recipes", "--json")[1])["forest"]["reads"] == "light curves"


def test_a_class_alone_where_reality_has_others_ends_in_exit_code_one(taonet, tmp_path):
    names = "\t".join(["#CRTS ID", *["x"] * 11, "Classification"])
    cells = ["x", "0", "0", "20151231.5", "17.5", *["x"] * 7]
    # of all that `crts` simulates, supernovae alone have counterparts so faint
    labels = ("SN mag 23", "CV mag 23", "AGN mag 23", "Blazar mag 23", "HPM mag 23")
    rows = ["\t".join([*cells, label]) for label in labels for _ in range(20)]
    path = tmp_path / "list.tsv"
    path.write_text("\n".join([names, *rows]) + "\n")
    words = ("simulate", "check", "crts", "--against", path, "--objects", 60, "-o", tmp_path / "c")
    code, out, err = taonet(*words)
    assert code == 1
    lines = [line for line in err.splitlines() if line.startswith("taonet: ")]
    assert len(lines) == 1
    assert "SN owns counterpart_mag from 22 on" in lines[0]
    assert "listed" in out
    assert (tmp_path / "c" / "realism.json").exists()


@pytest.mark.parametrize("wrong", ["cudo", "cuda"])
def test_a_device_that_is_misspelt_or_not_there_is_one_line(
    taonet, world, tmp_path, monkeypatch, wrong
):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    archive, bundle, new = world / "archive", world / "run" / "bundle", tmp_path / "new.csv"
    words = {
        "cudo": ("no such device", "cudo", "did you mean 'cuda'"),
        "cuda": ("cuda: this machine has no NVIDIA GPU", "use --device cpu"),
    }[wrong]
    for command in (
        ("predict", bundle, archive, "-o", new),
        ("calibrate", bundle, archive, "-o", new),
        ("train", "tiny", "--data", archive, "-o", new),
        ("benchmark", "counterfactuals", bundle, archive, "-o", new),
        ("benchmark", "injection", bundle, archive, "-o", new),
        ("benchmark", "hits", "--data", archive),
    ):
        refused(taonet(*command, "--device", wrong), *words)
        assert not new.exists()


def test_the_processor_can_be_named(taonet, world, tmp_path):
    bundle, archive = world / "run" / "bundle", world / "archive"
    code, _, err = taonet("predict", bundle, archive, "-o", tmp_path / "a.csv", "--device", "cpu")
    assert code == 0, err
