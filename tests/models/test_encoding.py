"""From a sequence to encodings: each epoch by what was known by then, from raw frames on."""

from dataclasses import fields, replace

import numpy as np
import pytest

from models.conftest import sequence, untrained_encoder
from taonet.data.frame_encodings import FrameEncodings
from taonet.models import encoding as module
from taonet.models.encoding import encode_sequence

ENCODER = untrained_encoder().network


def assert_same(one, other, epochs=slice(None)):
    for f in fields(FrameEncodings):
        ours, theirs = getattr(one, f.name), getattr(other, f.name)[epochs]
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4, err_msg=f.name)


@pytest.mark.parametrize("shown", [1, 4, 8])
def test_what_is_said_of_an_epoch_does_not_depend_on_later_ones(shown):
    whole = sequence(1, 9, size=32)
    found = encode_sequence(ENCODER, whole)
    frames = whole.frames.copy()
    frames[shown:] = np.random.default_rng(3).normal(0, 1e5, frames[shown:].shape)
    early = encode_sequence(ENCODER, whole.up_to(whole.mjd[shown - 1]))
    changed = encode_sequence(ENCODER, replace(whole, frames=frames))
    assert len(early.flux) == shown
    assert_same(early, found, slice(shown))
    assert_same(changed.take(np.arange(shown)), found, slice(shown))
    assert not np.allclose(changed.flux[shown:], found.flux[shown:])


def test_a_band_is_encoded_as_if_there_were_no_other():
    whole = sequence(1, 9, size=32)
    found = encode_sequence(ENCODER, whole)
    for band in ("g", "r"):
        own = np.flatnonzero(np.array(whole.band) == band)
        assert_same(encode_sequence(ENCODER, whole.take(own)), found, own)


def test_how_many_frames_are_encoded_at_once_changes_nothing(monkeypatch):
    whole = sequence(2, 7, size=40)
    at_once = encode_sequence(ENCODER, whole)
    monkeypatch.setattr(module, "FRAMES_AT_ONCE", 3)
    assert_same(encode_sequence(ENCODER, whole), at_once)
