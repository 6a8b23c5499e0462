"""Where sequences come from: each kind of input as a source that one ingest can read.

A source names its items (files, objects, rows), so that an interrupted ingest can skip what is
done, and yields for each a sequence or the reason why there is none.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from taonet.errors import InputError, TaoNetError
from taonet.io.alerts.source import (
    alerts_source as alerts_source,  # what reads sequences is found here
)
from taonet.io.archive import Archive, is_archive
from taonet.io.arrays import count_arrays, read_arrays, unused_arrays
from taonet.io.content import head_of, not_avro_error
from taonet.io.deep_tao.reader import deep_tao_paths, read_deep_tao
from taonet.io.fits_cutouts import objects_in, read_cutout_table
from taonet.io.input_files import (
    ALERTS,
    ARRAYS,
    DEEP_TAO,
    PACKED,
    files_below,
    kind_of,
    kind_of_input,
)
from taonet.io.items import ItemResult, SequenceSource, signature_of
from taonet.io.rejection import Rejection, summarise_kinds
from taonet.io.tables import SUFFIXES
from taonet.sky.sequence import ImageSequence


def deep_tao_source(paths: Sequence[Path]) -> SequenceSource:
    """Read Deep-TAO files, or folders of them."""
    for path in paths:
        _refuse_table(path)
    files = deep_tao_paths(paths)

    def read(done: frozenset[str]) -> Iterator[ItemResult]:
        for file in files:
            if str(file) not in done:
                yield _read_deep_tao(file)

    return SequenceSource(
        kind="deep-tao", survey="crts", signature=signature_of(files), count=len(files), read=read
    )


def arrays_source(path: Path, *, survey: str) -> SequenceSource:
    """Read one npz file."""

    def read(done: frozenset[str]) -> Iterator[ItemResult]:
        return (one for one in read_arrays(path) if one.item not in done)

    return SequenceSource(
        kind="arrays",
        survey=survey,
        signature=signature_of([path]),
        count=count_arrays(path),
        read=read,
        remarks=tuple(f"array {name!r} in {path} is not used" for name in unused_arrays(path)),
    )


def fits_source(directory: Path, table: Path, *, survey: str) -> SequenceSource:
    """Read the user's own FITS cutouts, described by a table."""

    described = read_cutout_table(table)

    def read(done: frozenset[str]) -> Iterator[ItemResult]:
        return (one for one in objects_in(described, directory) if one.item not in done)

    return SequenceSource(
        kind="fits",
        survey=survey,
        signature=signature_of([table]),
        count=described.count,
        read=read,
        remarks=described.remarks,
    )


ARCHIVE = "archive"
RELEASE_EVERY = 64
"""Objects of an archive after which the memory of their frames is given back."""


def archive_source(path: Path) -> SequenceSource:
    """Read a finished archive."""
    archive = Archive(path)

    def read(done: frozenset[str]) -> Iterator[ItemResult]:
        for i in range(len(archive)):
            sequence = archive[i]
            if sequence.object_id not in done:
                yield ItemResult(item=sequence.object_id, sequence=sequence)
            if i % RELEASE_EVERY == RELEASE_EVERY - 1:
                archive.release()

    return SequenceSource(
        kind="archive",
        survey=archive.survey,
        signature=archive.digest,
        count=len(archive),
        read=read,
        simulated=archive.is_simulated,
    )


def sources_of(paths: Iterable[Path]) -> list[SequenceSource]:
    """Guess the kinds of inputs; all alerts become one source, and so do all Deep-TAO files.

    Raises
    ------
    InputError
        If one of them is not there or of no kind known here.
    """
    sources: list[SequenceSource] = []
    joined: dict[str, list[Path]] = {}
    for path in paths:
        for kind, files in _paths_by_kind(path).items():
            if kind == ARCHIVE:
                sources.append(archive_source(path))
            elif kind == ARRAYS:
                sources.append(arrays_source(path, survey="arrays"))
            else:
                joined.setdefault(kind, []).extend(files)
    if unknown := joined.pop("", []):
        company = ALERTS if ALERTS in joined and DEEP_TAO not in joined else DEEP_TAO
        joined.setdefault(company, []).extend(unknown)
    if DEEP_TAO in joined:
        sources.append(deep_tao_source(joined[DEEP_TAO]))
    if ALERTS in joined:
        read_elsewhere = frozenset(joined) - {ALERTS}
        sources.append(alerts_source(joined[ALERTS], read_elsewhere=read_elsewhere))
    return sources


def source_of(path: Path) -> SequenceSource:
    """Guess the kind of an input: an archive, an npz file, alerts or Deep-TAO files.

    Raises
    ------
    InputError
        If it is none of these.
    """
    return sources_of([path])[0]


def _paths_by_kind(path: Path) -> dict[str, list[Path]]:
    """Return an input by the kind of what it is or holds; of a folder of two kinds, its files."""
    if not path.exists():
        raise InputError("no such file or folder", where=path)
    if is_archive(path):
        return {ARCHIVE: [path]}
    if not path.is_dir():
        _refuse_table(path)
        kind = kind_of_input(path)
        return {ALERTS if kind == PACKED else kind: [path]}
    below = [(kind_of(file), file) for file in files_below(path)]
    fits = [file for kind, file in below if kind == DEEP_TAO]
    kinds = {kind for kind, _ in below}
    if ALERTS in kinds or (PACKED in kinds and not fits):
        return {ALERTS: [path], **({DEEP_TAO: fits} if fits else {})}
    if fits:
        return {DEEP_TAO: [path]}
    contents = Counter(not_avro_error(head_of(file), where=file).what for _, file in below)
    raise InputError(
        "no archive, alerts or FITS files in this folder",
        where=path,
        got=summarise_kinds(contents) or "an empty folder",
        do="for FITS cutouts of your own: taonet ingest fits DIR --table TABLE",
    )


LABEL_KEPT = "outside the folder of a class a file has none; the label in its header is raw_label"


def _read_deep_tao(file: Path) -> ItemResult:
    item = str(file)
    try:
        sequence, set_aside = read_deep_tao(file)
    except TaoNetError as error:
        return ItemResult(item=item, rejection=Rejection.from_error(item, error))
    parts = tuple(Rejection.from_error(item, error, part=True) for error in set_aside)
    is_unnamed = sequence.class_name is None and sequence.raw_label
    remarks = (LABEL_KEPT,) if is_unnamed else ()
    return ItemResult(item=item, sequence=sequence, parts=parts, remarks=remarks)


TABLES = (*SUFFIXES, ".txt", ".dat", ".tsv", ".xml", ".json")


def _refuse_table(path: Path) -> None:
    if path.suffix.lower() in TABLES and path.is_file():
        raise InputError(
            "a table, not images",
            where=path,
            do="if it describes FITS cutouts: taonet ingest fits DIR --table TABLE -o ARCHIVE;"
            " if it holds light curves: a model of trees reads it",
        )


def relabel_sequence(sequence: ImageSequence, labels: Mapping[str, str]) -> ImageSequence:
    """Return the sequence with the class that an outside table gives it, if it gives one."""
    class_name = labels.get(sequence.object_id)
    return sequence if class_name is None else replace(sequence, class_name=class_name)
