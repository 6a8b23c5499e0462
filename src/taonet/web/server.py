"""Serving the page until Ctrl-C: the address is printed once everything is ready."""

import socket
from collections.abc import Callable
from urllib.parse import urlencode

import uvicorn

from taonet.errors import OutputError
from taonet.web.app import create_app
from taonet.web.security import Access
from taonet.web.session import Session


def serve_session(
    session: Session,
    access: Access,
    *,
    host: str,
    port: int,
    say: Callable[[str], None],
) -> None:
    """Serve the page of a session; return when it is interrupted.

    Parameters
    ----------
    access : Access
        From `taonet.web.security.access_for`, which refuses unsafe addresses.
    say : function
        Called with the address, once it answers.

    Raises
    ------
    OutputError
        If the address is taken, or is not one of this machine.
    """
    listener = open_listener(host, port)
    with listener:
        say(page_url(host, listener.getsockname()[1], access))
        config = uvicorn.Config(
            create_app(session, access), log_level="warning", server_header=False, ws="none"
        )
        uvicorn.Server(config).run(sockets=[listener])


def open_listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address.

    Raises
    ------
    OutputError
        If it is taken, or is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        do = "choose another --port (0: any that is free) or --host"
        where = f"{host}:{port}"
        raise OutputError("cannot listen here", where=where, got=error.strerror, do=do) from error
    return listener


def page_url(host: str, port: int, access: Access) -> str:
    """Return the address to open.

    Examples
    --------
    >>> page_url("127.0.0.1", 8765, Access())
    'http://127.0.0.1:8765/'
    """
    name = f"[{host}]" if ":" in host else host
    query = f"?{urlencode({'token': access.token})}" if access.token else ""
    return f"http://{name}:{port}/{query}"
