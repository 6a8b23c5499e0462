"""A web server on this machine that answers as GitHub does, and misbehaves as it is told."""

import hashlib
import json
import re
import threading
from collections import defaultdict, deque
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from taonet.fetch.deep_tao_listing import NON_TRANSIENTS, TRANSIENTS

COMMIT = "c" * 40


def git_sha1(content):
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()


def pointer_to(content):
    digest = hashlib.sha256(content).hexdigest()
    head = "version https://git-lfs.github.com/spec/v1"
    return f"{head}\noid sha256:{digest}\nsize {len(content)}\n".encode()


class Mirror:
    """What it serves, what it does wrong, and what it was asked.

    ``files`` maps (repository, path) to bytes; ``large`` those kept by Git LFS. ``faults`` maps a
    part of a URL to what goes wrong there, once each: functions of the request and the content.
    """

    def __init__(self):
        self.files, self.large = {}, {}
        self.extra_entries = defaultdict(list)
        self.faults = defaultdict(deque)
        self.ranges = True
        self.truncated = False
        self.asked = []
        self.url = ""

    def times_asked(self, part):
        return sum(part in path for path, _ in self.asked)

    def answer(self, request):
        path = unquote(request.path)
        self.asked.append((path, dict(request.headers)))
        content = self.content_of(path)
        for part, faults in self.faults.items():
            if part in path and faults:
                faults.popleft()(request, content)
                return
        if content is None:
            give(request, 404, b"{}")
            return
        wanted = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        if wanted and self.ranges and not path.startswith("/repos/"):
            give_rest(request, content, int(wanted[1]))
        else:
            give(request, 200, content)

    def content_of(self, path):
        if found := re.fullmatch(r"/repos/([^/]+/[^/]+)/commits/HEAD", path):
            return json.dumps({"sha": COMMIT}).encode()
        if found := re.fullmatch(r"/repos/([^/]+/[^/]+)/git/trees/([0-9a-f]{40})", path):
            return self.tree(found[1], found[2])
        if found := re.fullmatch(rf"/media/([^/]+/[^/]+)/{COMMIT}/(.+)", path):
            return self.large.get((found[1], found[2]))
        if found := re.fullmatch(rf"/([^/]+/[^/]+)/{COMMIT}/(.+)", path):
            return self.files.get((found[1], found[2]))
        return None

    def tree(self, repository, sha):
        """List a folder; a folder's hash is that of its path here."""
        mine = {path: content for (name, path), content in self.files.items() if name == repository}
        folders = {""} | {
            "/".join(p.split("/")[:k]) for p in mine for k in range(1, p.count("/") + 1)
        }
        by_sha = {COMMIT if not f else hashlib.sha1(f.encode()).hexdigest(): f for f in folders}
        if sha not in by_sha:
            return None
        folder = by_sha[sha]
        entries: list[dict] = [
            {"path": f.split("/")[-1], "mode": "040000", "type": "tree", "sha": key}
            for key, f in by_sha.items()
            if f and f.rpartition("/")[0] == folder
        ]
        entries += [
            {
                "path": path.split("/")[-1],
                "mode": "100644",
                "type": "blob",
                "size": len(content),
                "sha": git_sha1(content),
            }
            for path, content in mine.items()
            if path.rpartition("/")[0] == folder
        ]
        entries += self.extra_entries[folder]
        return json.dumps({"sha": sha, "tree": entries, "truncated": self.truncated}).encode()


def give(request, code, content, **headers):
    request.send_response(code)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


def give_rest(request, content, start):
    if start >= len(content):
        give(request, 416, b"", Content_Range=f"bytes */{len(content)}")
    else:
        said = f"bytes {start}-{len(content) - 1}/{len(content)}"
        give(request, 206, content[start:], Content_Range=said)


def cut_after(n):
    """Promise all of the content, give n bytes of it, hang up."""

    def fault(request, content):
        wanted = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        start = int(wanted[1]) if wanted else 0
        request.send_response(206 if wanted else 200)
        if wanted:
            said = f"bytes {start}-{len(content) - 1}/{len(content)}"
            request.send_header("Content-Range", said)
        request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        request.wfile.write(content[start : start + n])
        request.close_connection = True

    return fault


def says(code, content=b"{}", **headers):
    return lambda request, _: give(request, code, content, **headers)


def other_bytes(request, content):
    give(request, 200, bytes([content[0] ^ 1]) + content[1:])


def hang_up(request, _):
    request.close_connection = True


def another_range(request, content):
    give(request, 206, content[7:], Content_Range=f"bytes 7-{len(content) - 1}/{len(content)}")


@contextmanager
def serving(mirror):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            mirror.answer(self)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    mirror.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield mirror
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def path_of(mirror, class_name, number=0):
    """The path of a file of a class in its repository, and its content."""
    repository = NON_TRANSIENTS if class_name == "NON" else TRANSIENTS
    paths = sorted(p for r, p in mirror.files if r == repository and f"/{class_name}/" in p)
    return paths[number], mirror.files[repository, paths[number]]
