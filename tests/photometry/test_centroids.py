"""Where each epoch sees the object: by that epoch alone, with an honest error."""

import numpy as np

from photometry.made import field
from taonet.photometry.centroids import measure_centroids
from taonet.photometry.lightcurves import measure_bands


def test_an_object_that_moves_is_followed_with_honest_errors():
    n = 24
    x, y = np.linspace(-0.6, 0.6, n), np.linspace(0.3, -0.5, n)
    flux = np.full(n, 6000.0)
    flux[::6] = 20.0
    sequence, truth = field(n, seed=5, flux=flux, x=x[:, None, None], y=y[:, None, None])
    (part,) = measure_bands(sequence, causal=False)
    found, calibration = measure_centroids(part), part.calibration
    seen = np.isfinite(found.err)
    # what is too faint has no place
    assert seen.tolist() == [k % 6 != 0 for k in range(n)]
    assert np.isnan(found.x[~seen]).all() and np.isnan(found.y[~seen]).all()
    off_x = (found.x + calibration.shift_x - x - truth["shift"][:, 0])[seen]
    off_y = (found.y + calibration.shift_y - y - truth["shift"][:, 1])[seen]
    assert found.err[seen].max() < 0.1
    pull = np.stack([off_x, off_y]) / found.err[seen]
    assert np.abs(pull).max() < 4
    assert 0.6 < pull.std() < 1.2


def test_a_quarter_turn_turns_the_places():
    sequence, _ = field(6, seed=2, flux=8000.0, x=0.3, y=-0.2, size=33)
    turned = np.rot90(sequence.frames, 1, (2, 3))
    other = type(sequence).from_frames("made", np.ascontiguousarray(turned), sequence.mjd)
    one, two = (measure_centroids(measure_bands(s, causal=False)[0]) for s in (sequence, other))
    # rot90 takes x to −y, and y to x
    np.testing.assert_allclose(two.x, one.y, atol=0.01)
    np.testing.assert_allclose(two.y, -one.x, atol=0.01)
