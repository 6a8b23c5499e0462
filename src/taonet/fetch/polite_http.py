"""Polite HTTP requests: one at a time, with pauses, and never for ever.

The standard library does here what pooch would need requests and urllib3 for; pooch also begins a
download that was cut off from the first byte again (docs/decisions/0005-fetching.md).
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from typing import TypeVar
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from taonet.errors import InputError, UnreachableError
from taonet.version import __version__

T = TypeVar("T")

USER_AGENT = f"taonet/{__version__} (image sequences of astronomical transients; taonet fetch)"

BUSY = frozenset({403, 408, 425, 429, 500, 502, 503, 504})
"""Answers after which the request may be repeated; GitHub answers 403 for "too often"."""

NETWORK_ERRORS = (URLError, HTTPException, TimeoutError, ConnectionError)

CHUNK_BYTES = 1 << 16

SHORT_WAIT_S = 5.0
"""Waits shorter than this are not reported."""


class BrokenError(Exception):
    """The answer was not what was requested; trying again may help."""


@dataclass(frozen=True)
class _Failure:
    """Why a request brought no answer, and the wait in seconds that the server demands."""

    why: str
    demanded_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RequestPolicy:
    """How often and how long a server is tried.

    Parameters
    ----------
    pause_s : float
        Between the end of one request and the next.
    tries : int
        Of one request.
    first_wait_s, longest_wait_s : float
        Waits after a failure double from the first to the longest.
    patience_s : float
        The longest wait in all for one request; GitHub's limit on listings lasts an hour.
    timeout_s : float
        Without a byte.
    slowest : float
        Bytes a second below which an answer is given up, after ``timeout_s``.
    """

    pause_s: float = 0.2
    tries: int = 6
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    patience_s: float = 3900.0
    timeout_s: float = 30.0
    slowest: float = 1000.0


class Client:
    """Sends requests to servers, one at a time.

    Parameters
    ----------
    policy : RequestPolicy
    sleep, now : function
        Wait for some seconds; return the time in seconds since 1970.
    say : function
        Called with one line, the reason for a longer wait.
    """

    def __init__(
        self,
        *,
        policy: RequestPolicy | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.policy = policy or RequestPolicy()
        self.now = now
        self._sleep = sleep
        self._say = say
        self._last = -float("inf")
        self._opener = request.OpenerDirector()
        # no files, no ftp, wherever a server redirects to
        for handler in (
            request.ProxyHandler,
            request.HTTPHandler,
            request.HTTPSHandler,
            request.HTTPRedirectHandler,
            request.HTTPDefaultErrorHandler,
            request.HTTPErrorProcessor,
            request.UnknownHandler,
        ):
            self._opener.add_handler(handler())

    def get(
        self,
        url: str,
        take: Callable[[HTTPResponse], T],
        *,
        headers: Callable[[], Mapping[str, str]] = dict,
    ) -> T:
        """Request a URL until there is an answer that can be read, or trying is of no use.

        Parameters
        ----------
        take : function
            Reads the answer with `pieces`; raises `BrokenError` if it is not what was requested.
        headers : function
            Of the request, made anew for each try.

        Raises
        ------
        InputError
            If the server refuses for good.
        UnreachableError
            If it never answers, or demands a longer wait than the policy allows.
        """
        failure, waited = _Failure(why=""), 0.0
        for attempt in range(self.policy.tries):
            if attempt:
                wait = self._wait_s(attempt, failure)
                if waited + wait > self.policy.patience_s:
                    failure = _Failure(f"{failure.why}; the server demands a wait of {wait:.0f} s")
                    break
                self._wait(wait, url, failure)
                waited += wait
            try:
                with self._open(url, headers()) as response:
                    return take(response)
            except HTTPError as error:
                failure = self._failure_of_answer(error, url)
            except (BrokenError, *NETWORK_ERRORS) as error:
                failure = _Failure(str(error) or type(error).__name__)
        raise UnreachableError(
            "no good answer",
            where=url,
            got=f"{failure.why}, after {attempt + 1} tries",
            do="run the same command later: it goes on where it stopped",
        )

    def pieces(self, response: HTTPResponse, *, most: int) -> Iterator[bytes]:
        """Yield an answer piece by piece.

        Parameters
        ----------
        most : int
            Bytes; more are refused.

        Raises
        ------
        BrokenError
            If the connection breaks, more than ``most`` bytes come, or they come too slowly.
        """
        began, total = self.now(), 0
        while True:
            with _catch_network_errors():
                piece = response.read1(CHUNK_BYTES)
            if not piece:
                return
            total += len(piece)
            if total > most:
                raise BrokenError(f"more than the {most} bytes that were expected")
            yield piece
            took = self.now() - began
            if took > self.policy.timeout_s and total < self.policy.slowest * took:
                raise BrokenError(f"too slow: {total} bytes in {took:.0f} s")

    @contextmanager
    def _open(self, url: str, headers: Mapping[str, str]) -> Iterator[HTTPResponse]:
        since = self.now() - self._last
        if 0 <= since < self.policy.pause_s:
            self._sleep(self.policy.pause_s - since)
        # a compressed answer could not be resumed, nor its size be known
        all_headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers}
        try:
            with self._opener.open(
                request.Request(url, headers=all_headers), timeout=self.policy.timeout_s
            ) as response:
                yield response
        finally:
            self._last = self.now()

    def _failure_of_answer(self, error: HTTPError, url: str) -> _Failure:
        error.close()
        why = f"answer {error.code} {error.reason}"
        if error.code not in BUSY:
            raise InputError("the server refused the request", where=url, got=why) from error
        return _Failure(why, demanded_s=retry_after_s(error.headers, now=self.now()))

    def _wait_s(self, attempt: int, failure: _Failure) -> float:
        own = min(self.policy.first_wait_s * 2.0 ** (attempt - 1), self.policy.longest_wait_s)
        return max(own, failure.demanded_s)

    def _wait(self, wait_s: float, url: str, failure: _Failure) -> None:
        if wait_s >= SHORT_WAIT_S:
            self._say(f"waiting {wait_s:.0f} s for {urlsplit(url).hostname}: {failure.why}")
        self._sleep(wait_s)


@contextmanager
def _catch_network_errors() -> Iterator[None]:
    """Distinguish a failing network from a failing disk: both raise OSError."""
    try:
        yield
    except (OSError, HTTPException) as error:
        raise BrokenError(str(error) or type(error).__name__) from error


def retry_after_s(headers: Mapping[str, str] | Message, *, now: float) -> float:
    """Return the wait that an answer demands.

    That is ``Retry-After``, in seconds or as a date, or what is left until the time that
    GitHub's ``X-RateLimit-Reset`` names; 0 where neither is there or can be read.

    Examples
    --------
    >>> retry_after_s({"Retry-After": "7"}, now=0.0)
    7.0
    >>> retry_after_s({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1060"}, now=1000.0)
    60.0
    """
    text = (headers.get("Retry-After") or "").strip()
    if text.isdecimal():
        return float(text)
    if text:
        try:
            return max(0.0, parsedate_to_datetime(text).timestamp() - now)
        except (ValueError, OverflowError):
            return 0.0
    reset = (headers.get("X-RateLimit-Reset") or "").strip()
    if (headers.get("X-RateLimit-Remaining") or "").strip() == "0" and reset.isdecimal():
        return max(0.0, float(reset) - now)
    return 0.0


def checked_url(url: str) -> str:
    """Return the address of a server without the last slash.

    Raises
    ------
    InputError
        If it is none that can be requested.

    Examples
    --------
    >>> checked_url("http://127.0.0.1:8000/")
    'http://127.0.0.1:8000'
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 — reading it is the check
        host = (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise InputError("not the address of a server", got=url) from error
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise InputError("not the address of a server", got=url, do="give http://… or https://…")
    return url.rstrip("/")
