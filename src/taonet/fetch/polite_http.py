"""Asking a web server politely: one request at a time, with pauses, and never for ever.

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
"""Answers after which the same question may be asked again; GitHub says 403 for "too often"."""

NETWORK_ERRORS = (URLError, HTTPException, TimeoutError, ConnectionError)

CHUNK_BYTES = 1 << 16

WORTH_SAYING_S = 5.0


class BrokenError(Exception):
    """What came was not what was asked for; asking again may help."""


@dataclass(frozen=True, kw_only=True)
class RequestPolicy:
    """How a server is asked.

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
    """Ask servers, one request at a time.

    Parameters
    ----------
    manners : Manners
    sleep, now : function
        Wait for some seconds; say what time it is, in seconds since 1970.
    say : function
        Told in a line why there is a longer wait.
    """

    def __init__(
        self,
        *,
        manners: RequestPolicy | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.manners = manners or RequestPolicy()
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

    def ask(
        self,
        url: str,
        take: Callable[[HTTPResponse], T],
        *,
        headers: Callable[[], Mapping[str, str]] = dict,
    ) -> T:
        """Ask until there is an answer that can be taken, or it is no use.

        Parameters
        ----------
        take : function
            Reads the answer with `pieces`; raises `BrokenError` if it is not what was asked for.
        headers : function
            Of the request, made anew for each try.

        Raises
        ------
        InputError
            If the server says no for good.
        UnreachableError
            If it never answers, or asks for more patience than there is.
        """
        waited, asked, why = 0.0, 0.0, ""
        for tried in range(self.manners.tries):
            if tried:
                wait = self._wait(tried, asked)
                if waited + wait > self.manners.patience_s:
                    why = f"{why}; it asks to wait {wait:.0f} s"
                    break
                if wait >= WORTH_SAYING_S:
                    self._say(f"waiting {wait:.0f} s for {urlsplit(url).hostname}: {why}")
                self._sleep(wait)
                waited += wait
            asked = 0.0
            try:
                with self._open(url, headers()) as response:
                    return take(response)
            except HTTPError as error:
                error.close()
                why = f"answer {error.code} {error.reason}"
                if error.code not in BUSY:
                    raise InputError("the server says no", where=url, got=why) from error
                asked = retry_after_s(error.headers, now=self.now())
            except BrokenError as error:
                why = str(error)
            except NETWORK_ERRORS as error:
                why = str(error) or type(error).__name__
        raise UnreachableError(
            "no good answer",
            where=url,
            got=f"{why}, after {tried + 1} tries",
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
            if took > self.manners.timeout_s and total < self.manners.slowest * took:
                raise BrokenError(f"too slow: {total} bytes in {took:.0f} s")

    @contextmanager
    def _open(self, url: str, headers: Mapping[str, str]) -> Iterator[HTTPResponse]:
        since = self.now() - self._last
        if 0 <= since < self.manners.pause_s:
            self._sleep(self.manners.pause_s - since)
        # a compressed answer could not be resumed, nor its size be known
        given = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers}
        try:
            with self._opener.open(
                request.Request(url, headers=given), timeout=self.manners.timeout_s
            ) as response:
                yield response
        finally:
            self._last = self.now()

    def _wait(self, tried: int, asked: float) -> float:
        own = min(self.manners.first_wait_s * 2.0 ** (tried - 1), self.manners.longest_wait_s)
        return max(own, asked)


@contextmanager
def _catch_network_errors() -> Iterator[None]:
    """Tell a failing network from a failing disk: both are an OSError."""
    try:
        yield
    except (OSError, HTTPException) as error:
        raise BrokenError(str(error) or type(error).__name__) from error


def retry_after_s(headers: Mapping[str, str] | Message, *, now: float) -> float:
    """Return how long an answer asks to wait.

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
        If it is none that can be asked.

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
