"""What a public GitHub repository holds, folder by folder, at one commit.

Folders are listed one at a time: a listing of a whole repository is cut off at 7 MB, and the
"contents" interface shows a thousand files of a folder at most.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from taonet.errors import InputError
from taonet.fetch.files import RemoteFile
from taonet.fetch.polite_http import BrokenError, Client, checked_url

MOST_LISTED_BYTES = 64_000_000

POINTER_BYTES = 1024
"""Files smaller than this may be pointers into Git LFS; they have about 130 bytes."""

_SHA = re.compile(r"[0-9a-f]{40}")
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?"
    rb"oid sha256:([0-9a-f]{64})\nsize (\d{1,15})\n"
)


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where GitHub's parts are found.

    Parameters
    ----------
    api, raw, large : str
        Addresses of listings, of files, and of files kept by Git LFS.
    """

    api: str = "https://api.github.com"
    raw: str = "https://raw.githubusercontent.com"
    large: str = "https://media.githubusercontent.com/media"

    @classmethod
    def mirror(cls, url: str) -> "Server":
        """Return a server that has all of them under one address.

        Raises
        ------
        InputError
            If it is no address.
        """
        base = checked_url(url)
        return cls(api=base, raw=base, large=f"{base}/media")


@dataclass(frozen=True, kw_only=True)
class Blob:
    """A file of a repository, as a folder's listing names it.

    Parameters
    ----------
    name : str
    size : int
        In bytes.
    sha1 : str
        As git names its content.
    """

    name: str
    size: int
    sha1: str


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A public repository, and the client that requests its files.

    Parameters
    ----------
    name : str
        ``owner/name``.
    client : Client
    server : Server
    """

    name: str
    client: Client
    server: Server

    def latest_commit(self) -> str:
        """Return the hash of the latest commit.

        Raises
        ------
        InputError, UnreachableError
        """
        url = f"{self.server.api}/repos/{quote(self.name)}/commits/HEAD"
        return _sha_of(_json(url, self.client), url)

    def entries(self, sha: str) -> list[Mapping[str, Any]]:
        """Return what a folder holds, as `blob_of` and `folders_in` read it.

        Parameters
        ----------
        sha : str
            Of the folder, or of a commit for the topmost one.

        Raises
        ------
        InputError
            If there is no such folder, or the server does not list all of it.
        UnreachableError
        """
        url = f"{self.server.api}/repos/{quote(self.name)}/git/trees/{sha}"
        answer = _json(url, self.client)
        entries = answer.get("tree")
        if not isinstance(entries, list) or not all(isinstance(e, Mapping) for e in entries):
            raise InputError("not a listing", where=url)
        if answer.get("truncated"):
            raise InputError(
                "the server lists only a part of the folder",
                where=url,
                got=f"{len(entries)} entries",
                do=f"clone https://github.com/{self.name} with git instead",
            )
        return entries

    def file(self, commit: str, path: str, blob: "Blob") -> RemoteFile:
        """Return where a file is, and what it holds."""
        url = f"{self.server.raw}/{quote(self.name)}/{commit}/{quote(path)}"
        return RemoteFile(url=url, size=blob.size, kind="git", digest=blob.sha1)

    def large_file(self, commit: str, path: str, pointer: bytes) -> RemoteFile | None:
        """Return the file that a pointer into Git LFS stands for; None if it is no pointer."""
        match = _POINTER.fullmatch(pointer)
        if match is None:
            return None
        url = f"{self.server.large}/{quote(self.name)}/{commit}/{quote(path)}"
        return RemoteFile(url=url, size=int(match[2]), kind="sha256", digest=match[1].decode())


def folders_in(entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the hash of each folder that a listing names."""
    return {
        str(entry.get("path")): _sha_of(entry, "a folder in a listing")
        for entry in entries
        if entry.get("type") == "tree"
    }


def blob_of(entry: Mapping[str, Any]) -> Blob | str:
    """Read an entry of a listing; return why it cannot be downloaded if it cannot.

    A name may not lead out of the folder that it is written into, nor hide.

    Examples
    --------
    >>> blob_of({"path": "../x", "type": "blob", "mode": "100644", "size": 1, "sha": "0" * 40})
    'its name is not one of a file'
    """
    name, size, sha = entry.get("path"), entry.get("size"), entry.get("sha")
    if not isinstance(name, str) or not _is_plain(name):
        return "its name is not one of a file"
    if entry.get("type") != "blob" or entry.get("mode") not in ("100644", "100755"):
        return "it is no plain file"
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        return "its size is not stated"
    if not isinstance(sha, str) or not _SHA.fullmatch(sha):
        return "its hash is not stated"
    return Blob(name=name, size=size, sha1=sha)


def _is_plain(name: str) -> bool:
    within = name and not name.startswith(".") and not set(name) & {"/", "\\"}
    return bool(within) and name.isprintable() and len(name.encode()) <= 200


def _json(url: str, client: Client) -> Mapping[str, Any]:
    def take(response: Any) -> Mapping[str, Any]:
        text = b"".join(client.pieces(response, most=MOST_LISTED_BYTES))
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BrokenError(f"not JSON: {error}") from error
        if not isinstance(value, dict):
            raise BrokenError("not a JSON object")
        return value

    return client.get(url, take, headers=lambda: {"Accept": "application/vnd.github+json"})


def _sha_of(value: Mapping[str, Any], where: str) -> str:
    sha = value.get("sha")
    if not isinstance(sha, str) or not _SHA.fullmatch(sha):
        raise InputError("no hash in the answer", where=where, got=repr(sha)[:60])
    return sha
