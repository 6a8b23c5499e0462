"""From any source into an archive: what can be read goes in, the rest is set aside."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from taonet.errors import InputError
from taonet.io.archive_writer import ArchiveWriter
from taonet.io.sources import Found, Source, relabelled

Track = Callable[[Iterable[Found], int], Iterable[Found]]
"""Wraps the items of known number to show progress."""


@dataclass(frozen=True, kw_only=True)
class IngestSummary:
    """What came of an ingest: ``items = objects + set_aside``.

    ``notes`` counts single frames or packets set aside within objects that were written.
    """

    path: Path
    items: int
    objects: int
    frames: int
    set_aside: int
    notes: int
    first_reason: str
    labels: int = 0
    labels_used: int = 0

    def __str__(self) -> str:
        line = f"{self.objects} objects, {self.frames} frames -> {self.path}"
        if self.set_aside:
            line += (
                f"; {self.set_aside} of {self.items} items set aside"
                f" (first: {self.first_reason}; all in {self.path / 'set_aside.jsonl'})"
            )
        if self.labels:
            line += f"; {self.labels_used} of {self.labels} labels used"
        if self.notes:
            line += f"; {self.notes} single frames or packets set aside"
        return line


def ingest(
    source: Source,
    output: Path,
    *,
    labels: Mapping[str, str] | None = None,
    overwrite: bool = False,
    limit: int | None = None,
    track: Track = lambda found, _: found,
) -> IngestSummary:
    """Write the sequences of a source into an archive.

    An interrupted ingest of the same source goes on where it stopped.

    Parameters
    ----------
    labels : mapping, optional
        Class name by object id; it wins over what the source says.
    limit : int, optional
        Stop after so many items.
    track : function, optional
        Wraps the items to show progress.

    Raises
    ------
    InputError
        If not one sequence could be read.
    OutputError
        If the output exists or there is no room.
    """
    signature = f"{source.signature}:{sorted((labels or {}).items())}:{limit}"
    total = source.count if limit is None else min(limit, source.count)
    first_reason, notes, used = "", 0, 0
    with ArchiveWriter(
        output,
        survey=source.survey,
        signature=signature,
        overwrite=overwrite,
        simulated=source.simulated,
    ) as writer:
        left = total - len(writer.done)
        for _, found in zip(
            range(left), track(source.read(frozenset(writer.done)), left), strict=False
        ):
            reason = _write(found, writer, labels or {})
            first_reason = first_reason or reason
            notes += len(found.notes)
            used += found.sequence is not None and found.sequence.object_id in (labels or {})
        if writer.n_objects == 0:
            writer.abandon()
            raise InputError("nothing could be read", where=output, got=first_reason or "no items")
        writer.finish()
    return IngestSummary(
        path=output,
        items=writer.n_objects + writer.n_set_aside,
        objects=writer.n_objects,
        frames=writer.n_frames,
        set_aside=writer.n_set_aside,
        notes=notes,
        first_reason=first_reason,
        labels=len(labels or {}),
        labels_used=used,
    )


def _write(found: Found, writer: ArchiveWriter, labels: Mapping[str, str]) -> str:
    reason = found.reason
    for note in found.notes:
        writer.note(found.item, note)
    if found.sequence is not None:
        try:
            writer.add(relabelled(found.sequence, labels), source=found.item)
        except InputError as error:
            reason = str(error)
    if reason:
        writer.set_aside(found.item, reason)
    return reason
