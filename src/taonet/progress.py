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

    Whoever looks at the error stream, in a terminal or a notebook, sees one line that changes; for
    programs the same is logged at level INFO, more rarely.

    Parameters
    ----------
    clock : function
        Returns the time in seconds.
    """
    is_watched = sys.stderr.isatty() or "ipykernel" in sys.modules
    every_s = SHOW_EVERY_S if is_watched else LOG_EVERY_S
    start = clock()
    shown, width = start + PATIENCE_S - every_s, 0
    for done, item in enumerate(items, start=1):
        yield item
        now = clock()
        if now - shown < every_s:
            continue
        shown, line = now, f"{title}: {_estimate(done, total, now - start)}"
        if is_watched:
            sys.stderr.write(f"\r{line.ljust(width)}")
            sys.stderr.flush()
            width = len(line)
        else:
            log.info("%s", line)
    if width:
        sys.stderr.write(f"\r{' ' * width}\r")


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
