"""The verb `encoder`: from simulated archives to an encoder, or one clear error."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from taonet.errors import ConfigError, InputError, OutputError
from taonet.io.archive import Archive
from taonet.io.archive_writer import work_folder
from taonet.models.encoder_folder import CONFIG, load_encoder
from taonet.tasks import encoder as module
from taonet.tasks.encoder import teach_encoder
from taonet.tasks.simulate import Sample, simulate_archive
from taonet.training.taught_frames import prepare_taught_frames

SMALL = (
    "model.filters=3", "model.gates=2", "model.apertures=8", "model.centre_px=12",
    "model.maps=[4,4,6]", "model.width=8", "training.steps=4", "training.checkpoint_every=1",
    "training.planting.sequences=2", "training.planting.frames=4",
)  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoder") / "archive"
    simulate_archive(Sample(survey="tiny", n_objects=6, seed=3), folder)
    return folder


@pytest.fixture(scope="module")
def stars(archive):
    folder = archive.with_name("stars")
    scores = teach_encoder([archive], folder, changes=SMALL, device="cpu")
    assert np.isfinite(scores.transparency)
    return folder


def test_an_encoder_is_taught_written_and_described(archive, stars):
    encoder = load_encoder(stars)
    assert encoder.name == "stars"
    assert encoder.network.config.filters == 3
    facts = encoder.facts
    assert facts["learnt_from"] == [Archive(archive).digest]
    assert facts["simulated_by"][0].startswith("taonet simulate tiny --objects 6 --seed 3")
    assert facts["settings"]["training"]["steps"] == 4
    assert facts["settings"]["model"]["width"] == 8
    assert facts["sequences"] == 5  # the first one scores it
    assert "# stars: a frame encoder" in (stars / "README.md").read_text()
    assert not work_folder(stars).exists()
    # strict JSON, as other programs read it
    json.loads((stars / CONFIG).read_text(), parse_constant=pytest.fail)


def test_an_interrupted_teaching_ends_the_same_and_of_other_settings_is_refused(
    archive, stars, tmp_path
):
    def stop(items, _n, title):
        for item in items:
            if (title, item) == ("teaching", 2):
                raise KeyboardInterrupt
            yield item

    with pytest.raises(KeyboardInterrupt):
        teach_encoder([archive], tmp_path / "e", changes=SMALL, device="cpu", track=stop)
    for more in ("training.steps=5", "model.width=9"):
        with pytest.raises(OutputError, match="another recipe, data or code"):
            teach_encoder([archive], tmp_path / "e", changes=(*SMALL, more), device="cpu")
    teach_encoder([archive], tmp_path / "e", changes=SMALL, device="cpu")
    assert load_encoder(tmp_path / "e").digest == load_encoder(stars).digest


def test_what_is_there_is_not_written_over(archive, stars):
    with pytest.raises(OutputError, match="exists already"):
        teach_encoder([archive], stars, changes=SMALL)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("training.stepz=3", "steps"),
        ("training.steps=-1", "steps"),
        ("model.aperture_px=8", "aperture_px"),
    ],
)
def test_settings_that_are_not_understood_are_refused_before_any_work(
    archive, tmp_path, change, words
):
    with pytest.raises(ConfigError, match=words):
        teach_encoder([archive], tmp_path / "e", changes=(change,))
    assert not work_folder(tmp_path / "e").exists()


def test_real_frames_are_refused(archive, tmp_path):
    shutil.copytree(archive, tmp_path / "real")
    manifest = tmp_path / "real" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "simulated": False}))
    with pytest.raises(InputError, match="truth of real frames is not known"):
        teach_encoder([tmp_path / "real"], tmp_path / "e")
    assert not work_folder(tmp_path / "e").exists()


def test_one_sequence_is_too_few(archive, tmp_path, monkeypatch):
    taught = prepare_taught_frames([archive], tmp_path / "frames")
    one = replace(taught, sequences=taught.sequences[:1])
    monkeypatch.setattr(module, "prepare_taught_frames", lambda *_given, **_named: one)
    with pytest.raises(InputError, match="too few sequences"):
        teach_encoder([archive], tmp_path / "e", changes=SMALL)
    assert not work_folder(tmp_path / "e").exists()
