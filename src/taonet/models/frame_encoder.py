"""The frame encoder: a network that measures what lies at the centre of a frame.

It compares a frame with the mean of the frames before it. Learned filters on both, multiplied
with each other and summed under a learned mask, tell how transparent and how sharp the frame is
against the mean; two small CNNs look at the centre; and the flux is a sum of *linear* pixels under
learned apertures, whose weights depend on all that. So it measures as well a thousandth of a bright
star's light as a faint star, which pixels that went through a CNN do not.

It is taught by simulated truth and by planted stars (`taonet.training.encoder_loop`); nothing in it
fits a PSF.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from taonet.data.encoder_inputs import CONDITIONS, FRAME_PX
from taonet.errors import ConfigError
from taonet.types import Natural

SOFT: Final = 2.0
"""Compressed pixels are divided by this, to be of order one."""

HALF_PX: Final = FRAME_PX // 2
"""Side of a frame in blocks of two pixels by two, which are read as four channels."""

HOLE_PX: Final = 6.0
"""The object itself, so near the centre, does not tell how transparent a frame is."""

LEAST_POWER: Final = 1e-3

LOG_ERRORS: Final = (-2.0, 8.0)
"""Range of the logarithm of the error of a flux, in units of the noise of a pixel."""

LOG_PLACE_ERRORS: Final = (-4.0, 1.0)
"""Range of the logarithm of the error of a place, in pixels."""

LOOKS: Final = 3
"""Sums of pixels that the CNN is told of besides: bright objects are beyond what it sees."""

RING: Final = 0.75
"""Inner radius of the ring, in units of half the side of an aperture."""

USUAL_APERTURE: Final = 3
"""A Gaussian about as wide as stars are."""


@dataclass(frozen=True, kw_only=True)
class FrameEncoderConfig:
    """Sizes of the frame encoder.

    Parameters
    ----------
    filters : int
        Learned filters on the whole frame.
    gates : int
        Learned choices of pixels of the mean, in which the light of both is compared.
    apertures : int
        Learned apertures, the first of which start as Gaussians of growing width; at least 4.
    aperture_px : int
        Side of the square that an aperture spans; odd.
    centre_px : int
        Side of the centre that the CNNs see; a multiple of 4.
    maps : tuple of int
        Feature maps of the three convolutions on the centre.
    width : int
        Units of what describes field and mean.
    """

    filters: Natural = 8
    gates: Natural = 8
    apertures: Natural = 24
    aperture_px: Natural = 17
    centre_px: Natural = 24
    maps: tuple[Natural, Natural, Natural] = (24, 32, 48)
    width: Natural = 64

    def __post_init__(self) -> None:
        if self.apertures <= USUAL_APERTURE:
            what, do = "too few apertures", f"give at least {USUAL_APERTURE + 1}"
            raise ConfigError(what, where="model.apertures", got=self.apertures, do=do)
        if self.aperture_px % 2 == 0 or not 3 <= self.aperture_px < FRAME_PX:
            what = f"the side of an aperture is odd, and from 3 to {FRAME_PX - 1}"
            raise ConfigError(what, where="model.aperture_px", got=self.aperture_px)
        if self.centre_px % 4 or self.centre_px > FRAME_PX:
            what = f"the side of the centre is a multiple of 4, and at most {FRAME_PX}"
            raise ConfigError(what, where="model.centre_px", got=self.centre_px)


class Encoding(NamedTuple):
    """What the encoder says of each frame.

    ``flux`` (frame,) in units of the usual noise, at the zero point of the mean before the frame;
    ``log_error`` (frame,); ``log_ratio`` (frame,), of the transparency to that of the mean;
    ``seeing`` (frame,), logarithm of the width of stars relative to the usual one; ``place``
    (frame, 2) x and y from the centre, in pixels; ``log_place_error`` (frame,); ``host``
    (frame, 3) light, size and distance of a host, see `taonet.data.frame_encodings`.
    """

    flux: Float[Tensor, " frame"]
    log_error: Float[Tensor, " frame"]
    log_ratio: Float[Tensor, " frame"]
    seeing: Float[Tensor, " frame"]
    place: Float[Tensor, "frame two"]
    log_place_error: Float[Tensor, " frame"]
    host: Float[Tensor, "frame three"]

    def numbers(self) -> Float[Tensor, "frame output"]:
        """Return all of it as `taonet.data.frame_encodings.encodings_of` takes it."""
        columns = [self.flux, self.log_error.exp(), self.log_ratio, self.seeing]
        columns += [*self.place.unbind(1), self.log_place_error.exp()]
        return torch.cat([torch.stack(columns, dim=1), self.host], dim=1)


class FrameEncoder(nn.Module):
    """The whole encoder.

    Examples
    --------
    >>> encoder = FrameEncoder(FrameEncoderConfig())
    >>> frames = torch.zeros(2, 64, 64)
    >>> encoder(frames, frames, torch.zeros(2, 3)).numbers().shape
    torch.Size([2, 10])
    """

    def __init__(self, config: FrameEncoderConfig) -> None:
        super().__init__()
        self.config = config
        width, maps = config.width, config.maps
        self.field = FieldReader(config.filters, config.gates, width)
        self.apertures = LinearApertures(config.apertures, config.aperture_px)
        self.mean_centre = nn.Sequential(
            nn.Conv2d(4, 16, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.SiLU(),
        )
        self.describe_mean = nn.Sequential(nn.Linear(2 * 32, width), nn.SiLU())
        self.both_centres = nn.Sequential(
            nn.Conv2d(8, maps[0], 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(maps[0], maps[1], 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(maps[1], maps[2], 3, stride=2, padding=1),
            nn.SiLU(),
        )
        self.weigh = nn.Sequential(
            nn.Linear(2 * width, 96), nn.SiLU(), _usual_aperture_first(96, config.apertures)
        )
        self.describe = nn.Sequential(
            nn.Linear(2 * maps[2] + 2 * width + LOOKS, 96), nn.SiLU(), nn.Linear(96, 9)
        )

    @property
    def device(self) -> torch.device:
        """Where the encoder is, and where what it reads must be."""
        return next(self.parameters()).device

    def forward(
        self,
        frames: Float[Tensor, "frame y x"],
        means: Float[Tensor, "frame y x"],
        conditions: Float[Tensor, "frame three"],
    ) -> Encoding:
        """Encode frames, whatever sequence they belong to.

        Parameters
        ----------
        frames, means, conditions : Tensor
            As `taonet.data.encoder_inputs.EncoderInputs` has them.
        """
        n = len(frames)
        both = torch.cat([frames, means])
        pixels = _as_blocks(both)
        blocks, linear = _compress(pixels), pixels.sum(1)
        centres = _middle(blocks, self.config.centre_px // 2)
        mean = self.describe_mean(_mean_and_centre(self.mean_centre(centres[n:])))
        seen_through = torch.cat([self.field(blocks, linear, conditions), mean], dim=1)
        sums = self.apertures(both)
        of_frame, of_mean = sums[:n], sums[n:]
        flux = (self.weigh(seen_through) * torch.cat([of_frame, of_mean], dim=1)).sum(1)
        maps = self.both_centres(torch.cat([centres[:n], centres[n:]], dim=1))
        looks = [flux, of_frame[:, USUAL_APERTURE], of_mean[:, USUAL_APERTURE]]
        bright = _compress(torch.stack(looks, dim=1).detach())
        described = self.describe(torch.cat([_mean_and_centre(maps), seen_through, bright], dim=1))
        log_error, log_ratio, seeing, x, y, log_place_error = described[:, :6].unbind(1)
        return Encoding(
            flux=flux,
            log_error=log_error.clamp(*LOG_ERRORS),
            log_ratio=log_ratio,
            seeing=seeing,
            place=torch.stack([x, y], dim=1),
            log_place_error=log_place_error.clamp(*LOG_PLACE_ERRORS),
            host=described[:, 6:],
        )


class FieldReader(nn.Module):
    """How a frame compares with the mean before it, by all that is around the object."""

    outside: Tensor

    def __init__(self, filters: int, gates: int, width: int) -> None:
        super().__init__()
        self.filter = nn.Conv2d(4, filters, 3, padding=1, bias=False)
        self.gate = _open_where_bright(gates)
        self.mask = nn.Parameter(torch.zeros(HALF_PX, HALF_PX))
        axis = 2 * torch.arange(HALF_PX) - (HALF_PX - 0.5)
        outside = torch.hypot(axis[:, None], axis[None, :]) > HOLE_PX
        self.register_buffer("outside", outside.float(), persistent=False)
        self.describe = nn.Sequential(
            nn.Linear(5 * filters + 2 * gates + 2 + CONDITIONS, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
        )

    def forward(
        self,
        blocks: Float[Tensor, "both four y x"],
        linear: Float[Tensor, "both y x"],
        conditions: Float[Tensor, "frame three"],
    ) -> Float[Tensor, "frame number"]:
        """Describe frames, the first half of ``blocks``, beside means, the second.

        ``linear`` is the light in each block of pixels.
        """
        numbers = [*self._multiply_filters(blocks), *self._compare_light(blocks, linear)]
        described: Tensor = self.describe(torch.cat([*numbers, conditions], dim=1))
        return described

    def _compare_light(
        self, blocks: Float[Tensor, "both four y x"], linear: Float[Tensor, "both y x"]
    ) -> list[Tensor]:
        """Return how the light of frame and mean compare where the mean opens each gate."""
        n = len(blocks) // 2
        opened = _by_pixel(torch.sigmoid(self.gate(blocks[n:])) * self.outside)
        of_frame, of_mean = (
            torch.bmm(light.flatten(1)[:, None, :], opened)[:, 0]
            for light in (linear[:n], linear[n:])
        )
        level = _compress(of_mean)
        return [(3 * (_compress(of_frame) - level)).clamp(-3, 3), level / 3]

    def _multiply_filters(self, blocks: Float[Tensor, "both four y x"]) -> list[Tensor]:
        """Return the powers of frame and mean after each filter, and how they go together."""
        n = len(blocks) // 2
        mask = torch.sigmoid(self.mask) * self.outside
        mask = mask / mask.sum()
        # split, not sliced: a gradient of slices is as many arrays of zeros
        frame, mean = torch.split(_by_pixel(self.filter(blocks)), n)
        weighed = mean * mask.flatten()[:, None]
        shared, before = _products(frame, weighed), _products(mean, weighed)
        power = _products(frame, frame * mask.flatten()[:, None])
        level = (blocks.mean(1) * mask).sum((1, 2)) * 5
        power, before = power + LEAST_POWER, before + LEAST_POWER
        return [
            power.log() / 3,
            before.log() / 3,
            shared / (power * before).sqrt(),
            (shared / before).clamp(-3, 3),
            (power.log() - before.log()).clamp(-3, 3),
            torch.stack([level[:n], level[n:]], dim=1),
        ]


class LinearApertures(nn.Module):
    """Learned weights of the linear pixels around the centre.

    They start as Gaussians of growing width, the derivatives of one, a plain sum and a ring.
    """

    def __init__(self, apertures: int, side: int) -> None:
        super().__init__()
        self.side = side
        axis = torch.arange(side) - side // 2.0
        y, x = torch.meshgrid(axis, axis, indexing="ij")
        radius2 = x.square() + y.square()
        star = torch.exp(-radius2 / (2 * 1.3**2))
        others = [star * x, star * y, star * (x.square() - y.square()), star * x * y]
        others += [torch.ones_like(star), (radius2 > (RING * (side // 2)) ** 2).float()]
        widths = torch.linspace(0.7, 4.0, max(apertures - len(others), 1))
        gaussians = torch.exp(-radius2 / (2 * widths[:, None, None].square()))
        shapes = torch.cat([gaussians, torch.stack(others)])[:apertures].flatten(1)
        self.weights = nn.Parameter(shapes / shapes.norm(dim=1, keepdim=True))

    def forward(self, frames: Float[Tensor, "frame y x"]) -> Float[Tensor, "frame aperture"]:
        """Return the sum under each aperture."""
        return _middle(frames, self.side).flatten(1) @ self.weights.T


def _by_pixel(maps: Float[Tensor, "frame map y x"]) -> Float[Tensor, "frame pixel map"]:
    """Return maps with the maps last, as they lie in memory: nothing is copied."""
    return maps.permute(0, 2, 3, 1).flatten(1, 2)


def _products(
    one: Float[Tensor, "frame pixel map"], other: Float[Tensor, "frame pixel map"]
) -> Float[Tensor, "frame map"]:
    """Return the sum over pixels of each map of one times the same map of the other."""
    return (one * other).sum(1)


def _open_where_bright(gates: int) -> nn.Conv2d:
    """Return filters that begin by opening where light is, each at another level."""
    gate = nn.Conv2d(4, gates, 3, padding=1)
    with torch.no_grad():
        gate.weight.mul_(0.3).add_(0.1)
        gate.bias.copy_(-torch.linspace(1.0, 6.0, gates))  # type: ignore[union-attr]
    return gate


def _usual_aperture_first(width: int, apertures: int) -> nn.Linear:
    """Return a layer that begins by taking the sum under one aperture of the frame."""
    weigh = nn.Linear(width, 2 * apertures)
    with torch.no_grad():
        weigh.weight.mul_(0.1)
        weigh.bias.zero_()
        weigh.bias[USUAL_APERTURE] = 2.0
    return weigh


def _compress(values: Tensor) -> Tensor:
    """Return ``sign(x) · log(1 + |x|) / SOFT``: faint light as it is, bright in magnitudes."""
    return torch.copysign(torch.log1p(values.abs()), values) / SOFT


def _as_blocks(frames: Float[Tensor, "frame y x"]) -> Float[Tensor, "frame four Y X"]:
    blocks = F.pixel_unshuffle(frames[:, None], 2)
    return blocks.contiguous(memory_format=torch.channels_last)


def _middle(frames: Float[Tensor, "*frame y x"], side: int) -> Float[Tensor, "*frame side side"]:
    """Return the square around the pixel at half the side."""
    first = frames.shape[-1] // 2 - side // 2
    return frames[..., first : first + side, first : first + side]


def _mean_and_centre(maps: Float[Tensor, "frame map y x"]) -> Float[Tensor, "frame twice"]:
    middle = _middle(maps, 2)
    return torch.cat([maps.mean((2, 3)), middle.mean((2, 3))], dim=1)
