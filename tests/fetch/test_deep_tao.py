"""Fetching from a server that misbehaves: whole files, nothing twice, never for ever."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from taonet.errors import InputError, OutputError, UnreachableError
from taonet.fetch import deep_tao as deep_tao_release
from taonet.fetch.deep_tao import SET_ASIDE, fetch_deep_tao
from taonet.fetch.deep_tao_listing import NON_TRANSIENTS, TRANSIENTS
from taonet.fetch.files import part_path
from taonet.fetch.polite_http import Client, RequestPolicy
from taonet.io.deep_tao.reader import read_deep_tao

_spec = importlib.util.spec_from_file_location("mirror", Path(__file__).with_name("mirror.py"))
assert _spec is not None and _spec.loader is not None
web = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(web)


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self):
        self.time, self.slept = 1_000_000.0, []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.time += seconds

    def now(self):
        return self.time

    @property
    def waits(self):
        """Without the pauses between requests."""
        return [seconds for seconds in self.slept if seconds > RequestPolicy().pause_s]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def mirror(deep_tao):
    found = web.Mirror()
    for truth in deep_tao.values():
        repository = NON_TRANSIENTS if truth.class_name == "NON" else TRANSIENTS
        path = f"data/{truth.class_name}/{truth.path.name}"
        found.files[repository, path] = truth.path.read_bytes()
    found.files[TRANSIENTS, "README.md"] = b"# read me"
    found.files[TRANSIENTS, "data/Read_dataset.ipynb"] = b"{}"
    with web.serving(found) as serving:
        yield serving


@pytest.fixture
def fetch(mirror, clock, tmp_path):
    def run(**options):
        client = options.pop("client", None) or Client(sleep=clock.sleep, now=clock.now)
        output = options.pop("output", tmp_path / "D")
        return fetch_deep_tao(output, base_url=mirror.url, client=client, **options)

    return run


def path_of(mirror, class_name, number=0):
    repository = NON_TRANSIENTS if class_name == "NON" else TRANSIENTS
    paths = sorted(p for r, p in mirror.files if r == repository and f"/{class_name}/" in p)
    return paths[number], mirror.files[repository, paths[number]]


def test_everything_lands_as_in_the_repositories(fetch, mirror, deep_tao, tmp_path):
    summary = fetch()
    assert (summary.files, summary.downloaded, summary.there, summary.set_aside) == (12, 12, 0, 0)
    for truth in deep_tao.values():
        landed = tmp_path / "D" / "data" / truth.class_name / truth.path.name
        assert landed.read_bytes() == truth.path.read_bytes()
        assert read_deep_tao(landed)[0].class_name == truth.class_name
    assert summary.bytes_downloaded == sum(t.path.stat().st_size for t in deep_tao.values())
    assert summary.listed == {"AGN": 2, "BZ": 2, "CV": 2, "SN": 2, "OTHER": 2, "NON": 2}
    assert "SN 2 of 1372" in str(summary)
    left = {p.name for p in (tmp_path / "D").rglob("*") if p.is_file()}
    others = {SET_ASIDE, ".fetching", *(f"listing-{c}.json" for c in summary.listed)}
    assert left == others | {truth.path.name for truth in deep_tao.values()}
    agents = {headers["User-Agent"] for _, headers in mirror.asked}
    assert len(agents) == 1 and "taonet" in agents.pop()


def test_nothing_is_asked_for_twice(fetch, mirror, clock):
    fetch(classes=["SN", "NON"])
    asked = len(mirror.asked)
    summary = fetch(classes=["SN", "NON"])
    assert (summary.downloaded, summary.there) == (0, 4)
    assert len(mirror.asked) == asked
    assert fetch().downloaded == 8
    # a pause between requests, none before the first one of the two runs that asked
    assert clock.slept == [RequestPolicy().pause_s] * (len(mirror.asked) - 2)


def test_a_limit_takes_from_each_class_in_turn(fetch, tmp_path):
    assert fetch(limit=7).downloaded == 7
    found = [p.parent.name for p in (tmp_path / "D" / "data").rglob("*.fits*")]
    assert sorted(found) == ["AGN", "AGN", "BZ", "CV", "NON", "OTHER", "SN"]


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


def test_it_waits_as_long_as_the_server_asks(fetch, mirror, clock):
    name = path_of(mirror, "SN")[0].split(":")[-1]
    mirror.faults[name].extend(
        [
            web.says(429, Retry_After="17"),
            web.says(403, X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(clock.time) + 900)),
        ]
    )
    assert fetch(classes=["SN"]).downloaded == 2
    assert clock.waits[0] == 17
    assert 850 < clock.waits[1] < 900


def test_it_does_not_wait_for_ever(fetch, mirror, clock):
    mirror.faults["commits/HEAD"].extend([web.says(429, Retry_After="86400")] * 99)
    with pytest.raises(UnreachableError, match="demands a wait of 86400 s"):
        fetch(classes=["SN"])
    assert clock.waits == []
    mirror.faults["commits/HEAD"].clear()
    mirror.faults["commits/HEAD"].extend([web.says(500)] * 99)
    with pytest.raises(UnreachableError, match=r"answer 500 .*after 6 tries"):
        fetch(classes=["SN"])
    assert clock.waits == [1, 2, 4, 8, 16]


def test_a_file_that_never_comes_right_is_set_aside_and_counted(fetch, mirror, tmp_path):
    damaged, gone = path_of(mirror, "SN")[0], path_of(mirror, "NON")[0]
    mirror.faults[damaged.split(":")[-1]].extend([web.other_bytes] * 99)
    mirror.faults[gone.split(":")[-1]].extend([web.says(404)] * 99)
    summary = fetch()
    assert (summary.files, summary.downloaded, summary.set_aside) == (12, 10, 2)
    assert mirror.times_asked(gone.split(":")[-1]) == 1
    assert mirror.times_asked(damaged.split(":")[-1]) == RequestPolicy().tries
    lines = [json.loads(x) for x in (tmp_path / "D" / SET_ASIDE).read_text().splitlines()]
    assert {line["source"] for line in lines} == {damaged, gone}
    assert not (tmp_path / "D" / damaged).exists()
    mirror.faults.clear()
    again = fetch()
    assert (again.downloaded, again.there, again.set_aside) == (2, 10, 0)


def test_a_server_that_went_away_ends_it(fetch, mirror):
    mirror.faults["/data/"].extend([web.hang_up] * 10_000)
    with pytest.raises(UnreachableError, match="goes on where it stopped"):
        fetch()
    files = [p for p, _ in mirror.asked if "/data/" in p]
    assert len(files) == RequestPolicy().tries * deep_tao_release.MOST_SILENCES


def test_a_slow_answer_is_given_up(fetch, clock):
    def pieces_that_take_a_minute():
        clock.time += 60
        return clock.time

    client = Client(sleep=clock.sleep, now=pieces_that_take_a_minute, policy=RequestPolicy(tries=2))
    with pytest.raises(UnreachableError, match="too slow"):
        fetch(classes=["SN"], client=client)


@pytest.mark.parametrize(
    "name",
    ["../x.fits", "..", "a/b.fits", "/etc/x.fits", "a\\b.fits", ".x.fits", "", "x\n.fits",
     "x\0.fits", "x" * 300 + ".fits", "\ud800.fits", None, 7],
)  # fmt: skip
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


def test_a_whole_file_that_is_not_fits_is_set_aside_each_time(fetch, mirror):
    path, content = path_of(mirror, "SN")
    mirror.files[TRANSIENTS, path] = content[:100_000]
    for _ in range(2):
        summary = fetch(classes=["SN"])
        assert summary.set_aside == 1
        assert summary.files == summary.downloaded + summary.there + summary.set_aside
    assert mirror.times_asked(path.split(":")[-1]) == 1


def test_somebody_elses_file_is_left_alone(fetch, mirror, tmp_path):
    path, _ = path_of(mirror, "SN")
    mine = tmp_path / "D" / path
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    summary = fetch(classes=["SN"])
    assert (summary.downloaded, summary.set_aside) == (1, 1)
    assert "remove it to fetch it anew" in summary.first_reason
    assert mine.read_bytes() == b"mine"


def test_the_version_stays_the_same_when_the_repository_moves_on(fetch, mirror):
    fetch(classes=["SN"])
    mirror.faults["commits/HEAD"].extend([web.says(200, json.dumps({"sha": "d" * 40}).encode())])
    assert fetch(classes=["CV"]).downloaded == 2


def test_a_damaged_listing_names_itself(fetch, tmp_path):
    fetch(classes=["SN"])
    for text in ("{", "[]", "{}", '{"repository": "x"}'):
        (tmp_path / "D" / "listing-SN.json").write_text(text)
        with pytest.raises(InputError, match=r"listing-SN.json.*remove it"):
            fetch(classes=["SN"])


def test_no_room_is_told_before_anything_is_fetched(fetch, mirror, monkeypatch):
    monkeypatch.setattr(deep_tao_release, "SPARE_BYTES", 10**18)
    with pytest.raises(OutputError, match="no room left to write"):
        fetch()
    assert not mirror.times_asked("/data/")


def test_a_disk_that_fills_up_is_one_line(mirror, tmp_path):
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "from taonet.cli import main; main()"
    )
    words = ["fetch", "deep-tao", "--class", "SN", "-o", str(tmp_path / "D")]
    command = [sys.executable, "-c", code, *words, "--base-url", mirror.url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no room left to write" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "D" / "data" / "SN").glob("[!.]*"))


def test_a_clone_is_verified_and_completed(fetch, mirror, tmp_path):
    path, content = path_of(mirror, "SN")
    (tmp_path / "D" / path).parent.mkdir(parents=True)
    (tmp_path / "D" / path).write_bytes(content)
    summary = fetch(classes=["SN"])
    assert (summary.downloaded, summary.there) == (1, 1)
    assert not mirror.times_asked(path)


def test_two_do_not_fetch_into_one_folder(fetch, tmp_path):
    with deep_tao_release._lock_folder(tmp_path / "D"):
        with pytest.raises(OutputError, match="another run"):
            fetch()


@pytest.mark.parametrize(
    "url",
    ["file:///etc", "ftp://x", "127.0.0.1", "http://", "http://x:port", "http://x?y", "\ud800"],
)
def test_a_base_url_must_be_one(tmp_path, url):
    with pytest.raises(InputError, match="not the address of a server"):
        fetch_deep_tao(tmp_path / "D", base_url=url)
    assert not (tmp_path / "D").exists()


def test_a_redirect_never_leads_to_a_file(fetch, mirror, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text('{"sha": "' + "e" * 40 + '"}')
    mirror.faults["commits/HEAD"].extend([web.says(302, Location=f"file://{secret}")] * 99)
    with pytest.raises((InputError, UnreachableError)):
        fetch(classes=["SN"])


def test_killed_in_the_middle_of_a_file_it_goes_on_there(mirror, tmp_path):
    path, content = path_of(mirror, "SN")
    there, release = threading.Event(), threading.Event()

    def stall(request, content):
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content[:100_000])
        there.set()
        release.wait(60)

    mirror.faults[path.split(":")[-1]].append(stall)
    code = "import sys; from taonet.cli import main; main()"
    words = ["fetch", "deep-tao", "--class", "SN", "-o", str(tmp_path / "D"), "--json"]
    command = [sys.executable, "-c", code, *words, "--base-url", mirror.url]
    killed = subprocess.Popen(command, env=os.environ | {"no_proxy": "*"})
    assert there.wait(60)
    part = part_path(tmp_path / "D" / path)
    while not (part.exists() and part.stat().st_size):
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    release.set()
    assert not (tmp_path / "D" / path).exists()
    have = part.stat().st_size
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    summary = json.loads(done.stdout)
    assert summary["downloaded"] + summary["there"] == 2
    assert (tmp_path / "D" / path).read_bytes() == content
    last = [headers for p, headers in mirror.asked if path.split(":")[-1] in p][-1]
    assert last["Range"] == f"bytes={have}-"
