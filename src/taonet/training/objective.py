"""What training asks of the network: be right after every epoch, and surer with each."""

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from taonet.data.batches import Batch
from taonet.models.taonet import TaoNet


def answer_loss(
    logits: Float[Tensor, "object epoch class"], batch: Batch, *, label_smoothing: float = 0.0
) -> Float[Tensor, ""]:
    """Return the cross-entropy of the answers, averaged over objects.

    Within an object the answer after epoch k weighs in proportion to k: the last answers count
    most, and the first ones still count.
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
    """Return how much the corrected apertures wander, as a mean absolute deviation.

    Most of what all apertures do together is weather. Asking the correction (and only the
    correction) to make sequences steady teaches it the weather without a label; variable
    objects are outliers that an absolute deviation forgives.
    """
    sums, correction = network.measure(batch.images, batch.conditions)
    corrected = batch.pad(sums.detach() + correction)
    seen = batch.seen[..., None]
    mean = corrected.sum(dim=1, keepdim=True) / seen.sum(dim=1, keepdim=True)
    return ((corrected - mean).abs() * seen).sum() / (seen.sum() * corrected.shape[-1])
