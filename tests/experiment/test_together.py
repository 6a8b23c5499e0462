"""Archives for training and testing that come apart, and photometry that runs share."""

import json

import numpy as np
import pytest

from taonet.data.batches import example_of
from taonet.data.splits import read_split
from taonet.errors import InputError
from taonet.experiment import measuring
from taonet.experiment.config import recipe_of
from taonet.experiment.measuring import MeasuredSequences, measure_all
from taonet.experiment.plan import plan_experiment
from taonet.experiment.run import run_experiment
from taonet.experiment.simulated import simulate_archive
from taonet.experiment.together import Together
from taonet.io.archive import Archive

SMALL = {
    "name": "small",
    "scaling": {"crop_px": 16},
    "model": {
        "zooms": [], "deep_zooms": [16, 8], "zoom_px": 8, "stem": 8, "growth": 8, "layers": [1, 1],
        "apertures": 0, "embedding": 8, "hidden": 8, "width": 8, "measured": True, "nightly": True,
    },
    "training": {"steps": 3, "batch_size": 6, "augmentation": {"max_epochs": 12}},
    "forest": {"trees": 5},
    "boosted": {"rounds": 3},
    "prediction": {"epochs": [3], "bootstrap": 10, "examples": 0},
}  # fmt: skip


def _never(_job):
    raise AssertionError("measured anew")


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archives")
    for seed, name in enumerate(("train", "test")):
        simulate_archive("tiny", folder / name, n_objects=12, seed=seed)
    return folder


def test_all_of_one_archive_trains_and_all_of_the_other_is_tested(archives, tmp_path, monkeypatch):
    train, test = (Archive(archives / name) for name in ("train", "test"))
    recipe, measured = recipe_of(SMALL), tmp_path / "measured"
    run_experiment(recipe, train, tmp_path / "run", test=test, measured=measured)
    together = Together({"train": train, "test": test})
    split = read_split(tmp_path / "run" / "split.json", together.objects)
    assert set(split.parts["test"]) == set(test.objects["object_id"])
    assert set(split.parts["train"]) == set(train.objects["object_id"])
    scores = json.loads((tmp_path / "run" / "scores.json").read_text())
    assert scores["TAO-Net"]["n_objects"] == len(test)
    # another seed shares what was measured
    monkeypatch.setattr(measuring, "carry_out", _never)
    other = recipe_of({**SMALL, "seed": 2})
    run_experiment(other, train, tmp_path / "other", test=test, measured=measured)


def test_photometry_of_every_archive_is_kept_apart_and_shared(archives, tmp_path, monkeypatch):
    train, test = (Archive(archives / name) for name in ("train", "test"))
    recipe, measured = recipe_of(SMALL), tmp_path / "measured"
    run_experiment(recipe, train, tmp_path / "run", test=test, measured=measured)
    assert len(list(measured.iterdir())) == 2
    monkeypatch.setattr(measuring, "carry_out", _never)
    run_experiment(recipe, test, tmp_path / "other", test=train, measured=measured)


def test_what_was_kept_is_what_the_frames_give(archives, tmp_path):
    archive, recipe = Archive(archives / "train"), recipe_of(SMALL)
    experiment = plan_experiment(recipe, Together({"train": archive}), tmp_path)
    sequences = MeasuredSequences(experiment, measure_all(experiment, tmp_path, workers=1))
    for i in (0, 7, 11):
        kept = example_of(archive[i], experiment.reading, known=sequences.known(i))
        anew = example_of(archive[i], experiment.reading)
        np.testing.assert_array_equal(kept.deep_of, anew.deep_of)
        for name in ("deep", "light", "conditions"):
            ours, theirs = getattr(kept, name), getattr(anew, name)
            np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-3)


def test_archives_of_other_cutouts_are_refused(archives, tmp_path):
    simulate_archive("crts", tmp_path / "large", n_objects=6, seed=3)
    with pytest.raises(InputError, match="another size"):
        Together({"train": Archive(archives / "train"), "test": Archive(tmp_path / "large")})
