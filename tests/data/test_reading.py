"""What a network reads of a sequence: which epochs, in which order, and nothing of later ones."""

from dataclasses import replace

import numpy as np
import pytest

from photometry.made import field
from taonet.data.epoch_measurement import measure_epochs
from taonet.data.reading import (
    NO_LABEL,
    MeasuredSequences,
    Reading,
    Sequences,
    example_of,
    find_inputs,
)
from taonet.data.sequence_inputs import SequenceInputs
from taonet.data.transforms import Scaling
from taonet.errors import InputError
from taonet.sky.taxonomy import Taxonomy

N = 6
MEASURED = Reading(scaling=Scaling(), measured=True, deep_px=9)


@pytest.fixture(scope="module")
def sequence():
    made, _ = field(N, size=21, seed=1)
    return replace(made, band=("g", "i", "r", "g", "r", "g"), class_name="SN")


def test_epochs_that_are_blank_too_late_or_in_no_known_band_are_not_read(sequence):
    plain = Reading(scaling=Scaling())
    assert plain.epochs_of(sequence).tolist() == [0, 1, 2, 3, 4, 5]
    assert replace(plain, bands=("g", "r")).epochs_of(sequence).tolist() == [0, 2, 3, 4, 5]
    until = replace(plain, bands=("r",), mjd_max=sequence.mjd[4])
    assert until.epochs_of(sequence).tolist() == [2]
    frames = np.array(sequence.frames)
    frames[3] = 7
    blank = type(sequence).from_frames("made", frames, sequence.mjd)
    assert plain.epochs_of(blank).tolist() == [0, 1, 2, 4, 5]


def test_bands_times_and_labels_are_those_of_the_epochs_that_are_shown(sequence):
    reading = Reading(scaling=Scaling(), bands=("g", "r"))
    two = Taxonomy(name="two", classes=("NON", "SN"))
    example = example_of(sequence, reading, taxonomy=two)
    assert example.band.tolist() == [0, 1, 0, 1, 0]
    # five days apart, the second epoch of the sequence left out
    assert example.days.tolist() == [0, 10, 5, 5, 5]
    assert example.label == 1
    assert example_of(sequence, reading).label == NO_LABEL
    some = example_of(sequence, reading, epochs=np.array([1, 3]))
    np.testing.assert_array_equal(some.mjd, sequence.mjd[[2, 4]])
    assert some.days.tolist() == [0, 10]


@pytest.mark.parametrize("reading", [Reading(scaling=Scaling(), bands=("g", "i", "r")), MEASURED])
def test_later_epochs_change_nothing_of_earlier_ones(sequence, reading):
    whole = example_of(sequence, reading)
    early = example_of(sequence.up_to(sequence.mjd[3]), reading)
    for name in ("images", "conditions", "light", "days", "band", "deep_of"):
        np.testing.assert_allclose(
            getattr(whole, name)[:4], getattr(early, name), rtol=1e-4, atol=1e-4, err_msg=name
        )
    np.testing.assert_allclose(whole.deep[: len(early.deep)], early.deep, rtol=1e-4, atol=1e-4)


def test_stored_photometry_gives_what_is_measured_here(sequence):
    stored = SequenceInputs(measured=measure_epochs(sequence))
    one, other = example_of(sequence, MEASURED), example_of(sequence, MEASURED, precomputed=stored)
    for name in ("images", "deep", "light", "conditions"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    nothing = replace(MEASURED, frames=False, deep_px=0)
    without = example_of(sequence, nothing, precomputed=stored)
    assert without.images.size == without.deep.size == 0
    np.testing.assert_array_equal(without.light, one.light)


def test_what_cannot_be_read_is_refused_with_what_the_model_reads(sequence):
    unknown = Reading(scaling=Scaling(), bands=("u", "z"))
    with pytest.raises(InputError, match=r"band that this model does not know.*known bands: u, z"):
        example_of(sequence, unknown)
    assert sorted(unknown.unknown_band_errors(sequence)) == [*range(N)]
    with pytest.raises(
        InputError, match=r"not blank or spoilt before MJD 54000 .*6 epochs, MJD 55000"
    ):
        example_of(sequence, Reading(scaling=Scaling(), mjd_max=54000.0))
    with pytest.raises(InputError, match="other channels"):
        example_of(sequence, Reading(scaling=Scaling(), channels=("science", "difference")))


def test_a_list_has_no_stored_photometry(sequence):
    class Stored(list):
        def load_inputs(self, index):
            return index

    assert isinstance([sequence], Sequences) and not isinstance([sequence], MeasuredSequences)
    assert find_inputs([sequence], 0) is None
    assert isinstance(Stored([sequence]), MeasuredSequences)
