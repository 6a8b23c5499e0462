"""Fetching the public Deep-TAO images (arXiv 2503.16714): 16,307 files of two repositories.

Everything lands as in the repositories, ``data/<CLASS>/<object_id>.fits``.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path

from taonet.errors import InputError, OutputError, UnreachableError
from taonet.fetch.deep_tao_listing import REPOSITORY_OF, ReleaseFile, listing_of
from taonet.fetch.files import download, part_path
from taonet.fetch.github import POINTER_BYTES, Repository, Server
from taonet.fetch.polite_http import Client
from taonet.io.atomic import ARCHIVE_MARK, NO_ROOM, atomic_file, room_for
from taonet.io.deep_tao.release import RELEASE_OBJECTS
from taonet.io.fits_scan import scan_fits
from taonet.types import AnyPath, Track, no_progress

SET_ASIDE = "set_aside.jsonl"

SPARE_BYTES = 100_000_000
"""Left free on the disk."""

MOST_SILENCES = 3
"""Files in a row that do not come before the server is taken to be away."""

TITLE = "fetching deep-tao"


@dataclass(frozen=True, kw_only=True)
class FetchSummary:
    """The result of a fetch: ``files = downloaded + there + set_aside``.

    ``listed`` is the number of files of each class in the repositories, whatever ``limit`` was.
    """

    path: Path
    files: int
    downloaded: int
    bytes_downloaded: int
    there: int
    set_aside: int
    first_reason: str
    listed: Mapping[str, int]

    def __str__(self) -> str:
        line = (
            f"{self.files} files: {self.downloaded} downloaded"
            f" ({self.bytes_downloaded / 1e6:,.1f} MB), {self.there} there already,"
            f" {self.set_aside} set aside -> {self.path}"
        )
        if self.set_aside:
            line += f" (first: {self.first_reason}; all in {self.path / SET_ASIDE})"
        other = [
            f"{c} {n} of {RELEASE_OBJECTS[c]}"
            for c, n in self.listed.items()
            if n != RELEASE_OBJECTS[c]
        ]
        return line + (f"; listed, not as published: {', '.join(other)}" if other else "")


def fetch_deep_tao(
    output: AnyPath,
    *,
    classes: Sequence[str] = (),
    limit: int | None = None,
    base_url: str = "",
    client: Client | None = None,
    track: Track = no_progress,
) -> FetchSummary:
    """Download what is missing of the release; what is there already is verified.

    Each file must have the size and the hash that its repository states, and open as FITS. A
    download that was cut off goes on from where it was.

    Parameters
    ----------
    classes : sequence of str, optional
        Only these; all six by default.
    limit : int, optional
        Stop after so many files, taken from each class in turn.
    base_url : str
        A mirror that answers as GitHub does, see `taonet.fetch.github.Server.mirror`.
    track : function, optional
        Wraps the items to show progress.

    Raises
    ------
    InputError
        If a class is unknown, or a repository does not list it.
    UnreachableError
        If the server is away.
    OutputError
        If there is no room, or another run fetches into the same folder.
    """
    output = Path(output)
    names = _wanted_classes(classes)
    server = Server.mirror(base_url) if base_url else Server()
    client = client or Client()
    repositories = {
        name: Repository(name=name, client=client, server=server)
        for name in dict.fromkeys(REPOSITORY_OF.values())
    }
    with _lock_folder(output):
        listings = [listing_of(repositories[REPOSITORY_OF[c]], c, output) for c in names]
        in_turn = chain.from_iterable(zip_longest(*(listing.items() for listing in listings)))
        items = list(islice((item for item in in_turn if item is not None), limit))
        _check_room(items, output)
        fetching = _Fetcher(output, repositories)
        try:
            for item in track(items, len(items), TITLE):
                fetching.fetch(item)
        finally:
            fetching.write_set_aside()
    return FetchSummary(
        path=output,
        files=len(items),
        downloaded=fetching.downloaded,
        bytes_downloaded=fetching.bytes_downloaded,
        there=fetching.there,
        set_aside=len(fetching.set_aside),
        first_reason=fetching.set_aside[0][1] if fetching.set_aside else "",
        listed={listing.class_name: len(listing.entries) for listing in listings},
    )


class _Fetcher:
    """The files one after the other, and what became of them."""

    def __init__(self, output: AnyPath, repositories: Mapping[str, Repository]) -> None:
        output = Path(output)
        self.output = output
        self.repositories = repositories
        self.downloaded = self.bytes_downloaded = self.there = 0
        self.set_aside: list[tuple[str, str]] = []
        self._silences = 0

    def fetch(self, item: ReleaseFile) -> None:
        """Fetch a file, or set it aside; raise if the server is away."""
        try:
            if self._ensure_file(item):
                self.there += 1
            else:
                self.downloaded += 1
                self.bytes_downloaded += (self.output / item.path).stat().st_size
            self._silences = 0
        except UnreachableError as error:
            self._silences += 1
            if self._silences >= MOST_SILENCES:
                raise
            self.set_aside.append((item.path, str(error)))
        except OSError as error:
            where = self.output / item.path
            raise OutputError("cannot be read or written", where=where, got=error) from error
        except InputError as error:
            self._silences = 0
            self.set_aside.append((item.path, str(error)))

    def _ensure_file(self, item: ReleaseFile) -> bool:
        """Make sure that a file is there and whole; return True if it was so before."""
        if item.blob is None:
            raise InputError(item.reason, where=item.path)
        path = self.output / item.path
        repository, commit = self.repositories[item.listing.repository], item.listing.commit
        remote = repository.file(commit, item.path, item.blob)
        if item.blob.size < POINTER_BYTES:
            pointer = path.with_name(f".{path.name}.pointer")
            if not remote.is_at(pointer):
                download(remote, pointer, repository.client)
            large = repository.large_file(commit, item.path, pointer.read_bytes())
            if large is None:
                raise InputError("too small for a FITS file, and no pointer to one", where=path)
            remote = large
        existed = path.exists()
        if existed and not remote.is_at(path):
            raise InputError(
                "another file is there than the repository holds",
                where=path,
                do="remove it to fetch it anew",
            )
        if not existed:
            _check_free(remote.size, self.output)
            download(remote, path, repository.client)
        scan_fits(path)
        return existed

    def write_set_aside(self) -> None:
        """Write what was set aside, and why."""
        with atomic_file(self.output / SET_ASIDE) as temporary:
            lines = [
                json.dumps({"source": path, "reason": reason}) + "\n"
                for path, reason in self.set_aside
            ]
            temporary.write_text("".join(lines))


def _wanted_classes(classes: Sequence[str]) -> tuple[str, ...]:
    unknown = [name for name in classes if name not in RELEASE_OBJECTS]
    if unknown:
        known = f"known: {', '.join(RELEASE_OBJECTS)}"
        raise InputError("Deep-TAO has no such class", got=", ".join(unknown), do=known)
    return tuple(name for name in RELEASE_OBJECTS if name in classes or not classes)


@contextmanager
def _lock_folder(output: Path) -> Iterator[None]:
    """Make the folder, and refuse to share it with another run."""
    if output.exists() and not output.is_dir():
        raise OutputError("a file is there, not a folder", where=output, do="choose another name")
    if (output / ARCHIVE_MARK).is_file():
        raise OutputError("an archive is there", where=output, do="fetch into a folder beside it")
    with room_for(output):
        output.mkdir(parents=True, exist_ok=True)
        lock = (output / ".fetching").open("w")
    with lock:
        try:
            # released when the process ends, however it ends
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError("another run fetches into this folder", where=output) from None
        yield


def _check_room(items: Sequence[ReleaseFile], output: Path) -> None:
    """Refuse to begin what the disk cannot hold."""
    missing = 0
    for item in items:
        path = output / item.path
        if item.blob is not None and not path.exists():
            part = part_path(path)
            missing += item.blob.size - (part.stat().st_size if part.exists() else 0)
    _check_free(missing, output)


def _check_free(needed: int, output: Path) -> None:
    free = shutil.disk_usage(output).free
    if needed + SPARE_BYTES > free:
        raise OutputError(
            NO_ROOM,
            where=output,
            got=f"{needed / 1e9:.2f} GB to fetch, {free / 1e9:.2f} GB free",
            do="free some space, or fetch fewer classes",
        )
