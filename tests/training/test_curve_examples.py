"""Curves as training examples: of the scale of measured objects, causal, the same again."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.data.augment import Augmentation
from taonet.data.batches import training_batches
from taonet.data.epoch_measurement import measure_epochs
from taonet.data.epoch_photometry import UNMEASURED
from taonet.data.frame_encodings import CONDITIONS
from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.errors import ConfigError
from taonet.simulation.curves import draw_curve
from taonet.simulation.objects import simulate_object
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.taxonomy import CRTS
from taonet.training.curve_examples import CurveExamples, CurveLaw
from taonet.training.curve_noise import CurveErrors, measure_curve

READING = Reading(scaling=Scaling(), measured=True, frames=False)


def examples(count=18, *, seed=1, reading=READING):
    law = CurveLaw(surveys=("tiny",), classes=CRTS.classes, mix="wide", seed=seed)
    return CurveExamples(
        law=law,
        count=count,
        reading=reading,
        taxonomy=CRTS,
    )


@pytest.fixture(scope="module")
def curves():
    return examples()


def load(source, index=0, *, epochs=None, seed=7):
    epochs = np.arange(source.count_epochs(index)) if epochs is None else epochs
    rng = np.random.default_rng(seed)
    return source.load_example(index, source.reading, epochs=epochs, rng=rng)


def test_an_example_has_the_scale_of_a_measured_object_of_the_same_number():
    """A bright star without a host, once with pixels and once without."""
    survey = survey_preset("crts")
    sequence, truth = simulate_object(survey, "NON", seed=4, index=4)
    assert truth["host"] is None
    sequence = sequence.take(READING.epochs_of(sequence)[:40])
    curve = draw_curve(survey, "NON", seed=4, index=4).take(np.arange(40))
    errors = CurveErrors(relative=(0.02, 0.02), stated=1.0)
    one, other = (
        photometry.light(np.zeros(40, np.int64))
        for photometry in (
            measure_epochs(sequence),
            measure_curve(curve, np.random.default_rng(0), errors=errors),
        )
    )
    flux, error = np.median(one[:, :2], axis=0)
    assert flux / error > 3
    assert np.median(other[:, 0]) == pytest.approx(flux, rel=0.15)
    assert np.median(other[:, 1]) == pytest.approx(error, rel=0.3)


def test_what_comes_later_changes_nothing_earlier(curves):
    whole = load(curves)
    first = load(curves, epochs=np.arange(6))
    for name in ("light", "conditions", "days", "mjd"):
        np.testing.assert_array_equal(getattr(first, name), getattr(whole, name)[:6])


def test_columns_are_those_of_measured_objects(curves):
    one = load(curves)
    assert one.light.shape[1] == 5 and one.conditions.shape[1] == 14
    assert np.all(one.light[:, 4] == UNMEASURED) and np.all(one.light[:, 2:4] == 0)
    assert one.images.shape[1:] == (1, 0, 0) and one.deep.shape == (1, 1, 0, 0)
    assert one.light.dtype == one.conditions.dtype == one.days.dtype == np.float32


def test_curves_stand_for_encodings_as_well(curves):
    """The same fluxes, in units of the usual noise as well; photometry comes first."""
    encoded = load(examples(1, reading=replace(READING, measured=False, encoded=True)))
    both = load(examples(1, reading=replace(READING, encoded=True)))
    measured = load(curves)
    np.testing.assert_allclose(encoded.light[:, :2], measured.light[:, :2], rtol=1e-5)
    assert encoded.conditions.shape[1] == CONDITIONS
    for name in ("light", "conditions"):
        parts = [getattr(measured, name), getattr(encoded, name)]
        np.testing.assert_array_equal(getattr(both, name), np.concatenate(parts, axis=1))


def test_a_curve_is_the_same_again_and_its_noise_is_drawn_anew(curves):
    again, other = examples(), examples(seed=2)
    np.testing.assert_array_equal(load(again, 5).light, load(curves, 5).light)
    assert not np.array_equal(load(curves, 5, seed=8).light, load(curves, 5).light)
    assert not np.array_equal(other.curves[5].mjd, curves.curves[5].mjd)


def test_curves_are_no_objects_that_a_simulation_draws_with_the_same_seed(curves):
    name = curves.law.class_of(0)
    sequence, _ = simulate_object(survey_preset("tiny"), name, seed=1, index=0)
    assert not np.array_equal(sequence.mjd, curves.curves[0].mjd)


def test_surveys_and_classes_take_turns():
    law = CurveLaw(surveys=("a", "b"), classes=("SN", "NON"), mix="balanced", seed=1)
    assert [law.class_of(i) for i in range(6)] == ["SN", "SN", "NON", "NON", "SN", "SN"]


def test_labels_are_those_of_the_curves(curves):
    assert [CRTS.classes[label] for label in curves.labels] == [
        curve.class_name for curve in curves.curves
    ]


def test_batches_depend_on_seed_and_step_alone(curves):
    def batches(source, first):
        how = Augmentation(fainter_mag=0.4, noisier=0.5, stretch=0.15, frozen=0.2)
        return training_batches(
            source, batch_size=6, augmentation=how, seed=3, first_step=first
        )  # fmt: skip

    some, late = batches(curves, 0), batches(examples(), 2)
    first = [next(some) for _ in range(3)]
    resumed = next(late)
    np.testing.assert_array_equal(first[2].light, resumed.light)
    assert sorted(first[0].label.tolist()) == list(range(6))


def test_a_survey_in_no_band_of_the_data_is_refused():
    with pytest.raises(ConfigError, match=r"pretraining\.survey: .*no band of the data"):
        _ = examples(reading=Reading(scaling=Scaling(), measured=True, bands=("g",))).curves
