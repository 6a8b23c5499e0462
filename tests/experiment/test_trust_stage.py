"""The stage that calibrates: what it fits, what it leaves out and says so."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from evaluation.honest import THREE, draw
from taonet.errors import InputError
from taonet.experiment.trust_stage import CalibrationAnswers, collect_calibration_answers, fit_trust
from taonet.io.archive import Archive
from taonet.io.tally import Tally
from taonet.models.answers import predict_examples
from taonet.models.bundle import load_bundle
from taonet.models.preparation import prepare_examples
from taonet.training import fit_frame_typicality, fit_typicality
from taonet.training.fit_sets import fit_thresholds
from taonet.training.fit_temperature import apply_temperature, fitted_rows
from taonet.trust.trust import Temperature, Thresholds, Trust


def test_trust_survives_json():
    temperature = Temperature(epochs=(1, 9), values=(1.5, 0.9))
    sets = Thresholds(level=0.9, classes=("A", "B"), epochs=(1, 9), values=((0.1, 0.2), (0.3, 0.4)))
    for thresholds in (None, sets):
        trust = Trust(temperature=temperature, thresholds=thresholds, objects=7)
        assert Trust.from_dict(json.loads(json.dumps(trust.to_dict()))) == trust


def answers_of(table, n_features=3):
    """Return answers with features that say the class and no more."""
    rows = table.loc[fitted_rows(table), ["object_id", "class_name", "n_epochs"]]
    rng = np.random.default_rng(0)
    features = rng.normal(0, 1, (len(rows), n_features))
    features[:, 0] += 5 * rows["class_name"].map(THREE.label)
    return CalibrationAnswers(
        table=table,
        rows=rows.reset_index(drop=True),
        features=features,
        signature=rng.normal(0, 1, (len(rows), 5)),
    )


def test_all_parts_are_fitted_where_there_are_enough_objects():
    trust, notes = fit_trust(answers_of(draw(1500, seed=1, sureness=2.0)), THREE, level=0.8)
    assert notes == []
    assert trust.objects == 1500
    np.testing.assert_allclose(trust.temperature.values, 2.0, rtol=0.2)
    # sets are fitted to calibrated probabilities
    calibrated = apply_temperature(draw(1500, seed=1, sureness=2.0), THREE, trust.temperature)
    assert trust.thresholds == fit_thresholds(calibrated, THREE, level=0.8)
    assert trust.typicality is not None
    assert trust.frame_typicality is not None


def test_what_cannot_be_fitted_is_left_out_and_said(monkeypatch):
    monkeypatch.setattr(fit_typicality, "LEAST_OF_A_CLASS", 300)
    monkeypatch.setattr(fit_frame_typicality, "LEAST_POINTS", 300)
    few = draw(240, seed=1, mix=(10, 10, 1))
    trust, notes = fit_trust(answers_of(few), THREE)
    assert (trust.thresholds, trust.typicality, trust.frame_typicality) == (None, None, None)
    assert [note[:13] for note in notes] == ["no sets: too ", "no typicality", "frames are no"]
    assert "C " in notes[0]


def test_calibration_objects_are_predicted_without_trust(world):
    bundle, archive = load_bundle(world / "run"), Archive(world / "archive")
    ones = [archive[i] for i in range(3)]
    sure = Temperature(epochs=(1,), values=(0.2,))
    trusted = replace(
        bundle, trust=Trust(temperature=sure, thresholds=None, objects=9, typicality=None)
    )

    def prepared():
        return prepare_examples(ones, bundle.reading, frame_px=bundle.frame_px)

    found = collect_calibration_answers(trusted, prepared(), Tally(world / "t"))
    plain = pd.concat([one.rows for one in predict_examples(bundle, prepared())])
    np.testing.assert_array_equal(found.table["p_SN"], plain["p_SN"])
    assert len(found.table) == sum(len(bundle.reading.epochs_of(one)) for one in ones)
    assert len(found.rows) == len(found.features) == fitted_rows(found.table).sum()
    with pytest.raises(InputError, match="nothing could be classified"):
        collect_calibration_answers(bundle, [], Tally(world / "t"))
