"""Work spread over processes, its results in order."""

import multiprocessing
import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from functools import partial
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any, TypeVar

from taonet.errors import InputError, TaoNetError

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 8
"""Results that each process may be ahead of the reader: memory stays small."""


def map_in_order(
    function: Callable[[Item], Result], items: Iterable[Item], *, workers: int
) -> Iterator[Result]:
    """Yield ``function(item)`` for each item, in order, worked out by several processes.

    A plain script may ask for several: the processes do not run it again, unless the function is
    defined in it.

    Parameters
    ----------
    function : callable
        It must be known by name in its module (or a partial of such a one).
    items : iterable
        Taken as the work goes on, never all at once.
    workers : int
        With one, everything happens in this process.

    Raises
    ------
    InputError
        If there is no worker.
    TaoNetError
        If a process ends before its work is done.
    """
    if not isinstance(workers, int) or workers < 1:
        raise InputError("no number of workers", got=repr(workers), do="give 1 or more")
    if workers == 1:
        yield from map(function, items)
        return
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        # a worker that runs the script to find the function in it: the script is not guarded
        raise SystemExit(1)
    # a fork would copy the locks of whatever threads run here
    context = multiprocessing.get_context("forkserver")
    stop, others = context.Event(), multiprocessing.active_children()
    pool = ProcessPoolExecutor(workers, context, _start_worker, (stop,))
    try:
        yield from _results(pool, partial(_run_item, function), items, AHEAD * workers)
        pool.shutdown()
    except BrokenProcessPool:
        raise _worker_error(function) from None
    finally:
        # the reader of the results may have stopped early, or was interrupted
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
        _interrupt(
            process for process in multiprocessing.active_children() if process not in others
        )
        pool.shutdown()


def _results(
    pool: ProcessPoolExecutor,
    function: Callable[[Item], Result],
    items: Iterable[Item],
    most: int,
) -> Iterator[Result]:
    start = nullcontext if _needs_main(function) else _hide_main
    waiting: deque[Future[Result]] = deque()
    for item in items:
        with start():
            waiting.append(pool.submit(function, item))
        if len(waiting) > most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _needs_main(function: Callable[..., Any]) -> bool:
    """Return whether a function, or what a partial holds, is defined in the running script."""
    return b"__main__" in pickle.dumps(function)


@contextmanager
def _hide_main() -> Iterator[None]:
    """Let processes start that do not run the script again: few guard it against that."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


_stop: Any = None
"""In a worker: set once nobody waits for results any more."""


def _start_worker(stop: Any) -> None:
    global _stop
    _stop = stop
    # Ctrl-C reaches every process of a terminal: one that waits for work has nothing to say to it
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run_item(function: Callable[[Item], Result], item: Item) -> Result:
    try:
        # listen first, then look: an interruption comes either before or after
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if _stop.is_set():
            raise KeyboardInterrupt
        return function(item)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _interrupt(processes: Iterable[BaseProcess]) -> None:
    for process in processes:
        if os.name == "posix" and process.pid is not None and process.is_alive():
            os.kill(process.pid, signal.SIGINT)


def _worker_error(function: Callable[..., Any]) -> TaoNetError:
    do = "ask for fewer workers: there may be too little memory"
    if _needs_main(function):
        do = "begin the script's work with `if __name__ == '__main__':`, or use one worker"
    return TaoNetError("a worker ended before its work was done", do=do)
