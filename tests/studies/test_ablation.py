"""A network trained for an ablation is that of its recipe, and answers."""

import pandas as pd

from taonet.experiment.joined_archives import join_archives
from taonet.experiment.plan import plan_experiment
from taonet.experiment.recipe import recipe_of
from taonet.io.archive import Archive
from taonet.models.predict import predict
from taonet.studies.ablation import train_bundle
from taonet.tasks.simulate import Sample, simulate_archive

RECIPE = {
    "name": "small",
    "scaling": {"crop_px": 16},
    "model": {
        "zooms": [16], "zoom_px": 8, "stem": 8, "growth": 8, "layers": [1], "apertures": 0,
        "embedding": 8, "hidden": 8, "width": 8, "recurrence": "last",
    },
    "training": {"steps": 2, "batch_size": 4, "augmentation": {"max_epochs": 5}},
}  # fmt: skip


def test_the_network_is_that_of_the_recipe_and_answers(tmp_path):
    for seed, name in enumerate(("train", "test")):
        simulate_archive(Sample(survey="tiny", n_objects=12, seed=seed), tmp_path / name)
    train, test = (Archive(tmp_path / name) for name in ("train", "test"))
    experiment = plan_experiment(
        recipe_of(RECIPE), join_archives(train, test=test), tmp_path / "run"
    )
    bundle = train_bundle(experiment)
    assert bundle.network.config.recurrence == "last"
    assert bundle.encoder is None
    assert len((tmp_path / "run" / "metrics.jsonl").read_text().splitlines()) == 2
    answers = pd.concat(predict(bundle, [test[0], test[1]]))
    assert answers["object_id"].nunique() == 2
