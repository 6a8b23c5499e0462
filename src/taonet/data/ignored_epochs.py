"""The epochs of a sequence that a network does not read, and why; in words for its answers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True, kw_only=True, eq=False)
class IgnoredEpochs:
    """Epochs that are not read, in time order.

    Parameters
    ----------
    mjd : array (ignored,)
    reasons : tuple of str
        Of each the first that applies, in a few words.
    """

    mjd: Float[np.ndarray, " ignored"]
    reasons: tuple[str, ...]

    def known_by(self, mjd_last: Float[np.ndarray, " row"]) -> Int[np.ndarray, " row"]:
        """Return how many of them belong to each answer.

        Those of up to the answer's last epoch; to the last answer also those after it, since no
        later answer will tell of them.

        Parameters
        ----------
        mjd_last : array (row,)
            MJD of the last epoch that each answer knew, in time order.
        """
        counts = np.searchsorted(self.mjd, mjd_last, side="right")
        counts[-1:] = len(self.mjd)
        return counts

    def in_words(self, counts: Int[np.ndarray, " row"]) -> list[str | None]:
        """Return the reasons of the first so many, with their numbers; None where there are none.

        Examples
        --------
        >>> some = IgnoredEpochs(mjd=np.array([1.0, 2.0, 3.0]), reasons=("blank", "late", "late"))
        >>> some.in_words(np.array([0, 1, 3]))
        [None, 'blank: 1', 'blank: 1; late: 2']
        """
        texts = {n: _reasons_words(Counter(self.reasons[:n])) for n in set(counts.tolist())}
        return [texts[n] for n in counts.tolist()]


NOTHING_IGNORED = IgnoredEpochs(mjd=np.zeros(0), reasons=())


def _reasons_words(counts: Mapping[str, int]) -> str | None:
    return "; ".join(f"{reason}: {n}" for reason, n in counts.items()) or None
