"""The running mean: what the network sees of everything so far."""

import numpy as np

from taonet.data.running_mean import SOFTENING, deep_images, look_epochs
from taonet.data.transforms import SOFT_SCALE


def test_each_look_is_the_weighted_mean_of_the_frames_up_to_it():
    rng = np.random.default_rng(0)
    images = rng.normal(0, 1, (22, 1, 4, 4)).astype(np.float32)
    weight = rng.uniform(0.5, 2, (22, 1))
    deep, which = deep_images(images, weight)
    looks = look_epochs(22)
    assert looks.tolist() == [1, 3, 8, 20]
    for k, n in enumerate(looks):
        mean = np.average(images[:n, 0], axis=0, weights=weight[:n, 0])
        np.testing.assert_allclose(np.sinh(deep[k, 0] * SOFT_SCALE) * SOFTENING, mean, atol=1e-5)
    assert which.tolist() == [0] * 2 + [1] * 5 + [2] * 12 + [3] * 3


def test_pixels_without_data_have_no_weight():
    images = np.ones((3, 1, 2, 2), np.float32)
    images[1, 0, 0, 0] = np.nan
    deep, _ = deep_images(images, np.ones((3, 1)))
    np.testing.assert_allclose(deep[1], deep[0], rtol=1e-6)
