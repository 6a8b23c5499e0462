"""What the two public repositories of Deep-TAO hold, class by class, at one commit each.

A listing is requested once and kept in the folder that is fetched into, so that a later run goes
on with the same version of every file, and requests no more listings from GitHub (60 an hour is all
that it allows).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from taonet.errors import InputError
from taonet.fetch.github import Blob, Repository, blob_of, folders_in
from taonet.io.atomic import atomic_file
from taonet.io.deep_tao.release import RELEASE_OBJECTS
from taonet.io.kinds.deep_tao import DEEP_TAO

TRANSIENTS = "MachineLearningUniandes/TAO_transients"
NON_TRANSIENTS = "MachineLearningUniandes/TAO_non-transients"

REPOSITORY_OF = {name: NON_TRANSIENTS if name == "NON" else TRANSIENTS for name in RELEASE_OBJECTS}


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The files of a class.

    Parameters
    ----------
    repository, commit : str
    class_name : str
    entries : sequence of mapping
        As GitHub lists them.
    """

    repository: str
    commit: str
    class_name: str
    entries: Sequence[Mapping[str, Any]]

    def items(self) -> list["ReleaseFile"]:
        """Return the files one by one."""
        return [self._item(entry) for entry in self.entries]

    def _item(self, entry: Mapping[str, Any]) -> "ReleaseFile":
        blob = blob_of(entry)
        if isinstance(blob, str):
            name = repr(entry.get("path"))[:80]
            return ReleaseFile(listing=self, name=name, blob=None, reason=blob)
        return ReleaseFile(listing=self, name=blob.name, blob=blob)


@dataclass(frozen=True, kw_only=True)
class ReleaseFile:
    """A file of a class's folder.

    Parameters
    ----------
    listing : Listing
        That names it.
    name : str
    blob : Blob or None
    reason : str
        Why there is no blob.
    """

    listing: Listing
    name: str
    blob: Blob | None
    reason: str = ""

    @property
    def path(self) -> str:
        """Within the repository, and within the folder that is fetched into."""
        return f"data/{self.listing.class_name}/{self.name}"


def listing_of(repository: Repository, class_name: str, folder: Path) -> Listing:
    """Return the files of a class: as kept in a folder, else as they are now.

    Classes of one repository are listed at one commit.

    Raises
    ------
    InputError
        If the repository does not list the class, or what is kept is damaged.
    UnreachableError
    """
    path = _path(folder, class_name)
    if path.exists():
        return _read(path, repository.name, class_name)
    commits = (
        _read(_path(folder, other), repository.name, other).commit
        for other, name in REPOSITORY_OF.items()
        if name == repository.name and _path(folder, other).exists()
    )
    commit = next(commits, None) or repository.latest_commit()
    listing = Listing(
        repository=repository.name,
        commit=commit,
        class_name=class_name,
        entries=_entries(repository, commit, class_name),
    )
    with atomic_file(path) as temporary:
        temporary.write_text(json.dumps(asdict(listing)))
    return listing


def _path(folder: Path, class_name: str) -> Path:
    return folder / f"listing-{class_name}.json"


def _entries(repository: Repository, commit: str, class_name: str) -> list[Mapping[str, Any]]:
    sha = commit
    for name in ("data", class_name):
        folders = folders_in(repository.entries(sha))
        if name not in folders:
            where = f"{repository.name} at {commit[:12]}"
            raise InputError(f"no folder {name} on the way to data/{class_name}", where=where)
        sha = folders[name]
    entries = repository.entries(sha)
    return [entry for entry in entries if str(entry.get("path")).endswith(DEEP_TAO.endings)]


def _read(path: Path, repository: str, class_name: str) -> Listing:
    try:
        listing = Listing(**json.loads(path.read_text()))
        alike = (listing.repository, listing.class_name) == (repository, class_name)
        if not alike or not all(isinstance(entry, dict) for entry in listing.entries):
            raise ValueError("it is about something else")
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            "not the listing of an earlier fetch", where=path, got=error, do="remove it"
        ) from error
    return listing
