"""Frames, places and scales as users give them: one form, or one line that says what is wrong."""

import numpy as np
import pytest

from taonet.errors import InputError
from taonet.sky.known_values import known_place, known_scale, plain_frames


def test_frames_of_one_channel_may_lack_its_axis():
    assert plain_frames(np.zeros((3, 8, 8)), ("science",), where="a").shape == (3, 1, 8, 8)
    with pytest.raises(InputError, match="channel"):
        plain_frames(np.zeros((3, 8, 8)), ("science", "template"), where="a")


def test_a_scale_is_positive_or_unknown():
    assert known_scale(0.27, where="a") == 0.27
    assert np.isnan(known_scale(np.nan, where="a"))
    assert np.isnan(known_scale(-1.0, where="a"))


def test_a_place_is_given_once():
    assert known_place(None, 10.0, -5.0, where="a") == (10.0, -5.0)
    assert np.isnan(known_place(None, np.nan, np.nan, where="a")).all()
