"""Files from a server that misbehaves: whole, verified, and resumed where they were cut off."""

import hashlib

import pytest

from fetch import mirror as web
from fetch.mirror import git_sha1, path_of
from taonet.fetch.files import RemoteFile, part_path


def test_a_download_that_was_cut_goes_on_within_the_file(fetch, mirror, clock, tmp_path):
    path, content = path_of(mirror, "SN")
    name = path.split(":")[-1]
    mirror.faults[name].extend([web.cut_after(50_000), web.hang_up, web.cut_after(50_000)])
    summary = fetch(classes=["SN"])
    assert summary.downloaded == 2
    assert (tmp_path / "D" / path).read_bytes() == content
    ranges = [h.get("Range") for p, h in mirror.asked if name in p]
    assert ranges == [None, "bytes=50000-", "bytes=50000-", "bytes=100000-"]
    assert clock.waits == [1, 2, 4]


def test_a_server_without_ranges_gives_the_file_from_the_start(fetch, mirror, tmp_path):
    path, content = path_of(mirror, "CV")
    mirror.ranges = False
    mirror.faults[path.split(":")[-1]].append(lambda r, c: web.give(r, 200, c[:40_000]))
    assert fetch(classes=["CV"]).downloaded == 2
    assert (tmp_path / "D" / path).read_bytes() == content


@pytest.mark.parametrize(
    "fault",
    [
        web.other_bytes,
        web.another_range,
        web.says(200, b"<html>Please log in</html>"),
        lambda request, content: web.give(request, 200, content + b"more"),
        web.says(500),
        web.says(503, Retry_After="soon"),
        web.hang_up,
    ],
)
@pytest.mark.parametrize("began", [0, 1000, 10**9])
def test_what_comes_wrong_is_asked_for_again(fetch, mirror, tmp_path, fault, began):
    path, content = path_of(mirror, "BZ")
    part = part_path(tmp_path / "D" / path)
    part.parent.mkdir(parents=True)
    part.write_bytes(content[:began] + b"x" * (began > len(content)))
    mirror.faults[path.split(":")[-1]].append(fault)
    assert fetch(classes=["BZ"]).downloaded == 2
    assert (tmp_path / "D" / path).read_bytes() == content
    assert not part.exists()


def test_a_part_of_something_else_does_not_spoil_the_file(fetch, mirror, tmp_path):
    path, content = path_of(mirror, "SN")
    for part in (b"x" * 1000, b"x" * len(content), b"x" * (len(content) + 1)):
        at = part_path(tmp_path / "D" / path)
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_bytes(part)
        fetch(classes=["SN"])
        assert (tmp_path / "D" / path).read_bytes() == content
        (tmp_path / "D" / path).unlink()


def test_a_range_that_cannot_be_had_is_not_asked_for_again(fetch, mirror, tmp_path):
    path, content = path_of(mirror, "SN")
    part = part_path(tmp_path / "D" / path)
    part.parent.mkdir(parents=True)
    part.write_bytes(content[:500])
    mirror.faults[path.split(":")[-1]].append(web.says(416))
    assert fetch(classes=["SN"]).downloaded == 2


CONTENT = b"SIMPLE  = of some bytes"


@pytest.mark.parametrize(
    ("kind", "digest"),
    [
        ("sha256", hashlib.sha256(CONTENT).hexdigest()),
        ("git", git_sha1(CONTENT)),
    ],
)
def test_a_file_is_there_only_if_its_bytes_are(kind, digest, tmp_path):
    remote = RemoteFile(url="http://x/y", size=len(CONTENT), kind=kind, digest=digest)
    path = tmp_path / "y"
    assert not remote.is_at(path)
    for content, there in ((CONTENT, True), (CONTENT[:-1], False), (CONTENT[:-1] + b"S", False)):
        path.write_bytes(content)
        assert remote.is_at(path) is there


def test_git_names_an_empty_file_as_everywhere(tmp_path):
    (tmp_path / "empty").touch()
    # the SHA-1 of the empty blob in every repository of git
    digest = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert RemoteFile(url="", size=0, kind="git", digest=digest).is_at(tmp_path / "empty")
