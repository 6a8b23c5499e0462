"""Layers of plain units: those that mix what is known of an epoch, and the head."""

from torch import Tensor, nn
from torch.nn import functional as F


class Mix(nn.Module):
    """All that is known of an epoch, mixed: two layers, the second beside a short cut."""

    def __init__(self, known: int, width: int, dropout: float) -> None:
        super().__init__()
        self.linear = nn.Linear(known, width)
        self.norm = nn.LayerNorm(width)
        self.second = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, known: Tensor) -> Tensor:
        """Return (…, width)."""
        first = F.silu(self.norm(self.linear(known)))
        mixed: Tensor = self.dropout(first + F.silu(self.second(first)))
        return mixed


def build_head(inputs: int, classes: int, *, width: int, dropout: float) -> nn.Module:
    """Return what turns features into logits, with a hidden layer of ``width`` units, if any."""
    if not width:
        return nn.Linear(inputs, classes)
    return nn.Sequential(
        nn.Linear(inputs, width),
        nn.SiLU(),
        nn.Dropout(dropout),
        nn.Linear(width, classes),
    )
