"""Inputs of any kind as one stream of sequences; what cannot be read is counted with a reason."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from taonet.errors import InputError
from taonet.io.lightcurve_tables import Curve, read_light_curves
from taonet.io.sources import Source, source_of
from taonet.sky.sequence import ImageSequence

Part = TypeVar("Part")
Track = Callable[[Iterable[Any], int, str], Iterable[Any]]


@dataclass
class Tally:
    """How many items were read, and why the others were not.

    Parameters
    ----------
    output : Path
        What the work was written to.
    objects, set_aside : int
    reasons : list of str
        One a set-aside item, as far as the first hundred.
    notes : list of str
        What else the user should know, one line each.
    """

    output: Path
    objects: int = 0
    set_aside: int = 0
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def put_aside(self, item: str, reason: str) -> None:
        """Count an item that could not be used."""
        self.set_aside += 1
        if len(self.reasons) < 100:
            self.reasons.append(f"{item}: {reason}" if item not in reason else reason)

    def counted(self, parts: Iterable[Part]) -> Iterator[Part]:
        """Pass on what was made of each object, counting."""
        for part in parts:
            self.objects += 1
            yield part

    def refuse_nothing(self, what: str) -> None:
        """Refuse work that came to nothing.

        Raises
        ------
        InputError
            With the first reason.
        """
        if not self.objects:
            raise InputError(what, got=self.reasons[0] if self.reasons else "no objects")

    def __str__(self) -> str:
        line = f"{self.objects} objects -> {self.output}"
        if self.set_aside:
            total = self.objects + self.set_aside
            line += f"; {self.set_aside} of {total} set aside (first: {self.reasons[0]})"
        return "\n".join([line, *self.notes])


def open_inputs(inputs: Iterable[Path]) -> list[Source]:
    """Return a source for each input.

    Raises
    ------
    InputError
        If one of them is not there or of no kind known here.
    """
    return [source_of(path) for path in inputs]


def sequences_in(
    sources: list[Source], tally: Tally, *, limit: int | None, title: str, track: Track
) -> Iterator[ImageSequence]:
    """Yield the sequences of the sources in order, counting what cannot be read.

    Raises
    ------
    InputError
        If the only item there was cannot be read.
    """
    total = sum(source.count for source in sources)
    total = total if limit is None else min(limit, total)
    items = (found for source in sources for found in source.read(frozenset()))
    for found in track(islice(items, total), total, title):
        if found.sequence is not None:
            yield found.sequence
        elif total == 1:
            raise InputError(found.reason)
        else:
            tally.put_aside(found.item, found.reason)


def tallied_curves(
    path: Path, tally: Tally, *, limit: int | None = None
) -> tuple[Sequence[Curve], int]:
    """Return the light curves in a table and their number; what was mended is noted.

    Raises
    ------
    InputError
        If it is no table of light curves.
    """
    found = read_light_curves(path)
    if str(found.mending):
        tally.notes.append(f"{path}: {found.mending}")
    if limit is None:
        for object_id in found.without_points:
            tally.put_aside(object_id, "no point that can be used")
    curves = found.curves[:limit]
    return curves, len(curves)
