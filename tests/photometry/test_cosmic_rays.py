"""Cosmic rays beside other frames of the same field."""

import numpy as np

from photometry.made import field
from taonet.photometry.cosmic_rays import remove_cosmic_rays
from taonet.photometry.prepared_frames import prepare_frames


def test_hits_are_replaced_and_nothing_else_in_any_seeing():
    sequence, truth = field(6, seed=4, flux=5000.0)
    frames = prepare_frames(sequence.pixels[:, 0])
    how = {"noise": frames.noise, "scale": truth["clear"], "shift": truth["shift"]}
    same = remove_cosmic_rays(frames.light, **how)
    changed = same != frames.light
    assert changed.mean() < 1e-4
    light = frames.light.copy()
    light[3, 40:42, 10] += 2000
    cleaned = remove_cosmic_rays(light, **how)
    assert np.abs(cleaned[3, 40:42, 10]).max() < 5 * frames.noise[3]
    assert (cleaned != light).sum() < 8 + changed.sum()
    few = light[:3]
    assert remove_cosmic_rays(few, **{name: values[:3] for name, values in how.items()}) is few
