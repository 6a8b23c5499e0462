"""Where sequences come from: each kind of input as a source that one ingest can read.

A source names its items (files, objects, rows), so that an interrupted ingest can skip what is
done, and yields for each a sequence or the reason why there is none.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from taonet.errors import InputError, TaoNetError
from taonet.io.archive import Archive, is_archive
from taonet.io.arrays import count_arrays, read_arrays, unused_arrays
from taonet.io.avro import CONTAINER_MAGIC, records_of
from taonet.io.deep_tao import deep_tao_paths, read_deep_tao
from taonet.io.fits_cutouts import count_fits_cutouts, read_fits_cutouts
from taonet.io.items import Found as Found
from taonet.io.rejection import Rejection
from taonet.io.surveys import alert_of, object_id_of
from taonet.io.tables import SUFFIXES
from taonet.sky.alert import Alert, sequence_of
from taonet.sky.sequence import ImageSequence


@dataclass(frozen=True, kw_only=True)
class Source:
    """A set of items that can be read as sequences.

    Parameters
    ----------
    kind, survey : str
    simulated : bool
    signature : str
        A hash of what is read; the same for the same inputs.
    count : int
        Number of items.
    read : function
        Given the items to skip, yields a `Found` for each of the others.
    remarks : tuple of str
        What the user should know of the input as a whole, each said once.
    """

    kind: str
    survey: str
    signature: str
    count: int
    read: Callable[[frozenset[str]], Iterator[Found]] = field(repr=False)
    simulated: bool = False
    remarks: tuple[str, ...] = ()


def deep_tao_source(paths: Sequence[Path]) -> Source:
    """Read Deep-TAO files, or folders of them."""
    for path in paths:
        _refuse_table(path)
    files = deep_tao_paths(paths)

    def read(done: frozenset[str]) -> Iterator[Found]:
        for file in files:
            if str(file) not in done:
                yield _read_deep_tao(file)

    return Source(
        kind="deep-tao", survey="crts", signature=_sign(files), count=len(files), read=read
    )


def arrays_source(path: Path, *, survey: str) -> Source:
    """Read one npz file."""

    def read(done: frozenset[str]) -> Iterator[Found]:
        return (one for one in read_arrays(path) if one.item not in done)

    return Source(
        kind="arrays",
        survey=survey,
        signature=_sign([path]),
        count=count_arrays(path),
        read=read,
        remarks=tuple(f"array {name!r} in {path} is not used" for name in unused_arrays(path)),
    )


def fits_source(directory: Path, table: Path, *, survey: str) -> Source:
    """Read the user's own FITS cutouts, described by a table."""

    def read(done: frozenset[str]) -> Iterator[Found]:
        return (one for one in read_fits_cutouts(table, directory) if one.item not in done)

    return Source(
        kind="fits",
        survey=survey,
        signature=_sign([table]),
        count=count_fits_cutouts(table),
        read=read,
    )


def alerts_source(paths: Sequence[Path]) -> Source:
    """Read alert packets, joined by object.

    Every packet's header is read once to learn whose it is; pictures are decoded one object at a
    time, so memory grows with the longest sequence, not with the night.
    """
    files = _alert_files(paths)
    owners, damaged = _packets_by_object(files)

    def read(done: frozenset[str]) -> Iterator[Found]:
        for path, reason in damaged.items():
            if path not in done:
                yield Found(item=path, rejection=reason)
        for object_id, packets in owners.items():
            if object_id not in done:
                yield _alert_sequence(object_id, packets)
        _records.cache_clear()

    count = len(owners) + len(damaged)
    return Source(kind="alerts", survey="ztf", signature=_sign(files), count=count, read=read)


RELEASE_EVERY = 64
"""Objects of an archive after which the memory of their frames is given back."""


def archive_source(path: Path) -> Source:
    """Read a finished archive."""
    archive = Archive(path)

    def read(done: frozenset[str]) -> Iterator[Found]:
        for i in range(len(archive)):
            sequence = archive[i]
            if sequence.object_id not in done:
                yield Found(item=sequence.object_id, sequence=sequence)
            if i % RELEASE_EVERY == RELEASE_EVERY - 1:
                archive.release()

    return Source(
        kind="archive",
        survey=archive.survey,
        signature=archive.digest,
        count=len(archive),
        read=read,
        simulated=archive.simulated,
    )


