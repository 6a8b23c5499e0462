"""The laws of the network, from raw frames on."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch

from taonet.data.batches import Batch
from taonet.data.reading import example_of
from taonet.errors import InputError
from taonet.models.answers import compute_answers
from taonet.models.network_config import TaoNetConfig
from taonet.models.predict import predict
from taonet.models.taonet import TaoNet
from taonet.sky.cutout import Quality

assert_close = partial(np.testing.assert_allclose, atol=2e-5, rtol=0)


def probabilities(table):
    return table.filter(like="p_").to_numpy()


@pytest.fixture
def examples(bundle, sequences):
    return [example_of(s, bundle.reading, encode=bundle.encode) for s in sequences]


def test_step_by_step_equals_forward(bundle, examples):
    net = bundle.network
    batch = Batch.from_examples(examples)
    with torch.inference_mode():
        whole = net(batch)
        for i, example in enumerate(examples):
            one = Batch.from_examples([example])
            embedding = net.encode(one)
            state = net.start(1)
            for k in range(len(example.mjd)):
                logits, state = net.step(embedding[k : k + 1], one.days[k : k + 1], state)
                assert_close(logits[0], whole[i, k])


def test_the_company_in_a_batch_changes_nothing(bundle, examples):
    together = compute_answers(bundle, examples)
    alone = [compute_answers(bundle, [example])[0] for example in examples]
    backwards = compute_answers(bundle, examples[::-1])[::-1]
    for others in (alone, backwards):
        for one, other in zip(together, others, strict=True):
            assert_close(one.probabilities, other.probabilities)
            np.testing.assert_allclose(one.features, other.features, rtol=1e-4, atol=1e-4)


def test_what_lies_in_padded_epochs_never_matters(bundle, examples):
    net, batch = bundle.network, Batch.from_examples(examples)
    with torch.inference_mode():
        embedding = batch.pad(net.encode(batch))
        days, seen = batch.pad(batch.days), batch.seen
        clean = net.read(embedding, days)
        embedding[~seen], days[~seen] = 1e3, 1e3
        assert_close(net.read(embedding, days)[seen], clean[seen])


@pytest.mark.parametrize("turns", [1, pytest.param(8, marks=pytest.mark.slow)])
def test_removing_the_future_never_changes_an_earlier_answer(bundle, sequences, turns):
    for sequence in sequences:
        (whole,) = predict(bundle, [sequence], turns=turns)
        for k in range(1, len(sequence) + 1):
            (early,) = predict(bundle, [sequence.up_to(sequence.mjd[k - 1])], turns=turns)
            assert len(early) == k
            assert_close(probabilities(early)[-1], probabilities(whole)[k - 1])


def test_changing_the_future_never_changes_an_earlier_answer(bundle, sequences):
    sequence = sequences[2]
    frames = sequence.frames.copy()
    frames[5:] = np.random.default_rng(3).normal(0, 1e5, frames[5:].shape)
    (one,), (other,) = (predict(bundle, [s]) for s in (sequence, replace(sequence, frames=frames)))
    assert_close(probabilities(one)[:5], probabilities(other)[:5])
    assert not np.allclose(probabilities(one)[5:], probabilities(other)[5:])


def test_turned_copies_averaged_make_the_answer_blind_to_a_turn(bundle, sequences):
    if bundle.reading.measured or bundle.network.looks is None:
        pytest.skip("photometry finds another shift in a turned field")
    sequence = sequences[0]
    frames = np.rot90(sequence.frames[..., 1:, 1:], axes=(-2, -1))
    odd = replace(sequence, frames=np.ascontiguousarray(sequence.frames[..., 1:, 1:]))
    small = replace(
        bundle,
        frame_px=15,
        reading=replace(bundle.reading, scaling=replace(bundle.reading.scaling, crop_px=15)),
    )
    small.network.looks.encoders[0].zoom = 15
    (one,) = predict(small, [odd], turns=8)
    (other,) = predict(small, [replace(odd, frames=np.ascontiguousarray(frames))], turns=8)
    np.testing.assert_allclose(probabilities(one), probabilities(other), atol=1e-4)


def test_only_real_epochs_pass_through_the_cnn(bundle, sequences, monkeypatch):
    encoded = []
    encode = TaoNet.encode

    def counted(self, batch):
        encoded.append(len(batch.images))
        return encode(self, batch)

    monkeypatch.setattr(TaoNet, "encode", counted)
    rows = pd.concat(predict(bundle, sequences))
    assert sum(encoded) == sum(len(s) for s in sequences) == len(rows)


def test_the_table_says_what_the_contract_says(bundle, sequences):
    rows = pd.concat(predict(bundle, sequences), ignore_index=True)
    assert list(rows.columns) == [
        "object_id", "ra", "dec", "class_name", "n_epochs", "mjd_last",
        "p_SN", "p_CV", "p_NON", "predicted_class", "set", "typicality", "mjd_detected",
        "detected", "snr", "unlike", "n_ignored", "ignored_reason",
    ]  # fmt: skip
    np.testing.assert_allclose(probabilities(rows).sum(axis=1), 1, atol=1e-6)
    assert (
        rows.groupby("object_id")["n_epochs"].max()[["o0", "o1", "o2", "o3"]] == [6, 1, 9, 4]
    ).all()


def test_blank_epochs_are_not_read_and_not_counted(bundle, sequences):
    sequence = sequences[0]
    quality = sequence.quality.copy()
    quality[2] |= Quality.BLANK
    (rows,) = predict(bundle, [replace(sequence, quality=quality)])
    assert list(rows["n_epochs"]) == [1, 2, 3, 4, 5]
    assert sequence.mjd[2] not in set(rows["mjd_last"])


def test_cutouts_too_small_or_of_other_channels_are_refused(bundle, sequences):
    sequence = sequences[0]
    with pytest.raises(InputError, match="too small"):
        list(predict(bundle, [replace(sequence, frames=sequence.frames[..., 2:, 2:])]))
    with pytest.raises(InputError, match="other channels"):
        list(
            predict(bundle, [replace(sequence, channels=("d", "e", "f")[: len(sequence.channels)])])
        )


def test_every_weight_learns(bundle, examples):
    net = bundle.network.train()
    net(Batch.from_examples(examples)).square().sum().backward()
    idle = [n for n, p in net.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert idle == []


def test_pictures_of_no_pixel_say_zero_and_teach_nothing():
    config = TaoNetConfig(
        zooms=(8,), deep_zooms=(8,), layers=(1, 1), apertures=2, aperture_px=7, measured=True
    )
    net, nothing = TaoNet(config), torch.zeros(3, 1, 0, 0)
    batch = Batch(
        images=nothing,
        deep=nothing[:1],
        deep_band=torch.zeros(1, dtype=torch.long),
        deep_of=torch.zeros(3, dtype=torch.long),
        conditions=torch.randn(3, config.conditions),
        light=torch.rand(3, 5),
        days=torch.ones(3),
        band=torch.zeros(3, dtype=torch.long),
        n_epochs=torch.tensor([3]),
        label=torch.tensor([0]),
    )
    pictures = sum(config.parts[:3])
    embedding = net.encode(batch)
    assert embedding.shape == (3, sum(config.parts))
    assert not embedding[:, :pictures].any() and embedding[:, pictures:].any()
    net(batch).sum().backward()
    learns = {
        name.split(".")[0] for name, weight in net.named_parameters() if weight.grad is not None
    }
    assert learns == {"recurrence", "head"}
