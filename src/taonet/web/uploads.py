"""Files that visitors drop: stored under a name of ours, read by a process that can be killed."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Final

import numpy as np

from taonet.errors import InputError, TaoNetError
from taonet.io.archive import Archive
from taonet.models.bundle import Bundle
from taonet.models.predict import predict
from taonet.sky.sequence import ImageSequence
from taonet.web.session import Session
from taonet.web.upload_worker import UNPACKED

MOST_BYTES: Final = 64 * 2**20
MOST_SECONDS: Final = 60.0
"""From a stored file to its answers, the wait for other files among them. What is being classified
when the time is up is still answered."""

MOST_PIXELS: Final = 40_000_000
"""Of all frames of an upload together: more would keep the page busy for minutes."""

MOST_KEPT: Final = 50
"""Uploaded objects that are kept, the last ones."""

STORED_NAME: Final = "upload"
ENDINGS: Final = (".fits.gz", ".fits.fz", ".fits", ".npz", ".avro")
"""What of a name is kept on disk; the kind of other files is known by their first bytes."""

LONGEST_NAME: Final = 100

_reading: Final = Lock()
"""One file at a time: each may take the memory that a worker is allowed."""


@dataclass(frozen=True, kw_only=True)
class UploadResult:
    """What became of an upload.

    Parameters
    ----------
    objects : list of str
        Names under which the page has them.
    rejected : list of dict
        ``name`` and ``reason`` of what could not be used.
    """

    objects: list[str]
    rejected: list[dict[str, str]]


@contextmanager
def upload_folder(name: str) -> Iterator[Path]:
    """Yield the file to store an upload in, in a folder of its own that vanishes afterwards.

    Parameters
    ----------
    name : str
        As the visitor calls it: only a known ending is taken from it.
    """
    with tempfile.TemporaryDirectory(prefix="taonet-upload-") as folder:
        ending = next((e for e in ENDINGS if name.lower().endswith(e)), "")
        yield Path(folder) / f"{STORED_NAME}{ending}"


def classify_upload(
    session: Session, file: Path, name: str, *, most_seconds: float = MOST_SECONDS
) -> UploadResult:
    """Read a stored upload, classify what is in it, and keep it in the session.

    Parameters
    ----------
    file : Path
        From `upload_folder`.
    name : str
        As the visitor calls it.

    Raises
    ------
    InputError
        If there is no network, the file cannot be read, is too large, or takes too long.
    """
    deadline = monotonic() + most_seconds
    bundle = session.model
    if not isinstance(bundle, Bundle):
        do = "start the page with --bundle and the name of a network"
        raise InputError("the model reads light curves, not cutouts", do=do)
    stem = plain_stem(name)
    with _reading_alone(most_seconds):
        # the clock of this file has run while others were read
        answer = _run_worker(file, file.parent / "archive", deadline - monotonic())
        rejected = [_with_own_names(one, file, stem) for one in answer["rejected"]]
        sequences = _sequences(file.parent / "archive", stem)
        objects = _classify(session, bundle, sequences, rejected, deadline=deadline)
    return UploadResult(objects=objects, rejected=rejected)


@contextmanager
def _reading_alone(most_seconds: float) -> Iterator[None]:
    if not _reading.acquire(timeout=most_seconds):
        raise InputError("other files are being read", do="try again in a minute")
    try:
        yield
    finally:
        _reading.release()


def _classify(
    session: Session,
    bundle: Bundle,
    sequences: list[ImageSequence],
    rejected: list[dict[str, str]],
    *,
    deadline: float,
) -> list[str]:
    """Keep what is classified before the time is up, and add to ``rejected`` what is not."""

    def reject(source: str, error: TaoNetError, *, part: bool = False) -> None:
        kind = "an epoch: " if part else ""
        rejected.append({"name": source, "reason": f"{kind}{error.what}"})

    objects: list[str] = []
    for sequence in sequences:
        if monotonic() > deadline:
            reason = "not classified: the time was up; give fewer objects in a file"
            rejected.append({"name": sequence.object_id, "reason": reason})
            continue
        answers = predict(bundle, [sequence], on_rejection=reject)
        objects += [_keep(session, sequence, rows) for rows in answers]
    return objects


def plain_stem(name: str) -> str:
    """Return a visitor's name of a file as a name to show: without folders and known endings.

    Examples
    --------
    >>> plain_stem("../../etc/SN 2011fe.fits"), plain_stem("..\\\\x.npz"), plain_stem("")
    ('SN 2011fe', 'x', 'upload')
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    ending = next((e for e in ENDINGS if last.lower().endswith(e)), "")
    shown = "".join(c for c in last[: len(last) - len(ending)] if c.isprintable()).strip(" .")
    return shown[:LONGEST_NAME] or STORED_NAME


def _run_worker(file: Path, archive: Path, most_seconds: float) -> dict[str, Any]:
    try:
        ended = subprocess.run(
            _command(file, archive),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=max(most_seconds, 0),
            cwd=file.parent,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError("reading the file took too long", do="give a smaller file") from None
    try:
        answer: dict[str, Any] = json.loads(ended.stdout)
    except ValueError:
        # the system ended it: it asked for too much
        raise InputError(UNPACKED, do="give a smaller file") from None
    if answer["error"]:
        what = _with_own_words(answer["error"], file)
        raise InputError(what, do=_with_own_words(answer["do"], file))
    return answer


def _command(file: Path, archive: Path) -> list[str]:
    return [sys.executable, "-m", "taonet.web.upload_worker", str(file), str(archive)]


def _with_own_words(text: str, file: Path) -> str:
    """Return a message without the place where the file is stored."""
    return text.replace(str(file.resolve()), "the file").replace(str(file), "the file")


def _with_own_names(rejection: dict[str, str], file: Path, stem: str) -> dict[str, str]:
    named = {key: _with_own_words(text, file) for key, text in rejection.items()}
    if named["name"] in (STORED_NAME, file.name, "the file"):
        named["name"] = stem
    return named


def _sequences(folder: Path, stem: str) -> list[ImageSequence]:
    archive = Archive(folder)
    pixels = archive.manifest["frames"]
    for size in archive.manifest["frame_shape"]:
        pixels *= size
    if pixels > MOST_PIXELS:
        do = f"give a file of at most {MOST_PIXELS:,}"
        raise InputError("too many pixels to classify here", got=f"{pixels:,}", do=do)
    sequences = []
    for sequence in archive:
        name = stem if sequence.object_id == STORED_NAME else sequence.object_id
        # the folder vanishes: frames must not lie on disk any more
        sequences.append(replace(sequence, object_id=name, frames=np.array(sequence.frames)))
    return sequences


def _keep(session: Session, sequence: ImageSequence, rows: Any) -> str:
    session.upload_count += 1
    name = f"uploaded {session.upload_count}: {sequence.object_id}"
    session.uploads[name] = replace(sequence, object_id=name)
    session.uploaded_answers[name] = rows.assign(object_id=name)
    while len(session.uploads) > MOST_KEPT:
        oldest = next(iter(session.uploads))
        del session.uploads[oldest], session.uploaded_answers[oldest]
    return name
