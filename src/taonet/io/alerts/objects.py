"""Alert packets as a source: joined by object, across all files.

Every packet is read once for its survey, its object and its place in the file. Then the objects
are read in chunks, as many at a time as fit into memory as packed bytes; their packets are fetched
in the order of the files, and the pictures decoded one object at a time. So each block of a file is
unpacked once for the index and once for every chunk that has packets in it, and memory grows
neither with the night nor with the number of files.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from taonet.errors import InputError
from taonet.io.alerts.framing import (
    PackedRecord,
    Packet,
    RecordAddress,
    packets_of,
    read_packed_records,
)
from taonet.io.alerts.packets import alert_of, object_id_of
from taonet.io.alerts.surveys import field_table_of
from taonet.io.input_files import remark_on_others
from taonet.io.items import ItemResult, SequenceSource, signature_of
from taonet.io.kinds.alerts import ALERTS
from taonet.io.kinds.kind import InputFiles
from taonet.io.rejection import Rejection
from taonet.sky.alert import Alert, choose_alerts, sequence_of

CHUNK_BYTES = 64_000_000
"""Packed packets held in memory at a time."""

COLUMNS = ("file", "number", *RecordAddress._fields)
"""Of the table of packets: the file, the packet's number in it, and its place."""

NO_OBJECT = ""
"""Owner of the packets without a usable object id."""

Rows = Int[np.ndarray, "packet column"]


class _Entry(NamedTuple):
    """The packets of one item: of an object, or one that has no usable object id."""

    item: str
    rows: Rows


class _Index:
    """Which packets the files hold, of which objects, and what is damaged.

    Parameters
    ----------
    files : tuple of Path
        Each is read once.
    """

    def __init__(self, files: tuple[Path, ...]) -> None:
        self.files = files
        self.surveys: Counter[str] = Counter()
        self._packets: list[int] = []
        self._owners: dict[str, array[int]] = defaultdict(lambda: array("q"))
        self._damage: dict[int, list[InputError]] = defaultdict(list)
        for file in range(len(files)):
            self._packets.append(self._add_file(file))
        self._ownerless = self._owners.pop(NO_OBJECT, array("q"))

    def _add_file(self, file: int) -> int:
        number = 0
        try:
            for packet in packets_of(self.files[file]):
                if isinstance(packet, InputError):
                    self._damage[file].append(packet)
                else:
                    number += 1
                    owner = self._owner_of(packet)
                    self._owners[owner].extend((file, number, *packet.place))
        except InputError as error:
            self._damage[file].append(error)
        return number

    def _owner_of(self, packet: Packet) -> str:
        try:
            self.surveys[field_table_of(packet.record).survey] += 1
            return object_id_of(packet.record)
        except InputError:
            return NO_OBJECT  # read again with its chunk, which gives the reason

    @property
    def survey(self) -> str:
        """The survey that sent the packets; empty where none is known.

        Raises
        ------
        InputError
            If they are of several: an archive has one, and so has each object.
        """
        if len(self.surveys) > 1:
            raise InputError(
                "alert packets of several surveys",
                got=", ".join(f"{count} of {name}" for name, count in self.surveys.items()),
                do="give the packets of one survey at a time",
            )
        return next(iter(self.surveys), "")

    @property
    def unreadable_files(self) -> dict[str, list[InputError]]:
        """What is wrong with the files of which not one packet could be read."""
        damage = self._damage.items()
        return {str(self.files[i]): errors for i, errors in damage if not self._packets[i]}

    @property
    def remarks(self) -> tuple[str, ...]:
        """Say how many files are in order, but empty."""
        empty = sum(not n and i not in self._damage for i, n in enumerate(self._packets))
        return (f"{empty} Avro files without a packet in them",) if empty else ()

    @property
    def n_entries(self) -> int:
        """Number of objects, and of packets without a usable object id."""
        return len(self._owners) + len(_as_rows(self._ownerless))

    def entries(self) -> Iterator[_Entry]:
        """Yield the packets of each object, and those of none one by one."""
        for row in _as_rows(self._ownerless):
            yield _Entry(self.name_of(row.tolist()), row[None])
        for object_id, rows in self._owners.items():
            yield _Entry(object_id, _as_rows(rows))

    def name_of(self, row: Sequence[int]) -> str:
        """Name a packet: by its file, and where that holds several, by its number in it."""
        file, number = row[0], row[1]
        path = str(self.files[file])
        return path if self._packets[file] == 1 else f"{path}, packet {number}"

    def damage_of(self, entry: _Entry) -> list[Rejection]:
        """Return what is wrong with files whose first packet is of the entry.

        So it is listed once, and not again when an interrupted ingest goes on.
        """
        firsts = entry.rows[entry.rows[:, 1] == 1, 0].tolist()
        return [
            Rejection.from_error(str(self.files[file]), error, part=True)
            for file in firsts
            for error in self._damage.get(file, [])
        ]


