"""Files from the web: taken up where they were cut off, verified, and never half there."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Literal
from urllib.error import HTTPError

from taonet.errors import InputError
from taonet.fetch.polite_http import CHUNK_BYTES, BrokenError, Client
from taonet.io.atomic import room_for

PARTIAL = 206
NO_SUCH_RANGE = 416


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file on the web whose content is known beforehand.

    Parameters
    ----------
    url : str
    size : int
        In bytes.
    kind : {"git", "sha256"}
        The hash: SHA-1 as git names a blob, ``sha1("blob <size>\\\\0" + bytes)``, or SHA-256.
    digest : str
        In hexadecimal digits.
    """

    url: str
    size: int
    kind: Literal["git", "sha256"]
    digest: str

    def is_at(self, path: Path) -> bool:
        """Return whether a file holds what this one does."""
        if not path.is_file() or path.stat().st_size != self.size:
            return False
        # git names content by SHA-1: it detects damage, not forgery
        hasher = hashlib.sha256() if self.kind == "sha256" else hashlib.sha1(usedforsecurity=False)
        if self.kind == "git":
            hasher.update(f"blob {self.size}\0".encode())
        with path.open("rb") as file:
            while piece := file.read(16 * CHUNK_BYTES):
                hasher.update(piece)
        return hasher.hexdigest() == self.digest


def part_path(path: Path) -> Path:
    """Return the hidden file that holds a download until it is complete."""
    return path.with_name(f".{path.name}.part")


def download(remote: RemoteFile, path: Path, client: Client) -> None:
    """Download a file, or what is missing of it; it appears under its name whole and verified.

    Raises
    ------
    InputError
        If the server has no such file.
    UnreachableError
        If it does not come, or comes damaged each time.
    OutputError
        If there is no room, or writing is not allowed.
    """
    part = part_path(path)
    with room_for(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not remote.is_at(part):
            if _size(part) >= remote.size:
                part.unlink(missing_ok=True)
            _receive(remote, part, client)
        part.replace(path)


def _receive(remote: RemoteFile, part: Path, client: Client) -> None:
    def take(response: HTTPResponse) -> None:
        _take(response, remote, part, client)

    try:
        client.get(remote.url, take, headers=lambda: _range_header(part))
    except InputError as error:
        cause = error.__cause__
        if not (isinstance(cause, HTTPError) and cause.code == NO_SUCH_RANGE):
            raise
        part.unlink(missing_ok=True)
        client.get(remote.url, take)


def _take(response: HTTPResponse, remote: RemoteFile, part: Path, client: Client) -> None:
    have = _resume_offset(response, part)
    with part.open("ab" if have else "wb") as file:
        for piece in client.pieces(response, most=remote.size - have):
            file.write(piece)
    if _size(part) < remote.size:
        raise BrokenError(f"cut off after {_size(part)} of {remote.size} bytes")
    if not remote.is_at(part):
        part.unlink()
        raise BrokenError("other bytes than the listing promises")


def _resume_offset(response: HTTPResponse, part: Path) -> int:
    """Return the byte that an answer begins with; a server may ignore that a part is there."""
    if response.status != PARTIAL:
        return 0
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    if match is None or int(match[1]) != _size(part):
        part.unlink(missing_ok=True)
        raise BrokenError("another range than requested")
    return int(match[1])


def _range_header(part: Path) -> Mapping[str, str]:
    return {"Range": f"bytes={_size(part)}-"} if _size(part) else {}


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
