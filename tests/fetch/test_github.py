"""Listings and pointers of GitHub: what is no file is set aside, and no name leads elsewhere."""

import pytest

from fetch import mirror as web
from fetch.mirror import path_of
from taonet.errors import InputError
from taonet.fetch.deep_tao_listing import TRANSIENTS
from taonet.fetch.github import Blob, Repository, Server, blob_of, folders_in
from taonet.fetch.polite_http import Client

HOSTILE = (
    "../x.fits", "..", "a/b.fits", "/etc/x.fits", "a\\b.fits", ".x.fits", "", "x\n.fits",
    "x\0.fits", "x" * 300 + ".fits", "\ud800.fits", None, 7,
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_leads_nowhere(fetch, mirror, tmp_path, name):
    bad = {"path": name, "mode": "100644", "type": "blob", "size": 3, "sha": "0" * 40}
    mirror.extra_entries["data/SN"].append(bad)
    summary = fetch(classes=["SN"])
    listed = isinstance(name, str) and name.endswith(".fits")
    assert (summary.downloaded, summary.set_aside, summary.files) == (2, listed, 2 + listed)
    within = {p.relative_to(tmp_path).parts[0] for p in tmp_path.rglob("*")}
    assert within == {"D"}


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "120000"},
        {"type": "commit"},
        {"size": -1},
        {"size": "3"},
        {"sha": "../.."},
        {"sha": 0},
    ],
)
def test_an_entry_that_is_no_file_is_set_aside(fetch, mirror, change):
    entry = {"path": "x.fits", "mode": "100644", "type": "blob", "size": 3, "sha": "0" * 40}
    mirror.extra_entries["data/SN"].append(entry | change)
    summary = fetch(classes=["SN"])
    assert (summary.downloaded, summary.set_aside) == (2, 1)


def test_a_truncated_listing_is_refused(fetch, mirror, tmp_path):
    mirror.truncated = True
    with pytest.raises(InputError, match=r"only a part .*clone https://github.com/"):
        fetch(classes=["SN"])
    assert not list((tmp_path / "D").glob("listing*"))


def test_a_listing_cut_off_is_asked_for_again(fetch, mirror):
    mirror.faults["git/trees"].extend([web.cut_after(30), web.says(200, b"[1]")])
    assert fetch(classes=["SN"]).downloaded == 2


@pytest.mark.parametrize("content", [b"{}", b'{"tree": 3}', b'{"tree": [3]}', b'{"sha": 1}'])
def test_what_is_no_listing_is_refused(fetch, mirror, content):
    mirror.faults["/repos/"].extend([web.says(200, content)] * 99)
    with pytest.raises(InputError):
        fetch(classes=["SN"])


def test_a_pointer_into_large_file_storage_is_followed(fetch, mirror, tmp_path):
    path, content = path_of(mirror, "SN")
    mirror.large[TRANSIENTS, path] = content
    mirror.files[TRANSIENTS, path] = web.pointer_to(content)
    mirror.faults["/media/"].append(web.cut_after(30_000))
    assert fetch(classes=["SN"]).downloaded == 2
    assert (tmp_path / "D" / path).read_bytes() == content
    asked = len(mirror.asked)
    assert fetch(classes=["SN"]).there == 2
    assert len(mirror.asked) == asked


def test_a_small_file_that_is_no_pointer_is_set_aside(fetch, mirror):
    path, _ = path_of(mirror, "SN")
    mirror.files[TRANSIENTS, path] = b"SIMPLE  = oh well"
    summary = fetch(classes=["SN"])
    assert (summary.downloaded, summary.set_aside) == (1, 1)
    assert "no pointer" in summary.first_reason


def test_where_files_are_is_what_github_says():
    repository = Repository(name="a/b", client=Client(), server=Server())
    blob = Blob(name="x y.fits", size=3, sha1="0" * 40)
    plain = repository.file("c" * 40, "data/x y.fits", blob)
    assert plain.url == f"https://raw.githubusercontent.com/a/b/{'c' * 40}/data/x%20y.fits"
    assert (plain.size, plain.kind, plain.digest) == (3, "git", "0" * 40)
    large = repository.large_file("c" * 40, "x", web.pointer_to(b"hello"))
    assert large is not None
    assert large.url == f"https://media.githubusercontent.com/media/a/b/{'c' * 40}/x"
    # echo -n hello | sha256sum
    digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert (large.size, large.kind, large.digest) == (5, "sha256", digest)
    assert repository.large_file("c" * 40, "x", web.pointer_to(b"hello") + b"more") is None


def test_folders_and_files_of_a_listing_are_told_apart():
    folder = {"path": "data", "mode": "040000", "type": "tree", "sha": "1" * 40}
    file = {"path": "x", "mode": "100755", "type": "blob", "size": 0, "sha": "2" * 40}
    assert folders_in([folder, file]) == {"data": "1" * 40}
    assert blob_of(file) == Blob(name="x", size=0, sha1="2" * 40)
    assert blob_of(folder) == "it is no plain file"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_no_name_of_a_file(name):
    entry = {"path": name, "mode": "100644", "type": "blob", "size": 3, "sha": "0" * 40}
    assert blob_of(entry) == "its name is not one of a file"
