"""Windows around stars: which pixels they hold, and which are left out."""

import numpy as np

from photometry.made import field
from taonet.photometry.lightcurves import measure_bands


def test_cores_of_bright_stars_are_no_cosmic_rays():
    sequence, _ = field(12, flux=2e5, seed=1)
    frames = sequence.frames.astype(float)
    # a core that is sharper on one side than any profile, as that of ZTF
    frames[:, :, 31:33, 32] += 0.3 * (frames[:, :, 31:33, 32] - 1000)
    frames[:, :, 31:33, 31] -= 0.3 * (frames[:, :, 31:33, 31] - 1000)
    changed = type(sequence).from_frames("made", frames, sequence.mjd)
    (part,) = measure_bands(changed)
    light = (frames[:, 0, 24:41, 24:41] - 1000).sum(axis=(1, 2))
    ratio = part.fluxes.flux / light
    assert abs(np.median(ratio) - 1) < 0.03