def source_of(path: Path) -> Source:
    """Guess the kind of an input: an archive, an npz file, alerts or Deep-TAO files.

    Raises
    ------
    InputError
        If it is none of these.
    """
    if not path.exists():
        raise InputError("no such file or folder", where=path)
    if is_archive(path):
        return archive_source(path)
    if path.is_dir():
        kinds = {_kind_of(file) for file in path.rglob("*") if file.is_file()}
        if "alerts" in kinds:
            return alerts_source([path])
        if "deep-tao" in kinds:
            return deep_tao_source([path])
        do = "for FITS cutouts of your own: taonet ingest fits DIR --table TABLE"
        raise InputError("no archive, alerts or FITS files in this folder", where=path, do=do)
    _refuse_table(path)
    if path.suffix == ".npz":
        return arrays_source(path, survey="arrays")
    return alerts_source([path]) if _kind_of(path) == "alerts" else deep_tao_source([path])


TABLES = (*SUFFIXES, ".txt", ".dat", ".tsv", ".xml", ".json")


def _refuse_table(path: Path) -> None:
    if path.suffix.lower() in TABLES and path.is_file():
        raise InputError(
            "a table, not images",
            where=path,
            do="if it describes FITS cutouts: taonet ingest fits DIR --table TABLE -o ARCHIVE;"
            " if it holds light curves: a model of trees reads it",
        )


def _kind_of(file: Path) -> str:
    if file.suffix == ".avro":
        return "alerts"
    if file.name.endswith((".fits", ".fits.gz")):
        return "deep-tao"
    with file.open("rb") as stream:
        return "alerts" if stream.read(4) == CONTAINER_MAGIC else ""


LABEL_KEPT = "outside the folder of a class a file has none; the label in its header is raw_label"


def _read_deep_tao(file: Path) -> Found:
    item = str(file)
    try:
        sequence, set_aside = read_deep_tao(file)
    except TaoNetError as error:
        return Found(item=item, rejection=Rejection.of(item, error))
    parts = tuple(Rejection.of(item, error, part=True) for error in set_aside)
    is_unnamed = sequence.class_name is None and sequence.raw_label
    remarks = (LABEL_KEPT,) if is_unnamed else ()
    return Found(item=item, sequence=sequence, parts=parts, remarks=remarks)


def _alert_files(paths: Sequence[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(path.rglob("*.avro"))
        elif path.exists():
            files.append(path)
        else:
            raise InputError("no such file or folder", where=path)
    if not files:
        raise InputError("no .avro files", where=", ".join(str(path) for path in paths))
    return files


def _packets_by_object(
    files: Sequence[Path],
) -> tuple[dict[str, list[tuple[Path, int]]], dict[str, Rejection]]:
    owners: dict[str, list[tuple[Path, int]]] = defaultdict(list)
    damaged: dict[str, Rejection] = {}
    for path in files:
        try:
            for number, record in enumerate(records_of(path)):
                owners[object_id_of(record)].append((path, number))
        except InputError as error:
            damaged[str(path)] = Rejection.of(str(path), error)
    return dict(owners), damaged


@lru_cache(maxsize=8)
def _records(path: Path) -> tuple[dict[str, Any], ...]:
    return tuple(records_of(path))


def _alert_sequence(object_id: str, packets: Sequence[tuple[Path, int]]) -> Found:
    alerts: list[Alert] = []
    parts: list[Rejection] = []
    for path, number in packets:
        try:
            alerts.append(alert_of(_records(path)[number]))
        except InputError as error:
            parts.append(Rejection.of(str(path), error, part=True))
    if not alerts:
        return Found(item=object_id, rejection=parts[0], parts=tuple(parts[1:]))
    try:
        return Found(item=object_id, sequence=sequence_of(alerts), parts=tuple(parts))
    except InputError as error:
        rejection = Rejection.of(object_id, error)
        return Found(item=object_id, rejection=rejection, parts=tuple(parts))


def _sign(files: Sequence[Path]) -> str:
    # names, sizes and times of change tell one set of inputs from another without reading it
    digest = hashlib.sha256()
    for file in files:
        state = file.stat() if file.exists() else None
        stamp = (str(file.absolute()), state and state.st_size, state and state.st_mtime_ns)
        digest.update(repr(stamp).encode())
    return digest.hexdigest()


def relabelled(sequence: ImageSequence, labels: Mapping[str, str]) -> ImageSequence:
    """Return the sequence with the class that an outside table gives it, if it gives one."""
    class_name = labels.get(sequence.object_id)
    return sequence if class_name is None else replace(sequence, class_name=class_name)
