"""The training loss: correct after every epoch, and more confident with each."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from taonet.data.batches import Batch
from taonet.models.taonet import TaoNet


def answer_loss(
    logits: Float[Tensor, "object epoch class"], batch: Batch, *, label_smoothing: float = 0.0
) -> Float[Tensor, ""]:
    """Return the cross-entropy of the predictions, averaged over objects.

    Within an object the prediction after epoch k has a weight proportional to k: the last ones
    count most, and the first ones still count.
    """
    seen = batch.seen
    label = batch.label[:, None].expand_as(seen)[seen]
    entropy = F.cross_entropy(
        logits[seen], label, reduction="none", label_smoothing=label_smoothing
    )
    weight = seen.cumsum(dim=1) * seen
    weight = weight / weight.sum(dim=1, keepdim=True)
    return (entropy * weight[seen]).sum() / len(seen)


def unsteadiness(network: TaoNet, batch: Batch) -> Float[Tensor, ""]:
    """Return how much the corrected apertures vary, as a mean absolute deviation.

    Most of the variation that all apertures share is weather. Requiring the correction to make
    sequences steady trains it on the weather without labels; variable objects are outliers, which
    an absolute deviation tolerates. The sums themselves are held, and so is the spread that the
    correction sees: apertures that learnt from this term would learn to see nothing, which is
    steadiest of all.
    """
    with torch.no_grad():
        sums = network.apertures(batch.images)
    corrected = batch.pad(sums + network.correct(sums, batch.conditions))
    seen = batch.seen[..., None]
    mean = corrected.sum(dim=1, keepdim=True) / seen.sum(dim=1, keepdim=True)
    return ((corrected - mean).abs() * seen).sum() / (seen.sum() * corrected.shape[-1])
