"""Evidence: what is left out is what `predict` is not shown, and a planted flash is found."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from models.conftest import sequence
from taonet.data.sequence_inputs import SequenceInputs
from taonet.errors import InputError
from taonet.models import evidence as module
from taonet.models.answers import turns_of
from taonet.models.bundle import load_bundle
from taonet.models.evidence import explain_answer, log_odds, part_edges
from taonet.models.predict import predict
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset
from taonet.trust.trust import Temperature, Trust

MEASURED = "measured, by nights"


def logit_of(bundle, seq, class_name):
    (rows,) = predict(bundle, [seq])
    p = rows[[f"p_{name}" for name in bundle.classes]].to_numpy()[-1:]
    return float(log_odds(np.log(p), bundle.taxonomy.label(class_name))[0])


@pytest.mark.parametrize("bundle", ["plain", "bands and channels, no times"], indirect=True)
@pytest.mark.parametrize("turns", [1, 3])
def test_an_epoch_that_is_left_out_is_one_that_predict_does_not_see(bundle, turns):
    warm = Trust(
        temperature=Temperature(epochs=(1, 9), values=(2.0, 1.2)), thresholds=None, objects=9
    )
    bundle = replace(bundle, trust=warm, facts={**bundle.facts, "turns": turns})
    assert turns_of(bundle) == turns
    seq = sequence(3, 6, channels=bundle.network.config.channels)
    found, _ = explain_answer(bundle, seq, class_name="CV")
    whole = logit_of(bundle, seq, "CV")
    for k in range(6):
        rest = seq.take(np.delete(np.arange(6), k))
        expected = logit_of(bundle, rest, "CV") - whole
        assert found.log_odds_change[k] == pytest.approx(expected, abs=2e-5)
    assert found.epochs.tolist() == list(range(6))
    assert found.strongest == np.abs(found.log_odds_change).argmax()


@pytest.mark.parametrize("bundle", [MEASURED], indirect=True)
def test_measured_epochs_are_left_out_as_training_leaves_them_out(bundle):
    from taonet.data.epoch_measurement import measure_epochs
    from taonet.data.reading import example_of
    from taonet.models.answers import compute_answers

    seq = sequence(4, 5, size=32)
    inputs = SequenceInputs(measured=measure_epochs(seq))
    found, _ = explain_answer(bundle, seq, class_name="SN")
    shown = [np.arange(5), *(np.delete(np.arange(5), k) for k in range(5))]
    logits = []
    for epochs in shown:
        example = example_of(seq, bundle.reading, epochs=epochs, precomputed=inputs)
        (answer,) = compute_answers(bundle, [example])
        logits.append(log_odds(np.log(answer.probabilities[-1:]), 0)[0])
    np.testing.assert_allclose(found.log_odds_change, np.array(logits[1:]) - logits[0], atol=2e-5)


@pytest.mark.parametrize("bundle", ["plain"], indirect=True)
def test_long_sequences_take_a_shorter_way_that_agrees_but_for_what_is_usual(bundle, monkeypatch):
    seq = sequence(5, 8)
    exact, _ = explain_answer(bundle, seq, class_name="SN")
    monkeypatch.setattr(module, "MOST_FRAMES", 10)
    short, _ = explain_answer(bundle, seq, class_name="SN")
    # the scale of a frame knows the frames before it
    np.testing.assert_allclose(short.log_odds_change, exact.log_odds_change, atol=0.05)
    assert short.log_odds_change[-1] == pytest.approx(exact.log_odds_change[-1], abs=2e-5)


@pytest.mark.parametrize("bundle", ["plain"], indirect=True)
def test_a_covered_part_is_one_that_predict_sees_covered(bundle, monkeypatch):
    monkeypatch.setattr(module, "CONTEXT", 100)
    seq = sequence(6, 5)
    found, occlusion = explain_answer(bundle, seq, class_name="SN", epoch=4)
    y, x = occlusion.y, occlusion.x
    assert occlusion.log_odds_change.shape == (len(y) - 1, len(x) - 1) == (7, 7)
    frames = seq.frames.copy()
    part = frames[4, 0, y[3] : y[4], x[3] : x[4]]
    part[:] = np.median(frames[4, 0])
    # of the last frame, nothing later is described by it
    expected = logit_of(bundle, replace(seq, frames=frames), "SN") - logit_of(bundle, seq, "SN")
    assert occlusion.log_odds_change[3, 3] == pytest.approx(expected, abs=1e-4)
    assert found.class_name == occlusion.class_name == "SN"


def test_parts_cover_the_frame_with_the_object_in_the_middle_one():
    for size in (16, 21, 32, 63, 64, 5):
        for grid in (5, 7):
            edges = part_edges(size, grid)
            assert edges[0] == 0
            assert edges[-1] == size
            assert (np.diff(edges) > 0).all()
            middle = len(edges) // 2
            assert edges[middle - 1] <= size // 2 < edges[middle]


@pytest.mark.parametrize("bundle", ["plain"], indirect=True)
def test_the_only_epoch_cannot_be_left_out_and_others_are_refused(bundle):
    found, occlusion = explain_answer(bundle, sequence(1, 1))
    assert np.isnan(found.log_odds_change).all()
    assert (found.strongest, occlusion.epoch) == (0, 0)
    blank = sequence(1, 4)
    blank.quality[2] |= 1
    assert explain_answer(bundle, blank)[0].epochs.tolist() == [0, 1, 3]
    with pytest.raises(InputError, match="does not read this epoch"):
        explain_answer(bundle, blank, epoch=2)
    with pytest.raises(InputError, match="unknown class"):
        explain_answer(bundle, blank, class_name="XX")
    blank.quality[:] |= 1
    with pytest.raises(InputError, match="no epoch that this model reads"):
        explain_answer(bundle, blank)


def test_log_odds_know_numbers_that_probabilities_have_lost():
    sure = np.array([[-1e-30, -60.0, -70.0]])
    assert log_odds(sure, 0)[0] == pytest.approx(60, abs=1e-3)
    assert log_odds(sure, 2)[0] == pytest.approx(-70)


def planted(seq, epoch, sigma):
    """Return the sequence with a star of so many times the noise at its peak in one frame."""
    size = seq.frames.shape[-1]
    y, x = np.mgrid[:size, :size] - size // 2
    fwhm = seq.seeing_fwhm_px[epoch]
    frames = seq.frames.astype(np.float64)
    noise = 1.4826 * np.median(np.abs(frames[epoch, 0] - np.median(frames[epoch, 0])))
    frames[epoch, 0] += sigma * noise * np.exp(-4 * np.log(2) * (y**2 + x**2) / fwhm**2)
    return replace(seq, frames=frames.astype(seq.frames.dtype))


@pytest.mark.parametrize("number", [0, 4])
def test_a_bright_epoch_planted_in_a_constant_sequence_is_the_strongest_evidence(number):
    torch.set_num_threads(1)
    bundle = load_bundle("crts-sim")
    ((seq, _),) = simulate(survey_preset("crts"), 1, seed=77, start=number, classes=("NON",))
    seq = seq.take(np.arange(40))
    constant, _ = explain_answer(bundle, seq)
    assert constant.class_name == "NON"
    epoch = int(constant.epochs[len(constant.epochs) // 2])
    found, occlusion = explain_answer(bundle, planted(seq, epoch, 30.0))
    assert found.class_name != "NON"
    assert found.strongest == occlusion.epoch == epoch
    # it speaks for the class: without it the log-odds fall
    own = found.log_odds_change[found.epochs == epoch][0]
    others = found.log_odds_change[found.epochs != epoch]
    assert own < -2
    assert np.abs(others).max() < -own
    # and it does so by the light in the middle of the frame
    change = occlusion.log_odds_change
    assert change.argmin() == change.size // 2
