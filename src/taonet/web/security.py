"""Who may talk to the page: checks before every request, and headers after it.

The page serves one person on their own machine. Other pages that are open in the same browser can
send requests to it as well: so the ``Host`` header must be ours (a foreign name that resolves to
this machine is not), requests that change something must come from our own page and carry a header
that foreign pages cannot set, and beyond this machine a token is needed.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taonet.errors import InputError

CHANGE_HEADER: Final = "x-taonet"
"""Requests that change something carry it, with any value: pages of other sites cannot."""

COOKIE: Final = "taonet_token"

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})

POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})

LARGE_BODIES: Final = frozenset({"/api/classify"})
"""Where files are sent, whose size is checked as they come."""

MOST_BODY: Final = 65_536

LEAST_TOKEN: Final = 16
"""Characters of a token: shorter ones can be guessed."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may talk to the page.

    Parameters
    ----------
    hosts : frozenset of str
        What the ``Host`` header may be, without the port; empty: anything, where a token is needed.
    token : str
        What visitors must know; empty: none is needed.
    """

    hosts: frozenset[str] = LOCAL_NAMES
    token: str = ""


def is_loopback(host: str) -> bool:
    """Return whether an address is this machine's own, which nobody else can reach.

    Examples
    --------
    >>> [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "192.168.1.2")]
    [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def access_for(host: str, token: str) -> Access:
    """Return who may talk to a page at an address.

    Raises
    ------
    InputError
        If the address can be reached from elsewhere and there is no token, or it is too short.
    """
    if token and (len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable()):
        do = f"give at least {LEAST_TOKEN} letters and digits"
        raise InputError("the token is too weak", where="--token", do=do)
    if is_loopback(host):
        own = f"[{host}]" if ":" in host else host
        return Access(hosts=LOCAL_NAMES | {own}, token=token)
    if not token:
        raise InputError(
            "others could reach the page at this address",
            where="--host",
            got=host,
            do="give a --token that visitors must know, or leave out --host",
        )
    return Access(hosts=frozenset(), token=token)


class Guard:
    """The checks before every request and the headers after it, as ASGI middleware."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app, self.access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            # there are no web sockets here
            await send({"type": "websocket.close", "code": 1008})
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message, scope["path"])
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self.app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if self.access.hosts and _host_name(headers.get("host", "")) not in self.access.hosts:
            return _refuse(421, "this is not the address of the page", "open the printed address")
        if self.access.token and (answer := self._check_token(scope, headers)) is not None:
            return answer
        if scope["path"].startswith("/api") and not _is_own(headers):
            return _refuse(403, "requests from other sites are refused", "use the page itself")
        if scope["method"] not in SAFE_METHODS and CHANGE_HEADER not in headers:
            do = f"send the header {CHANGE_HEADER} with any value"
            return _refuse(403, "a request that changes something needs a header", do)
        return None if scope["path"] in LARGE_BODIES else _check_size(headers)

    def _check_token(self, scope: Scope, headers: Headers) -> Response | None:
        kind, _, stated = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._is_token(stated):
            return None
        if self._is_token(_cookie(headers)):
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        stated = next((value for name, value in query if name == "token"), "")
        if scope["method"] in SAFE_METHODS and self._is_token(stated):
            return _welcome(scope, stated, query)
        do = "open the address that was printed, with its token"
        return _refuse(401, "a token is needed", do)

    def _is_token(self, stated: str) -> bool:
        return hmac.compare_digest(stated.encode(), self.access.token.encode())


def _welcome(scope: Scope, token: str, query: Iterable[tuple[str, str]]) -> Response:
    """Keep the token in a cookie, and take it off the address: addresses are kept and shown."""
    rest = urlencode([(name, value) for name, value in query if name != "token"])
    # two slashes at the beginning would be another machine
    path = "/" + quote(scope["path"].lstrip("/\\"))
    answer = RedirectResponse(f"{path}?{rest}" if rest else path, status_code=303)
    answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
    return answer


def _cookie(headers: Headers) -> str:
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return "" if cookie is None else cookie.value


def _host_name(host: str) -> str:
    """Return a Host header without its port.

    Examples
    --------
    >>> _host_name("127.0.0.1:8765"), _host_name("[::1]:8765"), _host_name("localhost")
    ('127.0.0.1', '[::1]', 'localhost')
    """
    name, colon, port = host.rpartition(":")
    is_port = colon and (port.isdigit() or not port) and not name.endswith(":")
    return (name if is_port else host).lower()


def _is_own(headers: Headers) -> bool:
    """Return whether a request comes from the page itself, or from no page at all."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")


def _check_size(headers: Headers) -> Response | None:
    """Refuse a body that is large, or of a size that is not stated."""
    size = headers.get("content-length", "0")
    if "transfer-encoding" in headers:
        return _refuse(411, "the size of the request is not stated", "send its length")
    if not size.isascii() or not size.isdigit() or int(size) > MOST_BODY:
        return _refuse(413, "the request is too large", f"send at most {MOST_BODY} bytes")
    return None


def _refuse(status: int, error: str, do: str) -> Response:
    return JSONResponse({"error": error, "do": do}, status_code=status)


def _add_headers(message: Message, path: str) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers[name] = value
    if path.startswith("/api") and "cache-control" not in headers:
        headers["Cache-Control"] = "no-store"
