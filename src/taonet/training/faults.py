"""Why a loss is not finite: bad input numbers of an object, or diverged weights."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from taonet.data.batches import Batch
from taonet.errors import InputError, TaoNetError


def loss_error(
    batch: Batch, logits: Float[Tensor, "object epoch class"], *, step: int
) -> TaoNetError:
    """Return the error that says why the loss of a batch is not finite.

    Parameters
    ----------
    logits : Tensor (object, epoch, class)
        The network's output.
    step : int
        Number of the step of training, from 1.

    Returns
    -------
    InputError
        Names the object and the epoch, if its input numbers are the cause.
    TaoNetError
        Advises a lower learning rate, if all input numbers are finite.
    """
    batch, logits = batch.to(torch.device("cpu")), logits.cpu()
    readable = readable_frames(batch)
    if not readable.all():
        return _object_error("what is read of an object is not finite", batch, readable)
    answers = logits[batch.seen].isfinite().all(dim=1)
    answered = [bool(own.all()) for own in torch.split(answers, batch.n_epochs.tolist())]
    if any(answered) and not all(answered):
        return _object_error("what is read of an object is too large to answer", batch, answers)
    return divergence_error(step)


def divergence_error(step: int) -> TaoNetError:
    """Return the error about weights that have diverged."""
    return TaoNetError(
        "the loss is not finite, although all that was read is",
        where=f"step {step} of training",
        do="lower training.learning_rate",
    )


def readable_frames(batch: Batch) -> Bool[Tensor, " frame"]:
    """Return which frames of a batch hold finite numbers only."""
    good = torch.ones_like(batch.days, dtype=torch.bool)
    for values in (batch.images, batch.conditions, batch.light, batch.days):
        good &= values.reshape(len(good), -1).isfinite().all(dim=1)
    looks = batch.deep.reshape(len(batch.deep), -1).isfinite().all(dim=1)
    return good & looks[batch.deep_of]


def _object_error(what: str, batch: Batch, good: Bool[Tensor, " frame"]) -> InputError:
    owner = torch.arange(len(batch.n_epochs)).repeat_interleave(batch.n_epochs)
    bad = (~good).nonzero().flatten().tolist()
    others = len({int(owner[i]) for i in bad}) - 1
    more = f", and in {others} more objects" if others else ""
    return InputError(
        what,
        where=f"object {batch.object_id[int(owner[bad[0]])]}",
        got=f"at the epoch of MJD {batch.mjd[bad[0]]:.5f}{more}",
        do="look at its frames, or leave it out",
    )
