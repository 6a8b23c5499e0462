"""The frame encoder: frames do not know of each other, and light is summed linearly."""

import numpy as np
import pytest
import torch

from models.conftest import SMALL_ENCODER, untrained_encoder
from taonet.data.encoder_inputs import FRAME_PX, MOST
from taonet.errors import ConfigError
from taonet.models.frame_encoder import (
    LOG_ERRORS,
    LOG_PLACE_ERRORS,
    FieldReader,
    FrameEncoder,
    FrameEncoderConfig,
    LinearApertures,
    _as_blocks,
    _compress,
)

CENTRE = FRAME_PX // 2


def frames(n=5, *, seed=0):
    """Return frames, means and conditions of frames with a star at their centre."""
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(2, n, FRAME_PX, FRAME_PX))
    images[:, :, CENTRE, CENTRE] += 100
    return [torch.from_numpy(one).float() for one in (*images, rng.uniform(0, 1, (n, 3)))]


def test_the_company_of_a_frame_changes_nothing():
    encoder = untrained_encoder().network
    given = frames()
    with torch.inference_mode():
        together = encoder(*given).numbers()
        alone = torch.cat([encoder(*(one[i : i + 1] for one in given)).numbers() for i in range(5)])
        backwards = encoder(*(one.flip(0) for one in given)).numbers().flip(0)
    assert together.shape == (5, 10)
    torch.testing.assert_close(alone, together, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(backwards, together, rtol=1e-4, atol=1e-4)


def test_numbers_stand_in_the_order_in_which_encodings_take_them():
    with torch.inference_mode():
        encoding = untrained_encoder().network(*frames())
    numbers = encoding.numbers()
    columns = [encoding.flux, encoding.log_error.exp(), encoding.log_ratio, encoding.seeing]
    columns += [*encoding.place.T, encoding.log_place_error.exp()]
    torch.testing.assert_close(numbers[:, :7], torch.stack(columns, dim=1))
    torch.testing.assert_close(numbers[:, 7:], encoding.host)


@pytest.mark.parametrize("level", [0.0, MOST, -MOST])
def test_frames_as_bright_as_can_be_give_finite_numbers_and_gradients(level):
    encoder = untrained_encoder().network
    given = [torch.full((2, FRAME_PX, FRAME_PX), level)] * 2
    encoding = encoder(*given, torch.zeros(2, 3))
    assert encoding.numbers().isfinite().all()
    for log_error, (low, high) in (
        (encoding.log_error, LOG_ERRORS),
        (encoding.log_place_error, LOG_PLACE_ERRORS),
    ):
        assert ((low <= log_error) & (log_error <= high)).all()
    encoding.numbers().sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in encoder.parameters())


def test_every_weight_learns():
    encoder = untrained_encoder().network
    encoder(*frames()).numbers().square().sum().backward()
    idle = [n for n, p in encoder.named_parameters() if p.grad is None or not p.grad.any()]
    assert idle == []


def test_apertures_sum_linear_pixels_around_the_centre():
    apertures = LinearApertures(24, 17)
    images = frames()[0]
    weights = apertures.weights.detach().reshape(24, 17, 17).double().numpy()
    middle = images[:, CENTRE - 8 : CENTRE + 9, CENTRE - 8 : CENTRE + 9].double().numpy()
    expected = np.einsum("fyx,ayx->fa", middle, weights)
    found = apertures(images).detach()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(apertures(7 * images).detach(), 7 * found)
    np.testing.assert_allclose(np.square(weights).sum(axis=(1, 2)), 1, rtol=1e-5)


@pytest.mark.parametrize(("apertures", "side"), [(4, 3), (8, 5), (8, 9), (30, 33)])
def test_apertures_of_any_size_start_with_weights_of_unit_length(apertures, side):
    weights = LinearApertures(apertures, side).weights
    assert weights.shape == (apertures, side**2)
    torch.testing.assert_close(weights.norm(dim=1), torch.ones(apertures))


def test_the_object_itself_does_not_tell_how_transparent_a_frame_is():
    torch.manual_seed(0)
    reader = FieldReader(3, 2, 8)
    images, _, conditions = frames()
    brighter = images.clone()
    brighter[:, CENTRE - 1 : CENTRE + 1, CENTRE - 1 : CENTRE + 1] += 1e4
    elsewhere = images.clone()
    elsewhere[:, 10:12, 10:12] += 1e4
    described = []
    for one in (images, brighter, elsewhere):
        both = torch.cat([one, images])
        linear = 4 * torch.nn.functional.avg_pool2d(both, 2)
        described.append(reader(_as_blocks(_compress(both)), linear, conditions).detach())
    torch.testing.assert_close(described[1], described[0], rtol=1e-3, atol=1e-4)
    assert not torch.allclose(described[2], described[0], rtol=1e-2)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ({"apertures": 3}, "apertures"),
        ({"aperture_px": 16}, "aperture_px"),
        ({"aperture_px": 65}, "aperture_px"),
        ({"aperture_px": 1}, "aperture_px"),
        ({"centre_px": 22}, "centre_px"),
        ({"centre_px": 68}, "centre_px"),
    ],
)
def test_sizes_that_cannot_be_are_refused(sizes, words):
    with pytest.raises(ConfigError, match=words):
        FrameEncoderConfig(**sizes)


def test_the_usual_sizes_are_those_that_the_card_states():
    weights = sum(p.numel() for p in FrameEncoder(FrameEncoderConfig()).parameters())
    assert 5e4 < weights < 2e5
    assert sum(p.numel() for p in FrameEncoder(SMALL_ENCODER).parameters()) < 2e4
