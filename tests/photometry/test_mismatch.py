"""How far real stars are from the profile, measured on stars that are known to be."""

import numpy as np
import pytest

from photometry.made import BRIGHT, field, measure_bright_field
from taonet.photometry.lightcurves import measure_bands
from taonet.photometry.mismatch import USUAL


def test_mismatch_is_measured():
    exact, _ = measure_bright_field()
    assert np.sqrt(exact.calibration.mismatch.square[-1]) < 0.5 * USUAL
    sequence, _ = field(24, flux=BRIGHT)
    y, x = np.mgrid[:64, :64]
    frames = sequence.frames + 0.1 * (-1.0) ** (x + y) * (sequence.frames - 1000.0)
    (odd,) = measure_bands(type(sequence).from_frames("made", frames, sequence.mjd))
    # of the peak, so that a tenth of each pixel is somewhat less
    assert np.sqrt(odd.calibration.mismatch.square[-1]) == pytest.approx(0.08, abs=0.03)
