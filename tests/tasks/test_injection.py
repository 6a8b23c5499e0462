"""The injection benchmark: the truth beside the answers, the same for the same seed."""

import json

import numpy as np
import pandas as pd
import pytest

from taonet.errors import ConfigError, InputError, OutputError
from taonet.io.archive_writer import ArchiveWriter
from taonet.sky.sequence import ImageSequence
from taonet.tasks.injection import InjectionPlan, injection_benchmark
from test_cli import refused, taonet

__all__ = ["taonet"]


@pytest.fixture(scope="module")
def bundle(world):
    (path,) = {p.parent for p in (world / "run").rglob("config.json")}
    return path


@pytest.fixture(scope="module")
def fields(tmp_path_factory):
    """Frames larger than the network's, of objects whose class nobody states."""
    path = tmp_path_factory.mktemp("fields") / "archive"
    with ArchiveWriter(path, survey="tiny", signature="1") as writer:
        for k in range(3):
            frames = np.random.default_rng(k).poisson(1000, (14, 1, 64, 64)).astype(np.uint16)
            frames[:, :, 31:34, 31:34] += 800
            mjd = 53500.0 + 20 * np.arange(14)
            writer.add(ImageSequence.from_frames(f"f{k}", frames, mjd), source=f"f{k}")
        writer.finish()
    return path


def test_each_object_has_its_truth_and_an_answer_and_controls_are_untouched(
    world, bundle, tmp_path
):
    plan = InjectionPlan(classes=("SN", "CV"), n_objects=5, seed=2)
    results, tally = injection_benchmark(bundle, [world / "archive"], tmp_path / "r", plan=plan)
    planted, untouched = results.planted, results.untouched
    assert tally.objects == len(planted) == 10
    assert planted["class_name"].value_counts().to_dict() == {"SN": 5, "CV": 5}
    assert set(planted["planted_into"]) == set(untouched["planted_into"])
    assert untouched["planted_into"].is_unique
    assert (untouched["class_name"] == "NON").all()
    before = untouched.set_index("object_id")["predicted_class"]
    assert planted["answer_before"].tolist() == before[planted["control"]].tolist()
    assert planted["offset_px"].between(0, 2).all()
    on_disk = pd.read_parquet(tmp_path / "r" / "injection.parquet")
    assert on_disk["object_id"].tolist() == planted["object_id"].tolist()
    names = {path.name for path in (tmp_path / "r").iterdir()}
    assert names == {
        "injection.md", "injection.parquet", "recall.svg", "scores.parquet", "untouched.parquet",
    }  # fmt: skip


def test_the_same_seed_plants_the_same_and_more_continue_fewer(world, bundle, tmp_path):
    few, many = (
        injection_benchmark(
            bundle, [world / "archive"], tmp_path / str(n), plan=InjectionPlan(n_objects=n)
        )[0].planted
        for n in (3, 5)
    )
    pd.testing.assert_frame_equal(few, many.head(3))


def test_larger_frames_are_cut_anew_at_empty_places(bundle, fields, tmp_path):
    plan = InjectionPlan(n_objects=6, every=True)
    results, _ = injection_benchmark(bundle, [fields], tmp_path / "r", plan=plan)
    planted = results.planted
    assert planted["place"].value_counts().to_dict() == {"centre": 3, "away": 3}
    is_away = planted["place"].to_numpy() == "away"
    np.testing.assert_array_equal(is_away, planted["host"].to_numpy() == "none")
    # each empty place has a control of its own
    assert len(results.untouched) == 6
    assert set(planted["group"]) == set(results.untouched["group"])


def test_what_is_there_can_be_dimmed_first(bundle, fields, tmp_path):
    bright, dimmed = (
        injection_benchmark(
            bundle,
            [fields],
            tmp_path / str(mag),
            plan=InjectionPlan(n_objects=4, every=True, dim_mag=mag),
        )[0].planted.set_index("object_id")
        for mag in (0.0, 2.0)
    )
    centre = bright.index[bright["place"] == "centre"]
    assert (bright["dimmed_mag"] == 0).all()
    fainter = (dimmed["host_mag"] - bright["host_mag"])[centre]
    np.testing.assert_allclose(fainter, dimmed["dimmed_mag"][centre], atol=0.2)
    assert "dimmed first" in (tmp_path / "2.0" / "injection.md").read_text()
    assert "dimmed first" not in (tmp_path / "0.0" / "injection.md").read_text()


def test_what_cannot_be_planted_or_read_is_refused(world, bundle, fields, tmp_path):
    def run(paths, **plan):
        injection_benchmark(bundle, paths, tmp_path / "x", plan=InjectionPlan(**plan))

    with pytest.raises(InputError, match=r"no object of class NON .*--all"):
        run([fields])
    with pytest.raises(ConfigError, match="did you mean 'SN'"):
        run([world / "archive"], classes=("SNX",))
    with pytest.raises(ConfigError, match="no class 'NON' to plant"):
        run([world / "archive"], classes=("NON",))
    with pytest.raises(ConfigError, match="no survey 'crst'"):
        run([world / "archive"], survey_name="crst")
    assert not (tmp_path / "x").exists()
    (tmp_path / "x").mkdir()
    with pytest.raises(OutputError, match="exists"):
        run([world / "archive"])


def test_the_command_prints_a_table_and_writes_a_folder(world, bundle, tmp_path, taonet):
    words = ["benchmark", "injection", bundle, world / "archive", "-o", tmp_path / "r"]
    words += ["--objects", 3, "--faintest", 2, "--brightest", 4]
    code, out, err = taonet(*words)
    assert code == 0, err
    assert "SN" in out and "nothing planted" in out
    assert "3 objects" in err
    refused(taonet(*words), "exists already")
    code, out, err = taonet(*words, "--overwrite", "--json")
    assert code == 0, err
    scores = json.loads(out)["scores"]
    assert scores[0]["n"] == 3
    assert {row["range"] for row in scores if row["against"] == "brightness"} <= {
        "+2 to +3 mag", "+3 to +4 mag",
    }  # fmt: skip
