"""Epochs that are not read: each once, with the first reason, counted as they become known."""

from dataclasses import replace

import numpy as np
import pytest

from photometry.made import field
from taonet.data.ignored_epochs import NOTHING_IGNORED
from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.sky.cutout import Quality


@pytest.fixture(scope="module")
def sequence():
    made, _ = field(6, size=21, seed=1)
    quality = np.array([0, Quality.BLANK, 0, Quality.CLIPPED, Quality.BAD_PSF, Quality.BLANK])
    return replace(made, band=("g", "i", "i", "g", "g", ""), quality=quality.astype(np.int32))


@pytest.fixture(scope="module")
def reading(sequence):
    return Reading(scaling=Scaling(), bands=("g", "r"), mjd_max=float(sequence.mjd[4]))


def test_what_is_not_read_has_a_reason_and_what_is_read_has_none(sequence, reading):
    ignored = reading.ignored_epochs_of(sequence)
    assert ignored.reasons == (
        "blank", "band i", "clipped", f"from MJD {sequence.mjd[4]:g} on", "blank",
    )  # fmt: skip
    np.testing.assert_array_equal(ignored.mjd, sequence.mjd[1:])
    read = reading.epochs_of(sequence)
    assert len(read) + len(ignored.mjd) == len(sequence)
    assert not set(sequence.mjd[read]) & set(ignored.mjd)


def test_an_unnamed_band_is_called_so(sequence):
    reading = Reading(scaling=Scaling(), bands=("g", "i"))
    plain = replace(sequence, quality=np.zeros(6, np.int32))
    assert reading.ignored_epochs_of(plain).reasons == ("band not named",)


def test_each_answer_counts_what_was_there_by_then_and_the_last_one_all(sequence, reading):
    ignored = reading.ignored_epochs_of(sequence)
    counts = ignored.known_by(sequence.mjd[[0, 2, 3]])
    assert counts.tolist() == [0, 2, 5]
    assert ignored.in_words(counts)[:2] == [None, "blank: 1; band i: 1"]
    assert ignored.in_words(counts)[2].startswith("blank: 2; band i: 1; clipped: 1; from MJD ")


def test_nothing_ignored_is_zero():
    assert NOTHING_IGNORED.known_by(np.array([1.0, 2.0])).tolist() == [0, 0]
    assert NOTHING_IGNORED.in_words(np.array([0, 0])) == [None, None]
