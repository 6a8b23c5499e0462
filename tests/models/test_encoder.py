"""The encoder: apertures are weighted sums of linear pixels, and a zoom sees its centre alone."""

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from taonet.data.transforms import SOFT_SCALE
from taonet.models.encoder import Apertures, DenseLayer, Encoder


@pytest.fixture
def images():
    return torch.from_numpy(np.random.default_rng(0).normal(0, 0.5, (4, 2, 16, 16))).float()


def encoder(zoom, **changes):
    torch.manual_seed(1)
    given: dict[str, Any] = {"zoom_px": 8, "channels": 2, "stem": 8, "growth": 4, "layers": (2, 1)}
    return Encoder(zoom, **given | changes).eval()


def test_an_aperture_sums_linear_pixels_under_its_weights(images):
    apertures = Apertures(3, 2, 9)
    found = apertures(images).detach().numpy()
    # pixel 8 of 16 is the centre, of 9 pixels as well as of all
    linear = np.sinh(SOFT_SCALE * images[..., 4:13, 4:13].double().numpy())
    weights = apertures.weights.detach().double().numpy().reshape(2, 3, 9, 9)
    sums = np.einsum("fcyx,cayx->fca", linear, weights)
    np.testing.assert_allclose(found, np.arcsinh(sums).reshape(4, 6) / SOFT_SCALE, rtol=1e-4)


def test_apertures_start_as_gaussians_of_growing_width():
    profiles = Apertures(3, 2, 9).weights.detach().numpy().reshape(2, 3, 9, 9)
    np.testing.assert_array_equal(profiles[0], profiles[1])
    y, x = np.mgrid[:9, :9] - 4
    for profile, sigma in zip(profiles[0], (1.0, 1.625, 2.25), strict=True):
        np.testing.assert_allclose(profile, np.exp(-(x**2 + y**2) / 2 / sigma**2), rtol=1e-5)


def test_a_zoom_reads_its_centre_alone_and_averages_it_down(images):
    wide = encoder(16)
    averaged = F.avg_pool2d(images, 2)
    torch.testing.assert_close(wide(images), encoder(8)(averaged))
    outside = images.clone()
    outside[..., :4, :] = outside[..., :, 12:] = 99.0
    torch.testing.assert_close(encoder(8)(outside), encoder(8)(images))
    assert not torch.allclose(wide(outside), wide(images))


def test_other_frames_change_nothing_and_maps_are_counted(images):
    one = encoder(16)
    torch.testing.assert_close(one(images[2:3]), one(images)[2:3])
    # 8 + 2·4 maps, halved between blocks, and 4 more; the mean and the centre of each
    assert one.maps == 12
    assert one(images).shape == (4, 24)


def test_a_dense_layer_keeps_the_maps_it_was_given():
    maps = torch.randn(2, 8, 5, 5)
    found = DenseLayer(8, 3)(maps)
    assert found.shape == (2, 11, 5, 5)
    torch.testing.assert_close(found[:, :8], maps)
