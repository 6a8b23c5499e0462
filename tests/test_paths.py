"""A string is accepted wherever a path is."""

import ast
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import taonet
from fixtures.make_alerts import seen, write
from taonet.data.splits import draw_folds, read_split, write_split
from taonet.experiment.recipe import read_recipe, read_toml
from taonet.fetch.deep_tao import fetch_deep_tao
from taonet.io.alerts.framing import packets_of
from taonet.io.archive import Archive, is_archive, sha256_of
from taonet.io.arrays import count_arrays, read_arrays
from taonet.io.deep_tao.reader import object_id_of, read_deep_tao
from taonet.io.deep_tao.writer import write_deep_tao
from taonet.io.fits_cutouts import read_labels
from taonet.io.fits_image import read_image
from taonet.io.fits_scan import scan_fits
from taonet.io.ingest import ingest
from taonet.io.input_files import files_below
from taonet.io.lightcurves.tables import is_table, read_light_curves
from taonet.io.prediction_table import read_predictions, write_predictions
from taonet.io.provenance import append_truth, read_simulation, truth_path
from taonet.io.sources import alerts_source, source_of, sources_of
from taonet.io.tables import read_table, write_parts, write_table
from taonet.models.bundle_folder import bundle_config, find_bundle
from taonet.tasks.info import describe
from taonet.tasks.photometry import measure_light_curves
from taonet.tasks.simulate import Sample, simulate_archive, simulate_light_curves

ROOT = Path(taonet.__file__).parent
FITS = "cutouts/SN/SN1.fits"
POINTS = pd.DataFrame(
    {"object_id": "a", "mjd": 58000.0 + np.arange(9), "mag": 18.0, "magerr": 0.1, "label": "SN"}
)
ANSWERS = pd.DataFrame({"object_id": ["a"], "class_name": "SN", "n_epochs": 1, "p_SN": 1.0})
OBJECTS = pd.DataFrame(
    {
        "object_id": list("abcd"), "class_name": "SN", "label": 0, "ra": [1.0, 2, 3, 4], "dec": 0.0,
        "field_id": list("abcd"), "sha256": list("abcd"),
    }
)  # fmt: skip
SPLIT = draw_folds(OBJECTS, 2, seed=1)


class Place(os.PathLike):
    """What is neither text nor a `pathlib.Path`."""

    def __init__(self, path):
        self.path = str(path)

    def __fspath__(self):
        return self.path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paths")
    simulate_archive(Sample(survey="tiny", n_objects=2, seed=3), folder / "archive")
    (folder / "cutouts" / "SN").mkdir(parents=True)
    sequence = replace(Archive(folder / "archive")[0], class_name="SN", raw_label="SN")
    write_deep_tao(folder / FITS, sequence)
    (folder / "alerts").mkdir()
    write(folder / "alerts" / "p.avro", [seen(1), seen(2, jd=2459003.5)])
    stamps = sequence.frames[None, :, 0]
    np.savez(folder / "a.npz", stamps=stamps, mjd=sequence.mjd[None], object_id=["x"],
             n_epochs=[len(sequence)])  # fmt: skip
    POINTS.to_csv(folder / "t.csv", index=False)
    ANSWERS.to_csv(folder / "p.csv", index=False)
    write_split(SPLIT, folder / "split.json")
    return folder


READS = {
    "archive": lambda at: len(Archive(at("archive"))),
    "is_archive": lambda at: is_archive(at("archive")),
    "sha256_of": lambda at: sha256_of(at("t.csv")),
    "source_of": lambda at: source_of(at("cutouts")).count,
    "sources_of": lambda at: [one.count for one in sources_of([at("archive"), at("alerts")])],
    "sources_of one": lambda at: len(sources_of(at(FITS))),
    "alerts_source": lambda at: alerts_source([at("alerts")]).count,
    "alerts_source one": lambda at: alerts_source(at("alerts")).count,
    "packets_of": lambda at: len(list(packets_of(at("alerts/p.avro")))),
    "read_arrays": lambda at: [one.item for one in read_arrays(at("a.npz"))],
    "count_arrays": lambda at: count_arrays(at("a.npz")),
    "read_deep_tao": lambda at: len(read_deep_tao(at(FITS))[0]),
    "object_id_of": lambda at: object_id_of(at(FITS)),
    "read_image": lambda at: read_image(at(f"{FITS}[2]")).pixels.shape,
    "scan_fits": lambda at: len(scan_fits(at(FITS))),
    "files_below": lambda at: sorted(map(str, files_below(at("cutouts")))),
    "read_labels": lambda at: read_labels(at("t.csv")),
    "is_table": lambda at: is_table(at("t.csv")),
    "read_table": lambda at: len(read_table(at("t.csv"))),
    "read_light_curves": lambda at: len(read_light_curves(at("t.csv")).curves[0].mjd),
    "read_predictions": lambda at: len(read_predictions(at("p.csv"))),
    "read_simulation": lambda at: read_simulation(at("archive")),
    "truth_path": lambda at: truth_path(at("t.csv")),
    "read_split": lambda at: read_split(at("split.json"), OBJECTS),
    "describe": lambda at: describe(at("t.csv")),
    "read_recipe": lambda at: read_recipe(at(ROOT / "recipes" / "tiny.toml")).name,
    "read_toml": lambda at: read_toml(at(ROOT / "recipes" / "tiny.toml")),
    "find_bundle": lambda at: find_bundle(at(ROOT / "bundles" / "crts-sim")),
    "bundle_config": lambda at: bundle_config(at(ROOT / "bundles" / "crts-sim")),
}