def source_of_objects(inputs: InputFiles) -> SequenceSource:
    """Return alert packets as a source of one sequence an object.

    Raises
    ------
    InputError
        If the packets are of several surveys.
    """
    index = _Index(inputs.files)
    unread = index.unreadable_files
    unused = remark_on_others(inputs.others, ALERTS.contents)

    def read(done: frozenset[str]) -> Iterator[ItemResult]:
        for item, (first, *others) in unread.items():
            if item not in done:
                parts = tuple(Rejection.from_error(item, error, part=True) for error in others)
                yield ItemResult(
                    item=item, rejection=Rejection.from_error(item, first), parts=parts
                )
        entries = (entry for entry in index.entries() if entry.item not in done)
        for chunk in _entry_chunks(entries):
            for entry, packets in _read_entries(index, chunk):
                yield _sequence_of_entry(index, entry, packets)

    return SequenceSource(
        kind=ALERTS.name,
        survey=index.survey,
        signature=signature_of(inputs.files),
        count=len(unread) + index.n_entries,
        read=read,
        remarks=((unused,) if unused else ()) + index.remarks,
    )


def _entry_chunks(entries: Iterator[_Entry]) -> Iterator[list[_Entry]]:
    chunk: list[_Entry] = []
    size = 0
    for entry in entries:
        chunk.append(entry)
        size += int(entry.rows[:, COLUMNS.index("size")].sum())
        if size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _read_entries(
    index: _Index, entries: list[_Entry]
) -> Iterator[tuple[_Entry, list[PackedRecord | InputError]]]:
    """Yield the packets of several entries, fetched in the order of the files."""
    rows = np.concatenate([entry.rows for entry in entries])
    packets: list[PackedRecord | InputError] = [InputError("no packet")] * len(rows)
    order = np.lexsort(rows.T[::-1]).tolist()
    for file, members in groupby(order, key=lambda i: int(rows[i, 0])):
        which = list(members)
        for i, packet in zip(which, _read_packets(index.files[file], rows[which]), strict=True):
            packets[i] = packet
    ends = np.cumsum([len(entry.rows) for entry in entries]).tolist()
    for entry, end in zip(entries, ends, strict=True):
        yield entry, packets[end - len(entry.rows) : end]


def _read_packets(file: Path, rows: Rows) -> Iterator[PackedRecord | InputError]:
    places = [RecordAddress(*row) for row in rows[:, COLUMNS.index("header") :].tolist()]
    fetched = 0
    try:
        for packet in read_packed_records(file, places):
            fetched += 1
            yield packet
    except InputError as error:
        yield from [error] * (len(places) - fetched)


def _sequence_of_entry(
    index: _Index, entry: _Entry, packets: list[PackedRecord | InputError]
) -> ItemResult:
    alerts: list[Alert] = []
    bad: list[tuple[str, InputError]] = []
    for row, packet in zip(entry.rows.tolist(), packets, strict=True):
        source = index.name_of(row)
        try:
            alerts.append(_alert_in(packet, source))
        except InputError as error:
            bad.append((source, error))
    parts = index.damage_of(entry)
    if not alerts:
        first, *bad = bad
        parts += [Rejection.from_error(source, error, part=True) for source, error in bad]
        return ItemResult(
            item=entry.item, rejection=_rejection(entry.item, *first), parts=tuple(parts)
        )
    choice = choose_alerts(alerts)
    bad += [(alert.source, error) for alert, error in choice.left_out]
    parts += [Rejection.from_error(source, error, part=True) for source, error in bad]
    sequence = sequence_of(choice.alerts)
    return ItemResult(
        item=entry.item, sequence=sequence, parts=tuple(parts), remarks=choice.remarks
    )


def _alert_in(packet: PackedRecord | InputError, source: str) -> Alert:
    if isinstance(packet, InputError):
        raise packet
    return alert_of(packet.read(), source=source)


def _rejection(item: str, source: str, error: InputError) -> Rejection:
    """Return the reason why nothing is left of an item: what is wrong with its first packet."""
    reason = str(error) if source == item else f"{source}: {error}"
    return Rejection(source=item, reason=reason, kind=error.what)


def _as_rows(flat: "array[int]") -> Rows:
    return np.frombuffer(flat, np.int64).reshape(-1, len(COLUMNS))
