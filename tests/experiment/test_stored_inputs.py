"""What is stored of objects comes back, object by object, whichever batch it is in."""

import numpy as np
import pytest

from data.test_frame_encodings import made
from taonet.experiment.stored_inputs import (
    NOTHING,
    StoredObject,
    StoredObjects,
    StoredSequences,
    is_written,
    write_objects,
)


def stored(n_epochs, n_looks, *, seed):
    rng = np.random.default_rng(seed)
    deep = rng.normal(size=(n_looks, 1, 8, 8)).astype(np.float16)
    return StoredObject(columns=made(n_epochs, seed=seed).to_array(), deep=deep)


OBJECTS = [
    stored(3, 2, seed=0), NOTHING, stored(1, 1, seed=1), stored(9, 4, seed=2), NOTHING,
    stored(5, 3, seed=3),
]  # fmt: skip


@pytest.mark.parametrize(
    "batches", [[OBJECTS], [OBJECTS[:3], OBJECTS[3:]], [OBJECTS[:5], OBJECTS[5:]]]
)
def test_objects_come_back_whichever_batch_they_are_in(batches, tmp_path):
    parts = [tmp_path / f"{i:03d}" for i in range(len(batches))]
    for part, objects in zip(parts, batches, strict=True):
        assert not is_written(part)
        write_objects(objects, part)
        assert is_written(part)
    read = StoredObjects(parts)
    for i, expected in enumerate(OBJECTS):
        columns, means = read.columns(i), read.running_means(i)
        assert len(columns) == len(expected.columns)
        if expected is NOTHING:
            assert means is None
        else:
            np.testing.assert_array_equal(columns, expected.columns)
            np.testing.assert_array_equal(means, expected.deep)


def test_a_batch_is_done_only_when_all_of_it_is_written(tmp_path, monkeypatch):
    def stop(*_given, **_named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(np, "savez", stop)
        write_objects(OBJECTS, tmp_path / "a")
    assert not is_written(tmp_path / "a")


def test_running_means_are_those_of_the_photometry_where_there_is_any(tmp_path):
    measured = [
        StoredObject(
            columns=np.ones((3, 18), np.float32), deep=np.full((2, 1, 8, 8), k, np.float16)
        )
        for k in (1, 2)
    ]
    encoded = [stored(3, 2, seed=k) for k in (1, 2)]
    write_objects(measured, tmp_path / "m")
    write_objects(encoded, tmp_path / "e")
    photometry, encodings = (StoredObjects([tmp_path / name]) for name in ("m", "e"))
    sequences: list = ["one", "other"]
    both = StoredSequences(sequences, photometry=photometry, encodings=encodings)
    assert len(both) == 2
    assert str(both[1]) == "other"
    inputs = both.load_inputs(1)
    assert inputs.measured is not None
    assert inputs.encoded is not None
    assert inputs.deep is not None
    assert (inputs.deep == 2).all()
    np.testing.assert_array_equal(inputs.encoded.to_array(), encoded[1].columns)
    alone = StoredSequences(sequences, encodings=encodings).load_inputs(0)
    assert alone.measured is None
    np.testing.assert_array_equal(alone.deep, encoded[0].deep)
