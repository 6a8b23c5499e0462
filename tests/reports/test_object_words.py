"""Sentences about one object, and which epochs were not read."""

import numpy as np
import pytest

from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.reports.object_words import ignored_reasons, object_sentences, quality_words
from taonet.sky.cutout import Quality
from taonet.sky.sequence import ImageSequence

ANSWER = {
    "predicted_class": "SN",
    "detected": True,
    "snr": 7.25,
    "mjd_detected": 55010.5,
    "typicality": 0.4,
    "unlike": False,
    "set": ["SN"],
    "n_ignored": 0,
    "ignored_reason": None,
    "prior": None,
}


def sentences(n_epochs=10, simulated=False, **changes):
    return object_sentences({**ANSWER, **changes}, n_epochs=n_epochs, simulated=simulated)


def test_what_is_as_usual_is_said_in_few_words():
    assert sentences() == [
        "Detected, first at MJD 55010.50 (signal-to-noise 7.2).",
        "Like the objects that the model was calibrated on (typicality 0.400).",
        "Only SN is left in the set of classes.",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"detected": False, "predicted_class": "NON"}, "the answer is non-transient"),
        ({"detected": False, "predicted_class": None}, "Nothing is detected"),
        ({"typicality": 0.01, "unlike": True}, "not to be trusted"),
        ({"set": []}, "typical of none of them"),
        ({"set": ["SN", "CV"]}, "The set of classes is SN, CV"),
        ({"n_ignored": 1, "ignored_reason": "blank: 1"}, "1 epoch of 10 was not read: blank: 1."),
        ({"n_ignored": 2, "ignored_reason": None}, "2 epochs of 10 were not read."),
        ({"prior": "SN=0.1 CV=0.9"}, "Probabilities refer to the class mix SN=0.1 CV=0.9."),
        ({"n_epochs": None}, "There are no cutouts"),
        ({"simulated": True}, "The object is simulated."),
    ],
)
def test_what_is_unusual_is_said(changes, said):
    assert any(said in line for line in sentences(**changes))
    assert not any(said in line for line in sentences())


def test_what_is_not_known_is_not_said():
    nothing = dict.fromkeys(ANSWER)
    assert object_sentences(nothing, n_epochs=3, simulated=False) == []
    assert object_sentences(None, n_epochs=3, simulated=False) == [
        "No model has answered about this object."
    ]
    # light curves are of what was seen: nobody noted when
    assert sentences(mjd_detected=None, snr=None)[0].startswith("Like")


def test_quality_is_in_words():
    bits = int(Quality.BLANK | Quality.STRAY_LIGHT)
    assert quality_words(bits) == ["blank", "stray light"]
    assert quality_words(0) == []


def test_ignored_epochs_are_those_that_the_reading_states():
    rng = np.random.default_rng(0)
    frames = rng.normal(100, 5, (8, 1, 24, 24))
    frames[1] = 3
    band = ("g", "r", "i", "g", "", "g", "g", "g")
    sequence = ImageSequence.from_frames("a", frames, 57000.0 + np.arange(8), band=band)
    sequence.quality[3] |= int(Quality.STRAY_LIGHT | Quality.BLANK)
    sequence.quality[5] |= int(Quality.HOLE)
    sequence.quality[6] |= int(Quality.CLIPPED)
    reading = Reading(scaling=Scaling(), bands=("g", "r"), mjd_max=57007.0)
    ignored = reading.ignored_epochs_of(sequence)
    (stated,) = ignored.in_words(np.array([len(ignored.mjd)]))
    reasons = ignored_reasons(sequence, stated)
    assert [i for i, reason in enumerate(reasons) if reason is None] == list(
        reading.epochs_of(sequence)
    )
    assert [reason for reason in reasons if reason] == list(ignored.reasons)
    # a model that reads all bands does not ignore one
    assert ignored_reasons(sequence, "blank: 2")[2] is None
