"""Reads one uploaded file into an archive, in a process of its own that can be killed.

A file from a stranger may unpack to anything. So the process sets limits on itself first: memory,
time of the processor, size of what it writes. What it read is an archive, which the page's own
process opens with all its checks; nothing that is executed passes between them.
"""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from taonet.errors import TaoNetError

MOST_MEMORY: Final = 4 * 2**30
MOST_WRITTEN: Final = 512 * 2**20
MOST_SECONDS: Final = 60
"""Of the processor; the page kills it by the clock, see `taonet.web.uploads.MOST_SECONDS`."""

MOST_ITEMS: Final = 50
"""Objects of one file that are read."""

UNPACKED: Final = "the file unpacks to more than can be read here"


@dataclass(frozen=True, kw_only=True)
class WorkerAnswer:
    """What became of a file.

    Parameters
    ----------
    error, do : str
        Why nothing could be read; empty if something was.
    rejected : list of dict
        ``name`` and ``reason`` of each object, or part of one, that could not be used.
    """

    error: str = ""
    do: str = ""
    rejected: tuple[dict[str, str], ...] = ()


def read_upload(file: Path, archive: Path) -> WorkerAnswer:
    """Read a file into an archive; whatever is wrong with it becomes part of the answer."""
    from taonet.io.ingest import ingest
    from taonet.io.sources import source_of

    try:
        ingest(source_of(file), archive, limit=MOST_ITEMS)
    except MemoryError:
        return WorkerAnswer(error=UNPACKED, do="give a smaller file")
    except TaoNetError as error:
        if isinstance(error.__cause__, OSError | MemoryError):
            return WorkerAnswer(error=UNPACKED, do="give a smaller file")
        got = "" if error.got is None else f" (got {error.got})"
        return WorkerAnswer(error=f"{error.what}{got}", do=error.do)
    except Exception as error:  # a fault of a reader is told to the visitor, not to the server
        what = f"the file cannot be read ({type(error).__name__})"
        return WorkerAnswer(error=what, do="give a FITS, npz or Avro file")
    return WorkerAnswer(rejected=_rejections(archive))


def _rejections(archive: Path) -> tuple[dict[str, str], ...]:
    file = archive / "set_aside.jsonl"
    if not file.is_file():
        return ()
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return tuple({"name": str(one["source"]), "reason": str(one["reason"])} for one in lines)


def set_limits() -> None:
    """Limit what this process may use, where the system can."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows has none; the clock has to do there
        return
    limits: dict[int, int] = {
        resource.RLIMIT_AS: MOST_MEMORY,
        resource.RLIMIT_FSIZE: MOST_WRITTEN,
        resource.RLIMIT_CPU: MOST_SECONDS,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def main(arguments: list[str]) -> None:
    """Read the file named first into the archive named second; print the answer as JSON."""
    set_limits()
    file, archive = map(Path, arguments)
    answer: dict[str, Any] = asdict(read_upload(file, archive))
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
