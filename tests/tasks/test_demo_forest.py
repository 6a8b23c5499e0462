"""The demo's forest answers about the objects of known class, and is not grown twice."""

import numpy as np

from taonet.io.prediction_columns import columns_of
from taonet.io.prediction_table import read_predictions
from taonet.models.bundle import load_bundle
from taonet.photometry.tables import measure_curve
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset
from taonet.tasks.demo_forest import answer_by_forest, simulate_curve
from taonet.tasks.demo_sky import simulate_sky


def test_it_answers_about_objects_of_known_class(tmp_path):
    sky, bundle = simulate_sky(tmp_path, seed=1, n_objects=1), load_bundle("crts-sim")
    table = answer_by_forest(sky, bundle, tmp_path, seed=2, n_taught=6)
    rows = read_predictions(table)
    assert rows["object_id"].tolist() == sky.objects["object_id"].tolist()[:1]
    assert rows["class_name"].tolist() == sky.class_names[:1]
    np.testing.assert_allclose(rows[list(columns_of(bundle.taxonomy))].sum(axis=1), 1)
    (tmp_path / "forest-taught.parquet").unlink()
    assert answer_by_forest(sky, bundle, tmp_path, seed=2, n_taught=6) == table
    assert not (tmp_path / "forest-taught.parquet").exists()


def test_a_curve_depends_on_seed_and_number_alone():
    sequence = [one for one, _ in simulate(survey_preset("crts"), 2, seed=5)][1]
    expected, curve = measure_curve(sequence), simulate_curve(5, 1)
    assert curve.object_id == sequence.object_id
    np.testing.assert_array_equal(curve.flux, expected.flux)
