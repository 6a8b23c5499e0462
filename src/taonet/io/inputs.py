"""Inputs of any kind as one stream of sequences; what cannot be read is counted with a reason."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from taonet.errors import InputError, TaoNetError
from taonet.io.items import SequenceSource
from taonet.io.lightcurves.tables import Curve, read_light_curves
from taonet.io.rejection import Ledger, Rejection, remark_lines, summarise_kinds
from taonet.io.sources import sources_of
from taonet.sky.sequence import ImageSequence
from taonet.types import Track

Part = TypeVar("Part")


@dataclass
class Tally:
    """How many items were read, and why the others were not.

    Parameters
    ----------
    output : Path
        What the work was written to; what was set aside is listed beside it.
    objects : int
    rejected : Ledger
    remarks : Counter
        What else the user should know, with the number of objects it is true of.
    """

    output: Path
    objects: int = 0
    rejected: Ledger = field(default_factory=Ledger)
    remarks: Counter[str] = field(default_factory=Counter)

    @property
    def set_aside_count(self) -> int:
        """Number of items that could not be used."""
        return self.rejected.items.total()

    @property
    def list_path(self) -> Path:
        """Where what was set aside is listed."""
        return self.output.with_name(f"{self.output.name}.set_aside.jsonl")

    def reject(self, source: str, error: TaoNetError, *, part: bool = False) -> None:
        """Count an item, or a part of one, that cannot be used."""
        self.rejected.add(Rejection.from_error(source, error, part=part))

    def count_objects(self, parts: Iterable[Part]) -> Iterator[Part]:
        """Pass on what was made of each object, counting."""
        for part in parts:
            self.objects += 1
            yield part

    def require_objects(self, what: str) -> None:
        """Refuse work that came to nothing.

        Raises
        ------
        InputError
            With the reason, or the reasons by kind.
        """
        if not self.objects:
            raise self.no_objects_error(what)

    def no_objects_error(self, what: str) -> InputError:
        """Return the error that says why nothing is left."""
        kinds = self.rejected.items + self.rejected.parts
        said = summarise_kinds(kinds, most=len(kinds))
        return InputError(
            what, got=(self.rejected.first if len(kinds) == 1 else said) or "no objects"
        )

    def write_list(self) -> None:
        """List what was set aside, if anything was, in a file beside the output."""
        self.rejected.write(self.list_path)

    def __str__(self) -> str:
        line = f"{self.objects} objects -> {self.output}"
        items, parts = self.rejected.items, self.rejected.parts
        if items:
            total = self.objects + self.set_aside_count
            line += f"; {self.set_aside_count} of {total} set aside ({summarise_kinds(items)})"
        if parts:
            line += (
                f"; {parts.total()} single frames or packets set aside ({summarise_kinds(parts)})"
            )
        if items or parts:
            line += f"; all listed in {self.list_path}"
        return "\n".join([line, *remark_lines(self.remarks)])


def open_inputs(inputs: Iterable[Path]) -> list[SequenceSource]:
    """Return the sources that the inputs make: inputs of one kind are joined.

    Raises
    ------
    InputError
        If one of them is not there or of no kind known here.
    """
    return sources_of(inputs)


def read_sequences(
    sources: list[SequenceSource], tally: Tally, *, limit: int | None, title: str, track: Track
) -> Iterator[ImageSequence]:
    """Yield the sequences of the sources in order; what cannot be read is kept in the tally.

    Of several objects of one name the first is used, as in an archive.
    """
    names: set[str] = set()
    total = sum(source.count for source in sources)
    total = total if limit is None else min(limit, total)
    tally.remarks.update(line for source in sources for line in source.remarks)
    items = (found for source in sources for found in source.read(frozenset()))
    for found in track(islice(items, total), total, title):
        for rejection in (*found.parts, found.rejection):
            if rejection is not None:
                tally.rejected.add(rejection)
        tally.remarks.update(found.remarks)
        if found.sequence is None:
            continue
        if found.sequence.object_id in names:
            tally.reject(found.item, InputError("an object of this name is there already"))
            continue
        names.add(found.sequence.object_id)
        yield found.sequence


def read_curves(
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
        tally.remarks[f"{path}: {found.mending}"] += 1
    tally.remarks.update({f"{path}: {what}": count for what, count in found.remarks.items()})
    if limit is None:
        for object_id in found.without_points:
            tally.reject(object_id, InputError("no point that can be used", where=object_id))
    curves = found.curves[:limit]
    return curves, len(curves)
