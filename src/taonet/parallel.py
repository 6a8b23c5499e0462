"""Work spread over processes, its results in order."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 8
"""Results that each process may be ahead of whoever takes them: memory stays small."""


def in_order(
    function: Callable[[Item], Result], items: Iterable[Item], *, workers: int
) -> Iterator[Result]:
    """Yield ``function(item)`` for each item, in order, worked out by several processes.

    Parameters
    ----------
    function : callable
        It must be known by name in its module (or a partial of such a one).
    items : iterable
        Taken as the work goes on, never all at once.
    workers : int
        With one, everything happens in this process.
    """
    if workers == 1:
        yield from map(function, items)
        return
    # a fork would copy the locks of whatever threads run here
    context = multiprocessing.get_context("forkserver")
    waiting: deque[Future[Result]] = deque()
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
