"""What a block of epochs measured of objects, as weights: what was not measured has none."""

from dataclasses import dataclass
from typing import Final

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from taonet.data.epoch_photometry import UNMEASURED
from taonet.models.flux_memory import LEAST_ERROR, STEADY
from taonet.models.light_memory import UNPLACED

LEAST_PLACE_ERROR: Final = 0.03
"""Pixels; smaller errors count as this."""

SOFT: Final = 3.0
"""Brings compressed fluxes, and logarithms, to order one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MeasuredEpochs:
    """What each epoch of a block measured: tensors (object, epoch), float64.

    Parameters
    ----------
    flux, error : Tensor
        In units of the usual noise, the error with the scatter of a constant star; 0 and 1 where
        not measured.
    measured : Tensor
        1 or 0.
    x, y, place_weight : Tensor
        Where the epoch saw the object, in pixels, and one over the squared error; 0 if it did not.
    days : Tensor
        Since the epoch before.
    new_night : Tensor, bool
    """

    flux: Float[Tensor, "object epoch"]
    error: Float[Tensor, "object epoch"]
    measured: Float[Tensor, "object epoch"]
    x: Float[Tensor, "object epoch"]
    y: Float[Tensor, "object epoch"]
    place_weight: Float[Tensor, "object epoch"]
    days: Float[Tensor, "object epoch"]
    new_night: Bool[Tensor, "object epoch"]

    @classmethod
    def from_light(
        cls,
        light: Float[Tensor, "object epoch light"],
        days: Float[Tensor, "object epoch"],
        new_night: Bool[Tensor, "object epoch"],
    ) -> "MeasuredEpochs":
        """Take light as `taonet.data.epoch_photometry.EpochPhotometry.light` gives it."""
        flux, stated, x, y, place_error = light[..., :5].double().unbind(dim=-1)
        is_measured, is_placed = stated < UNMEASURED, place_error < UNPLACED
        flux = torch.where(is_measured, flux, 0.0)
        variance = stated.clamp_min(LEAST_ERROR).square() + (STEADY * flux).square()
        weight = place_error.clamp_min(LEAST_PLACE_ERROR) ** -2
        return cls(
            flux=flux,
            error=torch.where(is_measured, variance, 1.0).sqrt(),
            measured=is_measured.double(),
            x=torch.where(is_placed, x, 0.0),
            y=torch.where(is_placed, y, 0.0),
            place_weight=torch.where(is_placed, weight, 0.0),
            days=days.double(),
            new_night=new_night,
        )

    @property
    def weight(self) -> Float[Tensor, "object epoch"]:
        """One over the squared error, 0 where not measured."""
        return self.measured / self.error.square()

    def numbers(self) -> Float[Tensor, "object epoch four"]:
        """Return flux, signal to noise and error, of order one, and whether they are known."""
        numbers = [
            torch.asinh(self.flux) / SOFT,
            torch.asinh(self.flux / self.error) / SOFT,
            torch.log(self.error) / SOFT,
            self.measured,
        ]
        return torch.stack(numbers, dim=-1)