@pytest.mark.parametrize("name", READS)
def test_what_reads_takes_text_and_any_path(folder, name):
    expected = READS[name](lambda part: folder / part)
    assert READS[name](lambda part: str(folder / part)) == expected
    assert READS[name](lambda part: Place(folder / part)) == expected


def simulate(output):
    simulate_archive(Sample(survey="tiny", n_objects=1, seed=3), output)


def append(output):
    with append_truth(output) as write_truth:
        write_truth("a", {"x": 1})


WRITES = {
    "write_table.csv": lambda _, to: write_table(POINTS, to),
    "write_parts.csv": lambda _, to: write_parts([POINTS], to),
    "write_predictions.csv": lambda _, to: write_predictions(ANSWERS, to),
    "write_split.json": lambda _, to: write_split(SPLIT, to),
    "x/write_deep_tao.fits": lambda at, to: write_deep_tao(to, Archive(at("archive"))[0]),
    "ingest": lambda at, to: ingest(source_of(at("cutouts")), to),
    "simulate_archive": lambda _, to: simulate(to),
    "simulate_light_curves.csv": lambda _, to: simulate_light_curves(
        Sample(survey="crts", n_objects=1, seed=3), to
    ),
    "measure_light_curves.csv": lambda at, to: measure_light_curves(at("archive"), to),
    "append_truth.jsonl": lambda _, to: append(to),
}


@pytest.mark.parametrize("kind", [str, Place], ids=["text", "path-like"])
@pytest.mark.parametrize("name", WRITES)
def test_what_writes_takes_text_and_any_path(folder, tmp_path, name, kind):
    output = tmp_path / name
    output.parent.mkdir(exist_ok=True)
    WRITES[name](lambda part: kind(folder / part), kind(output))
    assert output.exists()


PLUMBING = {
    "io/archive_frames.py", "io/astropy_tables.py", "io/atomic.py", "io/content.py",
    "io/fits_bytes.py", "io/fits_epochs.py", "io/items.py", "io/kinds/file_kinds.py",
    "io/text_tables.py", "io/arrow_tables.py", "fetch/files.py", "fetch/deep_tao_listing.py",
    "tasks/demo_forest.py", "tasks/demo_shipped.py", "tasks/demo_sky.py", "tasks/demo_training.py",
}  # fmt: skip
"""Modules behind the doors: whoever calls them has made a path of the text."""

ALONE = {
    "io/fits_image.py": {"refuse_pixel_file"},
    "io/input_files.py": {"remark_on_others"},
    "tasks/demo.py": {"is_demo_folder"},
    "tasks/models.py": {"shipped_bundles"},
}


def test_every_door_states_that_it_takes_any_path():
    bare = {}
    rooms = ("io", "fetch", "studies", "reports", "tasks")
    for file in (file for room in rooms for file in (ROOT / room).rglob("*.py")):
        module = file.relative_to(ROOT).as_posix()
        if module in PLUMBING:
            continue
        names = set(bare_paths(ast.parse(file.read_text(encoding="utf-8"))))
        if names:
            bare[module] = names
    assert bare == ALONE


def bare_paths(tree):
    """Yield the public functions with a parameter that is a `pathlib.Path`, and no text."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            given = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            for one in given:
                words = ast.walk(one.annotation) if one.annotation is not None else ()
                names = {word.id for word in words if isinstance(word, ast.Name)}
                if "Path" in names and "str" not in names:
                    yield node.name


def test_a_download_may_go_to_a_folder_named_by_text():
    annotations = fetch_deep_tao.__annotations__
    assert "PathLike" in str(annotations["output"])
