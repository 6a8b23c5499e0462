"""Where networks run: names, what a machine has, and nothing is left behind on the processor."""

import platform
from dataclasses import replace

import numpy as np
import pytest
import torch

import taonet
from fixtures.elsewhere import GPU, stand_in_gpu
from taonet.data.batches import Batch
from taonet.data.reading import example_of
from taonet.errors import ConfigError, InputError, MissingError
from taonet.models.answers import compute_answers
from taonet.models.bundle import load_bundle, weights_digest
from taonet.models.device import GPUS, check_device, describe_device, double_device, find_device
from taonet.models.evidence import explain_answer
from taonet.models.load import load_model
from taonet.models.preparation import prepare_examples

SURVEYS = {
    "crts-sim": "crts",
    "crts-pixels": "crts",
    "hits-sim": "hits",
    "hits": "hits",
    "ztf-sim": "ztf",
}
"""Every shipped bundle, and what it is asked about."""


def test_a_misspelt_device_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match=r"no such device .*'cudo'.*did you mean 'cuda'"):
        find_device("cudo")
    with pytest.raises(ConfigError, match="known: auto, cpu, cuda, mps"):
        check_device("0")
    with pytest.raises(ConfigError, match="did you mean 'cuda'"):
        load_model("crts-sim", device="cuda:0")


@pytest.mark.parametrize("name", GPUS)
def test_a_device_that_is_not_there_is_one_line(name, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(MissingError) as refusal:
        load_bundle("hits-sim", device=name)
    assert str(refusal.value) == f"{name}: {GPUS[name]} — use --device cpu"


@pytest.mark.parametrize(
    ("there", "best"), [((), "cpu"), (("mps",), "mps"), (("cuda", "mps"), "cuda")]
)
def test_auto_takes_the_best_there_is(there, best, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in there)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in there)
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    assert find_device().type == best
    assert find_device("cpu").type == "cpu"
    # or convolutions would be rounded to ten bits
    assert torch.backends.cudnn.allow_tf32 == (best != "cuda")


def test_double_precision_is_computed_where_it_exists():
    assert double_device(torch.device("mps")).type == "cpu"
    assert double_device(torch.device("cuda")).type == "cuda"
    assert describe_device(torch.device("cpu")).startswith(platform.machine())


def test_a_loaded_model_stays_where_it_is():
    model = taonet.load("hits-sim", device="cpu")
    assert model.network.device.type == "cpu"  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="a loaded model stays where it is"):
        taonet.predict(model, [], device="cpu")


def test_the_stand_in_refuses_what_a_gpu_refuses():
    with stand_in_gpu():
        there, here = torch.ones(3, device=GPU), torch.ones(3)
        assert (there * 2 + torch.tensor(1.0)).cpu().tolist() == [3.0] * 3
        for mixed in (lambda: there + here, lambda: torch.cat([there, here])):
            with pytest.raises(RuntimeError, match="on two devices"):
                mixed()
        with pytest.raises(TypeError, match="no double precision"):
            there.double()
        with pytest.raises(RuntimeError, match="numpy"):
            there.numpy()


def on_stand_in(bundle):
    """Return the bundle with its network, and its encoder, copied to the stand-in."""
    encoder = bundle.encoder
    if encoder is not None:
        encoder = replace(encoder, network=copy_to_stand_in(encoder.network))
    return replace(bundle, network=copy_to_stand_in(bundle.network), encoder=encoder)


def copy_to_stand_in(network):
    copy = type(network)(network.config)
    copy.load_state_dict(network.state_dict())
    return copy.to(GPU).eval()


def test_every_kind_of_network_runs_elsewhere_and_answers_the_same(bundle, sequences):
    examples = [example_of(one, bundle.reading, encode=bundle.encode) for one in sequences]
    expected = compute_answers(bundle, examples, turns=2)
    evidence, covered = explain_answer(bundle, sequences[0])
    with stand_in_gpu():
        moved = on_stand_in(bundle)
        assert moved.network.device == GPU
        assert weights_digest(moved) == weights_digest(bundle)
        answers = compute_answers(moved, examples, turns=2)
        evidence_there, covered_there = explain_answer(moved, sequences[0])
    for answer, same in zip(answers, expected, strict=True):
        np.testing.assert_array_equal(answer.probabilities, same.probabilities)
        np.testing.assert_array_equal(answer.features, same.features)
    np.testing.assert_array_equal(evidence_there.log_odds_change, evidence.log_odds_change)
    np.testing.assert_array_equal(covered_there.log_odds_change, covered.log_odds_change)


@torch.inference_mode()
def test_a_stream_goes_on_elsewhere(bundle, sequences):
    batch = Batch.from_examples([example_of(sequences[0], bundle.reading, encode=bundle.encode)])
    expected = bundle.network(batch)[0]
    with stand_in_gpu():
        network = on_stand_in(bundle).network
        embedding = network.encode(batch.to(GPU))
        days = batch.days.to(GPU)
        state = network.start(1)
        for k in range(len(embedding)):
            logits, state = network.step(embedding[k : k + 1], days[k : k + 1], state)
            torch.testing.assert_close(logits[0].cpu(), expected[k], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", SURVEYS)
def test_shipped_bundles_answer_elsewhere_as_here(name):
    sequences = taonet.simulate(SURVEYS[name], 2, seed=5)
    here = taonet.predict(name, sequences, device="cpu")
    with stand_in_gpu():
        there = taonet.predict(name, sequences, device=GPU.type)
    assert there.equals(here)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
@pytest.mark.parametrize("name", SURVEYS)
def test_a_gpu_agrees_with_the_processor(name):
    here = load_bundle(name, device="cpu")
    sequences = taonet.simulate(SURVEYS[name], 8, seed=5)
    prepared = prepare_examples(sequences, here.reading, frame_px=here.frame_px)
    examples = [one.example for one in prepared]
    expected = compute_answers(here, examples)
    answers = compute_answers(load_bundle(name, device="cuda"), examples)
    for answer, same in zip(answers, expected, strict=True):
        np.testing.assert_allclose(answer.probabilities, same.probabilities, rtol=0, atol=1e-4)
