"""The tally of a piece of work: how many objects were processed, and what was set aside and why."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from taonet.errors import InputError, TaoNetError
from taonet.io.rejection import Ledger, Rejection, remark_lines, summarise_kinds

Part = TypeVar("Part")


@dataclass
class Tally:
    """How many items were read, and why the others were not.

    Parameters
    ----------
    output : Path, optional
        What the work was written to; what was set aside is listed beside it.
    objects : int
    rejected : Ledger
    remarks : Counter
        What else the user should know, with the number of objects it is true of.
    """

    output: Path | None = None
    objects: int = 0
    rejected: Ledger = field(default_factory=Ledger)
    remarks: Counter[str] = field(default_factory=Counter)

    @property
    def set_aside_count(self) -> int:
        """Number of items that could not be used."""
        return self.rejected.items.total()

    @property
    def list_path(self) -> Path:
        """The file that lists what was set aside."""
        if self.output is None:
            raise ValueError("nothing is written, so there is no list beside it")
        return self.output.with_name(f"{self.output.name}.set_aside.jsonl")

    def reject(self, source: str, error: TaoNetError, *, part: bool = False) -> None:
        """Count an item, or a part of one, that cannot be used."""
        self.rejected.add(Rejection.from_error(source, error, part=part))

    def count_objects(self, parts: Iterable[Part]) -> Iterator[Part]:
        """Pass on the result of each object, and count them."""
        for part in parts:
            self.objects += 1
            yield part

    def require_objects(self, what: str) -> None:
        """Raise an error if no object could be processed.

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
        reasons = summarise_kinds(kinds, most=len(kinds))
        return InputError(
            what, got=(self.rejected.first if len(kinds) == 1 else reasons) or "no objects"
        )

    def write_list(self) -> None:
        """List what was set aside in a file beside the output; write none if nothing was."""
        self.rejected.write(self.list_path)

    @property
    def losses(self) -> str:
        """What was set aside, in words; empty if nothing was."""
        items, parts = self.rejected.items, self.rejected.parts
        words = []
        if items:
            total = self.objects + self.set_aside_count
            words.append(f"{self.set_aside_count} of {total} set aside ({summarise_kinds(items)})")
        if parts:
            kinds = summarise_kinds(parts)
            words.append(f"{parts.total()} single frames or packets set aside ({kinds})")
        return "; ".join(words)

    def list_losses(self) -> list[dict[str, str]]:
        """Return what was set aside as records: ``source`` and ``reason``."""
        return [{"source": one.source, "reason": one.reason} for one in self.rejected]

    def report(self, log: logging.Logger) -> None:
        """Warn of what was set aside, and of what else the user should know."""
        if losses := self.losses:
            log.warning("%s; the first: %s", losses, self.rejected.first)
        for line in remark_lines(self.remarks):
            log.warning("%s", line)

    def __str__(self) -> str:
        line = f"{self.objects} objects" + ("" if self.output is None else f" -> {self.output}")
        if losses := self.losses:
            line += f"; {losses}"
            line += "" if self.output is None else f"; all listed in {self.list_path}"
        return "\n".join([line, *remark_lines(self.remarks)])
