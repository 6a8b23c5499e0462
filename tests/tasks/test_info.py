"""The verb `info`: facts counted anew from what lies there."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from evaluation.made import made_table
from taonet.errors import InputError
from taonet.io.archive import Archive
from taonet.io.prediction_table import write_predictions
from taonet.models.bundle import load_bundle
from taonet.tasks.info import NOT_STATED, describe


def test_an_archive_is_counted(world):
    facts, archive = describe(world / "archive"), Archive(world / "archive")
    sequences = [archive[i] for i in range(len(archive))]
    lengths = [len(one) for one in sequences]
    assert facts["kind"] == "archive of simulated sequences"
    assert facts["objects"] == 24
    assert facts["epochs"] == f"{sum(lengths)} in all, {min(lengths)} to {max(lengths)} an object"
    assert facts["frame"] == "32 x 32 uint16"
    assert sorted(facts["classes"].split(", ")) == sorted(
        f"{n} 4" for n in archive.taxonomy.classes
    )
    first, last = min(s.mjd[0] for s in sequences), max(s.mjd[-1] for s in sequences)
    assert facts["mjd"] == f"{first:.4f} to {last:.4f}"
    assert "verified" not in facts
    assert describe(world / "archive", verify=True)["verified"] == "every byte"


def test_a_run_says_whether_it_is_finished(world, tmp_path):
    facts = describe(world / "run")
    assert (facts["kind"], facts["recipe"], facts["state"]) == ("run", "tiny", "finished")
    assert facts["report"].endswith("report.html")
    shutil.copytree(world / "run", tmp_path / "r", ignore=shutil.ignore_patterns("finished.json"))
    begun = describe(tmp_path / "r")
    assert begun["state"].startswith("not finished")
    assert "report" not in begun


def test_a_bundle_says_what_it_reads_by_name_or_by_folder(world, tmp_path):
    facts, bundle = describe("ztf-sim"), load_bundle("ztf-sim")
    assert facts["classes"] == ", ".join(bundle.taxonomy.classes)
    assert facts["cutouts"] == "63 pixels, channels science, template, difference"
    assert facts["trained on"] == "simulation"
    shutil.copytree(world / "run" / "bundle", tmp_path / "b")
    config = json.loads((tmp_path / "b" / "config.json").read_text())
    (tmp_path / "b" / "config.json").write_text(json.dumps({**config, "facts": {}}))
    assert describe(tmp_path / "b")["survey"] == NOT_STATED
    assert describe(tmp_path / "b")["trained on"] == NOT_STATED
    (tmp_path / "b" / "config.json").write_text(json.dumps({**config, "taxonomy": None}))
    with pytest.raises(InputError, match="the bundle is damaged"):
        describe(tmp_path / "b")


def test_tables_are_told_apart(tmp_path):
    write_predictions(made_table(7, epochs=2), tmp_path / "p.csv")
    assert describe(tmp_path / "p.csv") == {
        "kind": "prediction table", "objects": 7, "classes": "SN, RRL, EB, NON",
    }  # fmt: skip
    curves = pd.DataFrame(
        {"object_id": list("aab"), "mjd": [1e4, 2e4, 3e4], "mag": 18.0, "magerr": 0.1,
         "band": ["g", "r", "r"]}
    )  # fmt: skip
    curves.to_csv(tmp_path / "c.csv", index=False)
    assert describe(tmp_path / "c.csv") == {
        "kind": "table of light curves", "objects": 2, "points": 3, "bands": "2 (g, r)",
    }  # fmt: skip


def test_a_file_shows_its_first_sequence(tmp_path):
    stamps = np.random.default_rng(0).normal(100, 5, (2, 4, 21, 21)).astype("f4")
    mjd = 57000.0 + np.arange(4) + np.array([[0], [10]])
    n_epochs, names = np.array([3, 4]), np.array(["x", "y"])
    file = tmp_path / "a.npz"
    np.savez(file, stamps=stamps, mjd=mjd, n_epochs=n_epochs, object_id=names)
    facts = describe(file)
    assert (facts["items"], facts["first"], facts["epochs"]) == (2, "x", 3)
    assert facts["frame"] == "1 x 21 x 21"
    assert facts["mjd"] == "57000.0000 to 57002.0000"
