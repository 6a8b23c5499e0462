"""Serving: a socket of this machine, one line with the address, and an end at Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from taonet.errors import OutputError
from taonet.web.security import Access, access_for
from taonet.web.server import open_listener, page_url, serve_session


def test_an_address_that_is_taken_is_told():
    with open_listener("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(OutputError, match="cannot listen here"):
            open_listener("127.0.0.1", port)
    with pytest.raises(OutputError, match="cannot listen here"):
        open_listener("192.0.2.1", 0)


def test_the_address_has_what_is_needed_to_open_it():
    token = "a token/of letters?"
    assert page_url("::1", 80, Access()) == "http://[::1]:80/"
    assert page_url("0.0.0.0", 80, access_for("0.0.0.0", token)).endswith(
        "/?token=a+token%2Fof+letters%3F"
    )


def test_it_serves_until_it_is_interrupted(things, tmp_path):
    """The whole command: the line with the address is the first one, and the page answers."""
    command = [
        sys.executable, "-m", "taonet", "serve", things / "answers.parquet", "--port", "0",
        "--labels", tmp_path / "l.jsonl",
    ]  # fmt: skip
    served = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert served.stdout is not None
    try:
        url = served.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{url}api/session", timeout=30) as answer:
            assert json.load(answer)["n_objects"] == 6
            assert "uvicorn" not in str(answer.headers)
        # this machine alone can reach it
        with socket.socket() as other, pytest.raises(OSError):
            other.bind(("127.0.0.1", int(url.rpartition(":")[2].strip("/"))))
    finally:
        served.send_signal(signal.SIGINT)
        rest = served.communicate(timeout=60)
    assert rest[0] == ""
    assert "Traceback" not in rest[1]
    assert served.returncode in (0, 130)


def test_a_server_tells_its_address_once_it_listens(session, monkeypatch):
    said = []
    monkeypatch.setattr(
        "uvicorn.Server.run", lambda _server, sockets: said.append(sockets[0].getsockname())
    )
    serve_session(session, Access(), host="127.0.0.1", port=0, say=said.append)
    assert said[0] == page_url("127.0.0.1", said[1][1], Access())
