"""Batches: sequences of different lengths, laid end to end, never padded before the CNN."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from taonet.data.augment import VARIED, Augmentation, augment
from taonet.data.frozen_examples import freeze_example
from taonet.data.reading import Example, Reading, Sequences, example_of, find_inputs
from taonet.data.transforms import draw_epochs
from taonet.sky.taxonomy import Taxonomy


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """Sequences laid end to end.

    ``images`` (frame, channel, y, x), ``conditions`` (frame, condition), ``light`` (frame, number),
    ``days`` (frame,), ``band`` (frame,): the epochs of object 0, then of object 1, …; ``deep``
    (look, channel, y, x), ``deep_band`` (look,) and ``deep_of`` (frame,) likewise; ``n_epochs``
    (object,), ``label`` (object,). ``object_id`` and ``mjd`` (frame,) only serve to name what is
    at fault.
    """

    images: Float[Tensor, "frame channel y x"]
    deep: Float[Tensor, "look channel Y X"]
    deep_band: Int[Tensor, " look"]
    deep_of: Int[Tensor, " frame"]
    conditions: Float[Tensor, "frame condition"]
    light: Float[Tensor, "frame _"]
    days: Float[Tensor, " frame"]
    band: Int[Tensor, " frame"]
    n_epochs: Int[Tensor, " object"]
    label: Int[Tensor, " object"]
    object_id: tuple[str, ...] = ()
    mjd: tuple[float, ...] = ()

    @classmethod
    def from_examples(cls, examples: Sequence[Example]) -> "Batch":
        """Lay examples end to end."""

        def concatenate(name: str) -> Tensor:
            return torch.from_numpy(np.concatenate([getattr(e, name) for e in examples]))

        n_looks = np.array([len(e.deep) for e in examples])
        first = np.concatenate([[0], n_looks.cumsum()[:-1]])
        deep_of = [e.deep_of + start for e, start in zip(examples, first, strict=True)]
        return cls(
            **{
                name: concatenate(name) for name in ("images", "deep", "conditions", "days", "band")
            },
            light=concatenate("light").float(),
            deep_band=torch.from_numpy(np.repeat([e.band[0] for e in examples], n_looks)),
            deep_of=torch.from_numpy(np.concatenate(deep_of)),
            n_epochs=torch.tensor([len(e.days) for e in examples]),
            label=torch.tensor([e.label for e in examples]),
            object_id=tuple(e.object_id for e in examples),
            mjd=tuple(mjd for e in examples for mjd in e.mjd.tolist()),
        )

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on another device."""
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, value in values.items():
            values[name] = value.to(device) if isinstance(value, Tensor) else value
        return Batch(**values)

    @property
    def seen(self) -> Tensor:
        """(object, epoch), True where there is a real epoch."""
        longest = int(self.n_epochs.max())
        epoch = torch.arange(longest, device=self.n_epochs.device)
        return epoch[None, :] < self.n_epochs[:, None]

    def pad(self, values: Shaped[Tensor, "frame *rest"]) -> Shaped[Tensor, "object epoch *rest"]:
        """Lay one value a frame out as (object, epoch, …), zero where there is no epoch."""
        seen = self.seen
        spread = values.new_zeros(*seen.shape, *values.shape[1:])
        spread[seen] = values
        return spread


@runtime_checkable
class ExampleSource(Protocol):
    """Objects of known class that a network can be trained on, wherever their numbers come from."""

    @property
    def members(self) -> Int[np.ndarray, " object"]:
        """The objects' numbers."""
        ...

    @property
    def labels(self) -> Int[np.ndarray, " object"]:
        """Label of each member."""
        ...

    @property
    def reading(self) -> Reading:
        """How the network reads a sequence."""
        ...

    @property
    def taxonomy(self) -> Taxonomy:
        """The classes."""
        ...

    def count_epochs(self, index: int) -> int:
        """Return how many epochs of an object can be shown."""
        ...

    def load_example(
        self,
        index: int,
        reading: Reading,
        *,
        epochs: Int[np.ndarray, " shown"],
        rng: np.random.Generator,
    ) -> Example:
        """Return an object as the network reads it; ``rng`` is for what is drawn at each showing.

        Parameters
        ----------
        index : int
            Number of a member.
        reading : Reading
        epochs : array (shown,)
            Which of its epochs to show, in order.
        rng : numpy.random.Generator
        """
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingSet:
    """The objects that a network is trained on, and how they are read.

    Parameters
    ----------
    sequences : Sequences
        An archive, a list, or either with stored photometry.
    members : array (object,)
        Indices of the sequences to train on; each has a class.
    reading : Reading
    taxonomy : Taxonomy
    """

    sequences: Sequences
    members: Int[np.ndarray, " object"]
    reading: Reading
    taxonomy: Taxonomy

    @property
    def labels(self) -> Int[np.ndarray, " object"]:
        """Label of each member."""
        names = [self.sequences[i].class_name or "" for i in self.members.tolist()]
        return np.array([self.taxonomy.label(name) for name in names])

    def count_epochs(self, index: int) -> int:
        """Return how many epochs of a sequence can be read."""
        return len(self.reading.epochs_of(self.sequences[index]))

    def load_example(
        self,
        index: int,
        reading: Reading,
        *,
        epochs: Int[np.ndarray, " shown"],
        rng: np.random.Generator,  # noqa: ARG002 - what was observed is not drawn
    ) -> Example:
        """Return some epochs of a sequence as the network reads them."""
        return example_of(
            self.sequences[index],
            reading,
            taxonomy=self.taxonomy,
            epochs=epochs,
            precomputed=find_inputs(self.sequences, index),
        )


def training_batches(
    examples: ExampleSource,
    *,
    batch_size: int,
    augmentation: Augmentation,
    seed: int,
    first_step: int = 0,
) -> Iterator[Batch]:
    """Yield class-balanced, augmented batches for ever.

    The batch of step k depends on ``seed`` and k alone, so that a resumed training meets the
    batches that an uninterrupted one would have met.
    """
    labels = examples.labels
    by_class = [examples.members[labels == label] for label in np.unique(labels)]
    step = first_step
    while True:
        rng = np.random.default_rng([seed, step])
        classes = rng.permutation(batch_size) % len(by_class)
        indices = [int(rng.choice(by_class[c])) for c in classes]
        yield Batch.from_examples([_draw_example(examples, i, augmentation, rng) for i in indices])
        step += 1


def _draw_example(
    examples: ExampleSource, index: int, augmentation: Augmentation, rng: np.random.Generator
) -> Example:
    reading = examples.reading
    epochs = draw_epochs(
        examples.count_epochs(index),
        rng,
        min_epochs=augmentation.min_epochs,
        max_epochs=augmentation.max_epochs,
        whole=augmentation.whole,
        few=augmentation.few,
    )
    dimmed = augmentation.dimmed > 0 and rng.random() < augmentation.dimmed
    shown = reading.without_brightness if dimmed else reading
    example = examples.load_example(index, shown, epochs=epochs, rng=rng)
    quiet = examples.taxonomy.quiet_class
    if quiet is not None and augmentation.frozen > 0 and rng.random() < augmentation.frozen:
        softening = reading.scaling.softening
        label = examples.taxonomy.label(quiet)
        example = freeze_example(example, softening=softening, label=label, rng=rng)
    inputs = {name: getattr(example, name) for name in VARIED}
    return replace(example, **augment(inputs, augmentation, rng))
