"""Sums over epochs that fade as exp(−t/τ), with time constants that are learnt.

A sum is never divided by its fading: what was there an age ago is exp(−age/τ) of what it was, at
worst zero. So gaps of years and a thousand epochs do no harm.
"""

from typing import Final

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from taonet.models.device import double_device

FIRST_DAYS: Final = (0.5, 2.0, 8.0, 30.0, 120.0, 500.0, 2000.0)
"""Time constants that learning starts from; one more, the last, is infinite and stays so."""

PACES: Final = len(FIRST_DAYS) + 1
"""Time constants, the infinite one included."""


class TimeConstants(nn.Module):
    """Learnt time constants, at first those of `FIRST_DAYS`, and infinite ones.

    What is learnt is by how much each logarithm is shifted, so that weight decay draws a time
    constant to where it began, and not to one day.

    Parameters
    ----------
    copies : int
        How many there are of each at first.
    """

    def __init__(self, copies: int = 1) -> None:
        super().__init__()
        self.copies = copies
        self.log_shift = nn.Parameter(torch.zeros(copies * len(FIRST_DAYS)))

    def rates(self) -> Float[Tensor, " rate"]:
        """Return 1/τ a day, float64; those of infinite time constants, 0, are the last ones."""
        shift = self.log_shift.to(double_device(self.log_shift.device)).double()
        first = shift.new_tensor(FIRST_DAYS).repeat(self.copies)
        return torch.cat([torch.exp(-shift) / first, shift.new_zeros(self.copies)])


def sums_at_dusk(
    sums: Float[Tensor, "object epoch *number"],
    days: Float[Tensor, "object epoch"],
    new_night: Bool[Tensor, "object epoch"],
    before: tuple[Float[Tensor, "object *number"], Float[Tensor, "object *number"]],
) -> tuple[Float[Tensor, "object epoch *number"], Float[Tensor, "object epoch"]]:
    """Return the sums at the end of the night before each epoch's, and the days since.

    Parameters
    ----------
    sums : Tensor (object, epoch, …)
        After each epoch of a block.
    days : Tensor (object, epoch)
        Since the epoch before, float64.
    new_night : Tensor (object, epoch)
    before : (Tensor, Tensor)
        The sums at the last epoch before the block; and those at the dusk before that, as they had
        faded until then.
    """
    now, dusk = before
    # at 0 the dusk before the block, at k what was before the block's k-th epoch
    earlier = torch.cat([dusk[:, None], now[:, None], sums[:, :-1]], dim=1)
    place = torch.arange(1, days.shape[1] + 1, device=days.device).expand_as(new_night)
    began = torch.where(new_night, place, 0).cummax(dim=1).values
    elapsed = days.cumsum(dim=1)
    since = elapsed - nn.functional.pad(elapsed, (2, -1)).gather(1, began)
    chosen = began.reshape(*began.shape, *[1] * (earlier.dim() - 2))
    return earlier.gather(1, chosen.expand(-1, -1, *earlier.shape[2:])), since


def sum_leaky(
    terms: Float[Tensor, "object epoch ..."],
    share: Float[Tensor, "object epoch ..."],
    before: Float[Tensor, "object *number"],
) -> Float[Tensor, "object epoch *number"]:
    """Return what sums amount to after each epoch: its share of what was there, and its terms.

    Parameters
    ----------
    terms, share : Tensor (object, epoch, …)
        Axes of one element stand for all.
    before : Tensor (object, …)
        The sums before the first epoch.

    Examples
    --------
    >>> sum_leaky(torch.ones(1, 3), torch.full((1, 3), 0.5), torch.zeros(1)).tolist()
    [[1.0, 1.5, 1.75]]
    """
    sums = []
    for new, left in zip(terms.unbind(dim=1), share.unbind(dim=1), strict=True):
        before = torch.addcmul(new, left, before)
        sums.append(before)
    return torch.stack(sums, dim=1)
