"""From inputs to sources: each kind of input becomes something that one ingest can read.

A source names its items (files, objects, rows), so that an interrupted ingest can skip what is
done, and yields for each a sequence or the reason why there is none.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from taonet.errors import InputError
from taonet.io.archive import Archive, is_archive
from taonet.io.content import head_of, not_avro_error
from taonet.io.input_files import files_below, select_files
from taonet.io.items import ItemResult, SequenceSource
from taonet.io.kinds.alerts import ALERTS
from taonet.io.kinds.deep_tao import DEEP_TAO
from taonet.io.kinds.file_kinds import FILE_KINDS, is_packed_file, kind_of, kind_of_input
from taonet.io.kinds.fits_cutouts import INGEST_CUTOUTS
from taonet.io.kinds.kind import OPTIONS, FileKind, InputFiles
from taonet.io.paths import paths_of
from taonet.io.rejection import summarise_kinds
from taonet.io.tables import refuse_table
from taonet.types import AnyPath

RELEASE_EVERY = 64
"""Objects of an archive after which the memory of their frames is given back."""


def open_source(
    kind: FileKind,
    paths: AnyPath | Iterable[AnyPath],
    *,
    survey: str = "",
    table: AnyPath | None = None,
) -> SequenceSource:
    """Return the source that files of a stated kind make.

    Parameters
    ----------
    paths : path, or sequence of paths
        Files, and of kinds that are searched for also folders.
    survey : str
        Short name of the survey, for kinds whose files do not name it.
    table : Path, optional
        The table that describes FITS cutouts.

    Raises
    ------
    InputError
        If an option does not apply to the kind, or there are no files of it.
    """
    files = paths_of(paths)
    table = None if table is None else Path(table)
    _check_options(kind, survey=survey, table=table)
    if kind.is_searched:
        inputs = select_files(kind, files)
    elif len(files) != 1:
        raise InputError(f"{kind.name} takes one path", got=len(files))
    else:
        inputs = InputFiles(files=tuple(files))
    source: SequenceSource = kind.open_files(replace(inputs, survey=survey, table=table))
    return source


def alerts_source(paths: AnyPath | Iterable[AnyPath]) -> SequenceSource:
    """Return alert packets, joined by object: from files, and from folders that hold some."""
    return open_source(ALERTS, paths)


def archive_source(given: AnyPath | Archive) -> SequenceSource:
    """Return the sequences of a finished archive."""
    archive = given if isinstance(given, Archive) else Archive(given)

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


def sources_of(paths: AnyPath | Iterable[AnyPath]) -> list[SequenceSource]:
    """Recognise inputs; all files of a kind that folders are searched for become one source.

    Raises
    ------
    InputError
        If one of them does not exist or is of no kind known here.
    """
    sources: list[SequenceSource] = []
    inputs = _SortedInputs()
    for path in paths_of(paths):
        if not path.exists():
            raise InputError("no such file or folder", where=path)
        if is_archive(path):
            sources.append(archive_source(path))
        elif path.is_dir():
            inputs.add_folder(path)
        elif (kind := inputs.add_file(path)) is not None:
            sources.append(kind.open_files(InputFiles(files=(path,))))
    return [*sources, *inputs.open_sources()]


def source_of(path: AnyPath) -> SequenceSource:
    """Recognise an input: an archive, or files of one of `FILE_KINDS`.

    Raises
    ------
    InputError
        If it is none of these.
    """
    return sources_of(path)[0]


@dataclass(kw_only=True)
class _SortedInputs:
    """The files of several inputs, by kind, of those kinds whose files make one source."""

    files: dict[FileKind, set[Path]] = field(default_factory=dict)
    unknown: set[Path] = field(default_factory=set)
    others: dict[FileKind, list[Path]] = field(default_factory=dict)

    def add_file(self, path: Path) -> FileKind | None:
        """Add a file that the user named, or return its kind if it makes a source by itself."""
        refuse_table(path)
        kind = kind_of_input(path)
        if kind is not None and not kind.is_searched:
            return kind
        (self.unknown if kind is None else self.files.setdefault(kind, set())).add(path)
        return None

    def add_folder(self, folder: Path) -> None:
        """Add the files below a folder."""
        files: dict[FileKind, list[Path]] = {}
        packed: list[Path] = []
        others: list[Path] = []
        for file in files_below(folder):
            kind = kind_of(file)
            if kind is not None and kind.is_searched:
                files.setdefault(kind, []).append(file)
            else:
                is_packed = kind is None and is_packed_file(file)
                (packed if is_packed else others).append(file)
        for kind in FILE_KINDS if packed else ():
            # beside files of another kind, packed ones may be anything
            if kind.may_be_packed and (kind in files or not files):
                files.setdefault(kind, []).extend(packed)
        if not files:
            raise _no_kind_error(folder, others)
        for kind, some in files.items():
            self.files.setdefault(kind, set()).update(some)
            self.others.setdefault(kind, []).extend(others)

    def open_sources(self) -> Iterator[SequenceSource]:
        """Yield a source for each kind; files of no kind go to that which they came with."""
        if self.unknown:
            kind = next(iter(self.files)) if len(self.files) == 1 else DEEP_TAO
            self.files.setdefault(kind, set()).update(self.unknown)
        for kind in FILE_KINDS:
            if kind in self.files:
                files, others = sorted(self.files[kind]), self.others.get(kind, ())
                yield kind.open_files(InputFiles(files=tuple(files), others=tuple(others)))


def _check_options(kind: FileKind, *, survey: str, table: Path | None) -> None:
    options = {"survey": bool(survey), "table": table is not None}
    reasons = {
        "survey": f"{kind.name} files name their survey themselves",
        "table": f"--table describes FITS cutouts, not {kind.name}",
    }
    for option in OPTIONS:
        if options[option] and option not in kind.options:
            raise InputError(reasons[option], do=f"leave out --{option}")


def _no_kind_error(folder: Path, others: Sequence[Path]) -> InputError:
    single = [file.name for file in others if kind_of(file) is not None]
    if single:
        what = "a folder of files that are read one at a time"
        return InputError(what, where=folder, do=f"give the file itself, such as {single[0]}")
    contents = Counter(not_avro_error(head_of(file), where=file).what for file in others)
    return InputError(
        "no archive, alerts or FITS files in this folder",
        where=folder,
        got=summarise_kinds(contents) or "an empty folder",
        do=f"for FITS cutouts of your own: {INGEST_CUTOUTS}",
    )
