"""The plan of a run: what cannot work is refused before any work is done."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.errors import ConfigError, InputError
from taonet.experiment.joined_archives import join_archives
from taonet.experiment.plan import (
    check_same_kind,
    plan_experiment,
    run_digest,
    times_of,
    tuning_recipe,
)
from taonet.experiment.recipe import Recipe, read_recipe
from taonet.io.archive import Archive
from taonet.models.bundle import load_bundle
from taonet.models.network_config import TaoNetConfig
from taonet.sky.taxonomy import Taxonomy

TINY = read_recipe("tiny")


@pytest.fixture
def archive(world):
    return join_archives(Archive(world / "archive"))


@pytest.fixture
def bundle(world):
    return load_bundle(world / "run")


def test_the_data_decides_what_a_recipe_leaves_open(archive, tmp_path):
    experiment = plan_experiment(TINY, archive, tmp_path)
    network = experiment.architecture
    assert (network.channels, network.classes, network.bands) == (1, 6, 1)
    assert replace(network, classes=TINY.model.classes) == TINY.model
    assert experiment.reading.scaling.crop_px == 16
    names = [archive.taxonomy.classes[label] for label in experiment.label]
    assert names == archive.objects["class_name"].tolist()
    members = experiment.usable[:3]
    assert experiment.training_set(members).members is members


def test_without_a_crop_whole_cutouts_are_read_and_late_epochs_are_not(archive, tmp_path):
    late = max(archive[i].mjd[-1] for i in range(len(archive))) - 300
    recipe = read_recipe("tiny", ["scaling.crop_px=0", f"data.mjd_max={late}"])
    experiment = plan_experiment(recipe, archive, tmp_path)
    assert experiment.reading.scaling.crop_px == archive.frame_px == 32
    times = times_of(experiment)
    assert max(mjd.max(initial=0) for mjd in times) < late
    # what has no epoch before that is not used
    assert experiment.usable.tolist() == [i for i, mjd in enumerate(times) if len(mjd)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("model.zooms=[17]", r"model.zooms is larger than the cutouts.*17 of 16 pixels"),
        ("model.deep_zooms=[20]", "model.deep_zooms is larger"),
        ("model.aperture_px=17", "model.aperture_px is larger"),
        ("scaling.crop_px=33", "scaling.crop_px is larger.*33 of 32 pixels"),
    ],
)
def test_what_is_larger_than_the_cutouts_is_refused(archive, tmp_path, change, words):
    changes = [change, "model.measured=true"] if "deep" in change else [change]
    with pytest.raises(ConfigError, match=words):
        plan_experiment(read_recipe("tiny", changes), archive, tmp_path)


def test_a_time_before_all_epochs_leaves_nothing(archive, tmp_path):
    recipe = read_recipe("tiny", ["data.mjd_max=50000"])
    with pytest.raises(InputError, match="no object with a class and an epoch to read"):
        plan_experiment(recipe, archive, tmp_path)


def test_the_digest_of_a_run_depends_on_settings_data_and_start(archive, bundle):
    plain = run_digest(TINY, archive)
    assert plain == run_digest(read_recipe("tiny"), archive)
    others = [run_digest(replace(TINY, seed=9), archive), run_digest(TINY, archive, bundle)]
    assert len({plain, *others}) == 3


def test_tuning_takes_network_and_reading_from_the_bundle(bundle):
    tuned = tuning_recipe(read_recipe("finetune"), bundle)
    assert tuned.model == bundle.network.config
    assert tuned.scaling == bundle.reading.scaling
    assert tuned.data.channels == bundle.reading.channels
    assert tuned.training == read_recipe("finetune").training
    for changed in (
        Recipe(name="x", model=TaoNetConfig(hidden=3)),
        Recipe(name="x", scaling=replace(bundle.reading.scaling, crop_px=9)),
    ):
        with pytest.raises(ConfigError, match="comes from the bundle"):
            tuning_recipe(changed, bundle)


def test_data_of_another_kind_than_the_bundles_is_refused(archive, bundle):
    check_same_kind(bundle, archive)
    other = Taxonomy(name="x", classes=("A", "B", "C", "D", "E", "F"))
    channels = replace(bundle.reading, channels=("difference",))
    for changed, words in (
        (replace(bundle, taxonomy=other), "other classes than the bundle's"),
        (replace(bundle, reading=channels), "other channels than the bundle's"),
        (replace(bundle, reading=replace(bundle.reading, bands=("g",))), "does not know"),
        (replace(bundle, frame_px=33), "32 pixels, not 33"),
    ):
        with pytest.raises(InputError, match=words):
            check_same_kind(changed, archive)


def test_folds_hold_every_usable_object_once(archive, tmp_path):
    experiment = plan_experiment(TINY, archive, tmp_path)
    ids = [name for part in experiment.split.parts.values() for name in part]
    assert sorted(ids) == sorted(archive.objects["object_id"].iloc[experiment.usable])
    np.testing.assert_array_equal(experiment.usable, np.arange(len(archive)))
