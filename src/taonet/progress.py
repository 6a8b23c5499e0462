"""Progress of long work: a line that changes in a notebook or terminal, log records elsewhere."""

import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

log = logging.getLogger(__name__)

PATIENCE_S: Final = 2.0
"""Nothing is shown of work that ends sooner."""

SHOW_EVERY_S: Final = 0.5
LOG_EVERY_S: Final = 10.0


def show_progress(
    items: Iterable[Any], total: int, title: str, *, clock: Callable[[], float] = time.monotonic
) -> Iterator[Any]:
    """Pass items on and show how far the work is and how long it will take: a `Track`.

    A terminal or a notebook shows one line that changes, and nothing of it when the work has ended;
    for programs the same is logged at level INFO, more rarely.

    Parameters
    ----------
    clock : function
        Returns the time in seconds.
    """
    screen = _screen()
    every_s = LOG_EVERY_S if isinstance(screen, _Log) else SHOW_EVERY_S
    start = clock()
    shown = start + PATIENCE_S - every_s
    try:
        for done, item in enumerate(items, start=1):
            yield item
            now = clock()
            if now - shown >= every_s:
                shown = now
                screen.show(f"{title}: {_estimate(done, total, now - start)}")
    finally:
        screen.clear()


class _Log:
    """Where nobody looks: log records."""

    def show(self, line: str) -> None:
        log.info("%s", line)

    def clear(self) -> None:
        """Leave the records."""


class _Terminal:
    """A line of the error stream that is written over."""

    def __init__(self) -> None:
        self.width = 0

    def show(self, line: str) -> None:
        sys.stderr.write(f"\r{line.ljust(self.width)}")
        sys.stderr.flush()
        self.width = len(line)

    def clear(self) -> None:
        if self.width:
            sys.stderr.write(f"\r{' ' * self.width}\r")


class _Notebook:
    """An output of the cell that changes: what the error stream gets would stay there, in red."""

    def __init__(self) -> None:
        self.handle: Any = None

    def show(self, line: str) -> None:
        from IPython.display import display

        if self.handle is None:
            show: Any = display  # it has no types
            self.handle = show({"text/plain": line}, raw=True, display_id=True)
        else:
            self.handle.update({"text/plain": line}, raw=True)

    def clear(self) -> None:
        if self.handle is not None:
            self.handle.update({"text/html": "", "text/plain": ""}, raw=True)


def is_notebook() -> bool:
    """Return whether this process is the kernel of a notebook: having loaded one is not enough."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and "IPKernelApp" in shell.config


def _screen() -> _Log | _Terminal | _Notebook:
    if sys.stderr.isatty():
        return _Terminal()
    return _Notebook() if is_notebook() else _Log()


def _estimate(done: int, total: int, seconds: float) -> str:
    if done >= total:
        return f"{done:,}"
    left = seconds * (total - done) / done
    return f"{done:,} of {total:,}, about {duration(left)} left"


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it.

    Examples
    --------
    >>> duration(8), duration(200), duration(9000)
    ('8 s', '3 min', '2.5 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
