"""The stage that encodes: every object once, and anew only where that gives something else."""

from dataclasses import replace

import numpy as np
import pytest

from models.conftest import untrained_encoder
from taonet.data.reading import example_of
from taonet.errors import InputError
from taonet.experiment import encoding_stage as module
from taonet.experiment.encoding_stage import encode_all
from taonet.experiment.joined_archives import join_archives
from taonet.experiment.plan import plan_experiment
from taonet.experiment.recipe import override_recipe, read_recipe
from taonet.experiment.stored_inputs import StoredObjects, StoredSequences
from taonet.io.archive import Archive
from taonet.models.encoder_folder import save_encoder
from taonet.models.encoding import encode_sequence

ENCODED = (
    "model.encoded=true", "model.zooms=[]", "model.apertures=0", "model.deep_zooms=[16]",
    "prediction.trees=false",
)  # fmt: skip


@pytest.fixture
def archive(world):
    return Archive(world / "archive")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoders") / "small"
    save_encoder(untrained_encoder(), folder, card="")
    return folder


def planned(archive, encoder, folder, *changes):
    recipe = override_recipe(read_recipe("tiny", ENCODED + changes), encoder=str(encoder))
    return plan_experiment(recipe, join_archives(archive), folder)


def test_what_is_stored_is_what_the_frames_give(archive, encoder, tmp_path):
    experiment = planned(archive, encoder, tmp_path)
    stored = StoredSequences(archive, encodings=StoredObjects(encode_all(experiment, tmp_path)))
    reading, network = experiment.reading, untrained_encoder().network
    for i in (0, 7, 23):
        kept = example_of(archive[i], reading, precomputed=stored.load_inputs(i))
        anew = example_of(archive[i], reading, encode=lambda few: encode_sequence(network, few))
        np.testing.assert_array_equal(kept.deep_of, anew.deep_of)
        for name in ("deep", "light", "conditions"):
            ours, theirs = getattr(kept, name), getattr(anew, name)
            np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-3, err_msg=name)


def test_objects_are_encoded_in_batches_once(archive, encoder, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BATCH_OBJECTS", 10)
    done = []

    def counted(network, sequence):
        done.append(sequence.object_id)
        return encode_sequence(network, sequence)

    monkeypatch.setattr(module, "encode_sequence", counted)
    experiment = planned(archive, encoder, tmp_path / "run")
    files = encode_all(experiment, tmp_path / "kept")
    assert done == archive.objects["object_id"].tolist()
    assert [file.name for file in files] == ["000000", "000010", "000020"]
    assert encode_all(experiment, tmp_path / "kept") == files
    assert len(done) == 24
    files[1].with_suffix(".npz").unlink()
    encode_all(experiment, tmp_path / "kept")
    assert done[24:] == done[10:20]


def digest(experiment, archive):
    assert experiment.encoder is not None
    return module._digest(experiment.reading, experiment.encoder, archive)


def test_what_decides_the_encodings_decides_their_hash_and_nothing_else_does(
    archive, encoder, tmp_path
):
    plain = digest(planned(archive, encoder, tmp_path), archive)
    for change in ("seed=7", "training.steps=99", "model.hidden=12", "model.use_times=false"):
        assert digest(planned(archive, encoder, tmp_path, change), archive) == plain, change
    others = {
        digest(planned(archive, encoder, tmp_path, change), archive)
        for change in ("data.mjd_max=54800", "data.use_bands=true", "model.deep_zooms=[8]")
    }
    experiment = planned(archive, encoder, tmp_path)
    others.add(digest(replace(experiment, encoder=untrained_encoder(seed=1)), archive))
    assert len(others - {plain}) == 4


def test_the_running_means_are_left_to_photometry_where_there_is_any(archive, encoder, tmp_path):
    experiment = planned(archive, encoder, tmp_path, "model.measured=true")
    (part,) = encode_all(experiment, tmp_path)
    assert StoredObjects([part]).running_means(0) is None
    assert len(StoredObjects([part]).columns(0)) == len(experiment.reading.epochs_of(archive[0]))


def test_without_an_encoder_nothing_is_encoded(archive, encoder, tmp_path):
    experiment = replace(planned(archive, encoder, tmp_path), encoder=None)
    with pytest.raises(InputError, match="no frame encoder"):
        encode_all(experiment, tmp_path)
