"""How typical an object is, from frames on: causal, whatever the company, kept by bundles."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.conftest import sequence
from taonet.errors import InputError
from taonet.models.answers import predict_examples
from taonet.models.bundle import load_bundle, save_bundle
from taonet.models.predict import predict
from taonet.models.preparation import prepare_examples
from taonet.training import fit_typicality as typical
from taonet.training.fit_temperature import fitted_rows
from taonet.trust.trust import Temperature, Trust

plain = pytest.mark.parametrize("bundle", ["plain"], indirect=True)


@pytest.fixture
def trusted(bundle, monkeypatch):
    monkeypatch.setattr(typical, "LEAST_OBJECTS", 20)
    monkeypatch.setattr(typical, "LEAST_OF_A_CLASS", 5)
    known = [sequence(100 + i, 3 + i % 3) for i in range(24)]
    prepared = prepare_examples(known, bundle.reading, frame_px=bundle.frame_px)
    found = list(predict_examples(bundle, prepared))
    rows = pd.concat([one.rows for one in found], ignore_index=True)
    features = np.concatenate([one.features for one in found])
    kept = fitted_rows(rows)
    fitted = typical.fit_typicality(rows[kept], features[kept].astype(np.float64))
    unity = Temperature(epochs=(1,), values=(1.0,))
    trust = Trust(temperature=unity, thresholds=None, objects=24, typicality=fitted)
    return replace(bundle, trust=trust)


def column(bundle, sequences):
    return [rows["typicality"].to_numpy() for rows in predict(bundle, sequences)]


@pytest.mark.parametrize("bundle", ["plain", "measured, by nights"], indirect=True)
def test_it_needs_no_future_and_no_company_and_survives_a_bundle(trusted, sequences, tmp_path):
    sequences = [sequences[k] for k in (1, 3)]
    together = column(trusted, sequences)
    save_bundle(trusted, tmp_path / "b", card="")
    loaded = column(load_bundle(tmp_path / "b"), sequences)
    for own, again, found in zip(sequences, loaded, together, strict=True):
        assert ((found > 0) & (found <= 1)).all()
        np.testing.assert_allclose(again, found, atol=1e-3)
        (alone,) = column(trusted, [own])
        np.testing.assert_allclose(alone, found, atol=1e-3)
        for k in range(1, len(own) + 1):
            (early,) = column(trusted, [own.up_to(own.mjd[k - 1])])
            np.testing.assert_allclose(early[-1], found[k - 1], atol=1e-3)


@plain
def test_frames_of_nothing_but_wild_noise_stand_out(trusted):
    known = [sequence(200 + i) for i in range(10)]
    rng = np.random.default_rng(1)
    wild = [
        replace(s, frames=(1000 + 1e4 * rng.standard_cauchy(s.frames.shape)).clip(-1e7, 1e7))
        for s in known
    ]
    (usual, strange) = (np.median([t[-1] for t in column(trusted, ones)]) for ones in (known, wild))
    assert strange < 0.1 < usual


@plain
def test_damage_is_noticed(trusted, tmp_path):
    save_bundle(trusted, tmp_path / "b", card="")
    file = tmp_path / "b" / "typicality.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(InputError, match="not the file that the bundle claims"):
        load_bundle(tmp_path / "b")
    file.unlink()
    with pytest.raises(InputError, match="is missing"):
        load_bundle(tmp_path / "b")


@plain
def test_bundles_written_before_there_was_any_still_load(trusted, tmp_path):
    save_bundle(replace(trusted, trust=replace(trusted.trust, typicality=None)), tmp_path / "b",
                card="")  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == [
        "README.md", "config.json", "model.safetensors",
    ]  # fmt: skip
    config = json.loads((tmp_path / "b" / "config.json").read_text())
    assert set(config["trust"]) == {"temperature", "thresholds", "objects"}
    loaded = load_bundle(tmp_path / "b")
    assert loaded.trust is not None
    assert loaded.trust.typicality is None
    (rows,) = predict(loaded, [sequence(1)])
    assert rows["typicality"].isna().all()
