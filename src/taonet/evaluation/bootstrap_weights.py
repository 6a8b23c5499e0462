"""The draws of each resample: the weight of each object, and unseen objects.

From tested objects alone, a class without an error would have no interval. So each resample also
holds half an unseen object that is answered right and half one that is answered wrong, as
Jeffreys' prior for a share does (Brown, Cai & DasGupta 2001, Stat. Sci. 16,
101).
A score of one class has these halves to itself. A mean over classes has them once in all: half an
error in every class would lower the mean by more than its own scatter.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float, Int

_CHUNK = 2_000_000  # weights held at once: 16 MB

_FEW = 100
"""Classes smaller than this are drawn wider; see `_shapes`."""

_LEAST_SHAPE = 1 / 3

_ALIKE = 0.25
"""Share of the unseen that two methods answer alike; with half, differences hold too rarely."""


@dataclass(frozen=True, kw_only=True, eq=False)
class UnseenObjects:
    """Unseen objects, in numbers of objects; 0 for what a sample itself scores.

    Parameters
    ----------
    right, missed, wrong : array (resample, class)
        Of a class and answered so; of it and answered otherwise; of another and answered so. For
        scores of the class itself.
    mean_right, mean_missed, mean_wrong : array (resample, class)
        The same for means over classes.
    all_right, all_missed : array (resample,)
        The same for scores over all objects, whatever their class.
    """

    right: Float[np.ndarray, "resample class"]
    missed: Float[np.ndarray, "resample class"]
    wrong: Float[np.ndarray, "resample class"]
    mean_right: Float[np.ndarray, "resample class"]
    mean_missed: Float[np.ndarray, "resample class"]
    mean_wrong: Float[np.ndarray, "resample class"]
    all_right: Float[np.ndarray, " resample"]
    all_missed: Float[np.ndarray, " resample"]

    @classmethod
    def empty(cls, n_classes: int) -> "UnseenObjects":
        """Return what stands beside a sample that is scored as it is."""
        flat = ("all_right", "all_missed")
        names = [field.name for field in fields(cls)]
        return cls(**{n: np.zeros(1 if n in flat else (1, n_classes)) for n in names})

    def part(self, start: int, stop: int) -> "UnseenObjects":
        """Return some of the resamples."""
        names = [field.name for field in fields(self)]
        return UnseenObjects(**{name: getattr(self, name)[start:stop] for name in names})


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """Objects and the groups that they were sampled in.

    Parameters
    ----------
    truth : array (object,)
        True labels.
    groups : array (object,)
        Objects of one group were sampled together: numbered from 0 on by first appearance.
    n_classes : int
    """

    truth: Int[np.ndarray, " object"]
    groups: Int[np.ndarray, " object"]
    n_classes: int

    @property
    def mean_group_size(self) -> Float[np.ndarray, " class"]:
        """Mean size of the group that an object of each class is in (Kish 1965)."""
        places, size = np.unique(self.groups * self.n_classes + self.truth, return_counts=True)
        label = places % self.n_classes
        squares = np.bincount(label, size.astype(np.float64) ** 2, self.n_classes)
        return np.asarray(squares / np.maximum(np.bincount(label, size, self.n_classes), 1))

    @property
    def effective_size(self) -> Float[np.ndarray, " class"]:
        """Number of independent objects that those of each class are worth."""
        count = np.bincount(self.truth, minlength=self.n_classes)
        return np.asarray(count / np.maximum(self.mean_group_size, 1))

    def weights(
        self, n_resamples: int, *, seed: int
    ) -> Iterator[Float[np.ndarray, "resample object"]]:
        """Yield how much each object counts in each resample, in chunks of bounded memory.

        Weights of groups are exponential (the Bayesian bootstrap: Rubin 1981, Ann. Stat. 9, 130),
        so that no class is ever missing. They depend on the groups, true classes and seed alone:
        methods with the same objects are compared pair by pair.
        """
        rng = np.random.default_rng(seed)
        shape = self._shapes()
        few = np.flatnonzero(shape < 1)
        at_once = max(1, _CHUNK // len(self.truth))
        for start in range(0, n_resamples, at_once):
            n = min(at_once, n_resamples - start)
            weights = rng.standard_exponential((n, len(shape)))
            weights[:, few] = rng.standard_gamma(shape[few], (n, len(few))) / shape[few]
            yield weights if len(shape) == len(self.truth) else weights[:, self.groups]

    def resamples(
        self, n_resamples: int, unseen: UnseenObjects, *, seed: int
    ) -> Iterator[tuple[Float[np.ndarray, "resample object"], UnseenObjects]]:
        """Yield weights and what is unseen of the same resamples, in the chunks of `weights`."""
        start = 0
        for weight in self.weights(n_resamples, seed=seed):
            yield weight, unseen.part(start, start + len(weight))
            start += len(weight)

    def draw_unseen(
        self, n_resamples: int, predicted: Int[np.ndarray, "... object"], *, seed: int
    ) -> UnseenObjects:
        """Draw unseen objects, mostly by the answers of a method, some alike for all methods.

        So two methods with equal answers differ by exactly 0, and two with almost equal answers
        may differ by more than on the tested objects.

        Parameters
        ----------
        predicted : array (object,) or (run, object)
            Labels that were answered; the number of classes for no answer.
        """
        order, key = self._class_order(predicted)
        one = self.mean_group_size[order]
        # shared as the classes' own uncertainty is: an error counts 1 / n, and happens sqrt(n)
        share = np.sqrt(1 / np.maximum(self.effective_size[order], 1)) * (one > 0)
        share /= share.sum()
        counts = {}
        alike, own = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2, key])
        back = np.argsort(order)
        for name in ("right", "missed", "wrong"):
            for prefix, halves in (("", 0.5 * (one > 0)), ("mean_", 0.5 * share)):
                shape = (n_resamples, len(one))
                amounts = alike.standard_gamma(_ALIKE * halves, shape)
                amounts += own.standard_gamma((1 - _ALIKE) * halves, shape)
                counts[prefix + name] = (amounts * one)[:, back]
        all_at_once = (np.bincount(self.groups) ** 2).sum() / len(self.truth)
        for name in ("all_right", "all_missed"):
            amounts = alike.standard_gamma(_ALIKE / 2, n_resamples)
            amounts += own.standard_gamma((1 - _ALIKE) / 2, n_resamples)
            counts[name] = all_at_once * amounts
        return UnseenObjects(**counts)

    def _shapes(self) -> Float[np.ndarray, " group"]:
        """Return the shape of each group's gamma weight: 1, an exponential one, or less.

        Exponential weights of n objects scatter a mean by s² / (n + 1), where s² itself falls short
        by a share of 1 / n: too little for small classes. A shape of 1 − 2 / n makes up for both.
        """
        number = np.maximum(self.effective_size, 1)
        shape = np.where(number < _FEW, np.maximum(1 - 2 / number, _LEAST_SHAPE), 1.0)
        smallest = np.ones(int(self.groups.max()) + 1)
        np.minimum.at(smallest, self.groups, shape[self.truth])
        return smallest

    def _class_order(
        self, predicted: Int[np.ndarray, "... object"]
    ) -> tuple[Int[np.ndarray, " class"], int]:
        """Return the classes as they appear, and a number for the answers: labels do not matter."""
        none = self.n_classes
        labels = np.concatenate([self.truth, predicted.ravel(), np.arange(none)])
        labels = labels[labels < none]
        order = labels[np.sort(np.unique(labels, return_index=True)[1])]
        place = np.append(np.argsort(order), none)
        return order, zlib.crc32(place[predicted].astype(np.int64).tobytes())
