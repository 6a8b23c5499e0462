"""Whether sequences lie in the domain of a model: said once for each kind of misfit."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from taonet.data.reading import Reading
from taonet.io.tally import Tally
from taonet.markup import count_words
from taonet.models.bundle import Bundle
from taonet.models.coverage import Coverage, coverage_of
from taonet.models.domain import Domain, Range, range_words
from taonet.sky.sequence import ImageSequence

MOST_STRETCH: Final = 0.2
"""Pixels may be larger or smaller by such a share."""

MOST_TIMES: Final = 2.0
"""Sequences may have so many times the epochs of the longest, or last so many times as long; half
the epochs of the shortest are too few by the same measure."""

MOST_DEPTH_MAG: Final = 1.0
"""Frames may be so much deeper or shallower."""

Value = float | str | None


def scale_misfit(coverage: Coverage, domain: Domain) -> Value:
    """Return the side of a pixel, if it is another; None also where one of them is unknown."""
    ours, theirs = domain.pixel_scale_arcsec, coverage.pixel_scale_arcsec
    if ours is None or np.isnan(theirs) or abs(theirs / ours - 1) <= MOST_STRETCH:
        return None
    return theirs


def band_misfit(coverage: Coverage, domain: Domain) -> Value:
    """Return the bands that are none of the model's, if both are named."""
    others = [band for band in coverage.bands if band not in domain.bands]
    return " ".join(others) or None if domain.bands else None


def late_misfit(coverage: Coverage, domain: Domain) -> Value:
    """Return the number of epochs that come too late to be read."""
    return None if domain.mjd_max is None else coverage.n_late or None


def count_misfit(coverage: Coverage, domain: Domain) -> Value:
    """Return the number of epochs, if it is far from any that was learnt from."""
    n = coverage.n_epochs
    if not n or _is_within(n, domain.n_epochs, 1 / MOST_TIMES, MOST_TIMES):
        return None
    return n


def span_misfit(coverage: Coverage, domain: Domain) -> Value:
    """Return the days from first to last epoch, if they are far more than were learnt from."""
    days = coverage.span_days
    return None if _is_within(days, domain.span_days, 0.0, MOST_TIMES) else days


def depth_misfit(coverage: Coverage, domain: Domain) -> Value:
    """Return the depth of the frames in magnitudes, if it is another."""
    depth = coverage.depth_mag
    if domain.depth_mag is None or np.isnan(depth):
        return None
    low, high = domain.depth_mag
    return None if low - MOST_DEPTH_MAG <= depth <= high + MOST_DEPTH_MAG else depth


def zero_point_misfit(coverage: Coverage, domain: Domain) -> Value:
    """Return a word, if no zero point is stated and the model always knew them."""
    return "none" if domain.zero_points == 1 and coverage.zero_points == 0 else None


def _is_within(value: float, ends: Range | None, shrink: float, stretch: float) -> bool:
    """Return whether a number lies between stretched ends, or one of them is unknown."""
    if ends is None or np.isnan(value):
        return True
    return bool(ends[0] * shrink <= value <= ends[1] * stretch)


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """A kind of misfit.

    Parameters
    ----------
    find : function
        Returns what does not fit of an object; None where nothing does, or too little is known.
    met : str
        What the objects have, with a place for that.
    learnt : function
        What the model did instead, from its domain.
    only_measured : bool
        It concerns models only that measure the object in each frame.
    """

    find: Callable[[Coverage, Domain], Value]
    met: str
    learnt: Callable[[Domain], str]
    only_measured: bool = False


MISFITS: Final = (
    Misfit(
        find=scale_misfit,
        met="pixels of {} arcsec",
        learnt=lambda domain: f"learnt from {domain.pixel_scale_arcsec:g}",
    ),
    Misfit(
        find=band_misfit,
        met="epochs in {}",
        learnt=lambda domain: f"learnt from {' '.join(domain.bands)}",
    ),
    Misfit(
        find=late_misfit,
        met="{} epochs too late",
        learnt=lambda domain: f"reads none from MJD {domain.mjd_max:g} on",
    ),
    Misfit(
        find=count_misfit,
        met="{} epochs to read",
        learnt=lambda domain: f"learnt from {range_words(domain.n_epochs)}",
    ),
    Misfit(
        find=span_misfit,
        met="epochs over {} days",
        learnt=lambda domain: f"learnt from {range_words(domain.span_days, digits=1)}",
    ),
    Misfit(
        find=depth_misfit,
        met="frames as deep as {} mag",
        learnt=lambda domain: f"learnt from {range_words(domain.depth_mag, digits=1)}",
    ),
    Misfit(
        find=zero_point_misfit,
        met="no zero points",
        learnt=lambda _: "was always told them",
        only_measured=True,
    ),
)
"""In the order in which they are said."""


@dataclass(kw_only=True)
class DomainCheck:
    """Counts the objects that do not fit a model, by kind.

    Parameters
    ----------
    name, domain, reading
        Of the model.
    objects : int
        Those that were looked at.
    met : dict
        By kind, what was met of each object that does not fit.

    Examples
    --------
    >>> import taonet
    >>> from taonet.models.load import load_model
    >>> check = DomainCheck.of(load_model("hits-sim"))
    >>> check.add(taonet.simulate("tiny", 1, seed=1)[0])
    >>> print(check.lines[0])
    1 of 1 object has pixels of 2.5 arcsec; hits-sim learnt from 0.27
    """

    name: str
    domain: Domain
    reading: Reading
    objects: int = 0
    met: dict[Misfit, list[float | str]] = field(default_factory=dict)

    @classmethod
    def of(cls, bundle: Bundle) -> "DomainCheck":
        """Return the check for a network."""
        return cls(name=bundle.name, domain=bundle.domain, reading=bundle.reading)

    def add(self, sequence: ImageSequence) -> None:
        """Look at a sequence."""
        coverage = coverage_of(sequence, self.reading)
        self.objects += 1
        for misfit in MISFITS:
            value = misfit.find(coverage, self.domain)
            if value is not None and (self.reading.measured or not misfit.only_measured):
                self.met.setdefault(misfit, []).append(value)

    @property
    def lines(self) -> list[str]:
        """A sentence for each kind of misfit."""
        return [self._line(misfit) for misfit in MISFITS if misfit in self.met]

    def _line(self, misfit: Misfit) -> str:
        met = self.met[misfit]
        have = "has" if len(met) == 1 else "have"
        objects = count_words(self.objects, "object")
        theirs = misfit.met.format(_values_words(met))
        return f"{len(met)} of {objects} {have} {theirs}; {self.name} {misfit.learnt(self.domain)}"


def _values_words(values: Sequence[float | str]) -> str:
    """Return numbers as their range, words each once."""
    numbers = [value for value in values if not isinstance(value, str)]
    if numbers:
        return " to ".join(dict.fromkeys(f"{end:.4g}" for end in (min(numbers), max(numbers))))
    return " ".join(sorted({word for value in values for word in str(value).split()}))


def check_domain(
    bundle: Bundle, sequences: Iterable[ImageSequence], tally: Tally
) -> Iterator[ImageSequence]:
    """Pass on sequences; after the last of them, note what does not fit the network's domain."""
    check = DomainCheck.of(bundle)
    for sequence in sequences:
        check.add(sequence)
        yield sequence
    tally.remarks.update(dict.fromkeys(check.lines, 1))
