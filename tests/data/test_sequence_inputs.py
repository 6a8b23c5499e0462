"""What is worked out once of a sequence: photometry comes before encodings, epoch by epoch."""

import numpy as np

from data.test_frame_encodings import made
from taonet.data.epoch_photometry import EpochPhotometry
from taonet.data.sequence_inputs import SequenceInputs


def test_lights_are_those_that_are_known_photometry_first():
    measured = EpochPhotometry.from_array(np.random.default_rng(0).uniform(1, 2, (8, 18)))
    encoded = made()
    epochs = np.array([6, 1])
    both = SequenceInputs(measured=measured, encoded=encoded).lights(epochs)
    assert [type(one) for one in both] == [EpochPhotometry, type(encoded)]
    np.testing.assert_array_equal(both[0].flux, measured.flux[epochs])
    np.testing.assert_array_equal(both[1].flux, encoded.flux[epochs])
    (alone,) = SequenceInputs(encoded=encoded).lights(epochs)
    np.testing.assert_array_equal(alone.flux, encoded.flux[epochs])
    assert SequenceInputs().lights(epochs) == []
