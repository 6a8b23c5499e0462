"""Fetching from a server that misbehaves: whole files, nothing twice, never for ever."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from fetch import mirror as web
from fetch.mirror import path_of
from taonet.errors import OutputError, UnreachableError
from taonet.fetch import deep_tao as deep_tao_release
from taonet.fetch.deep_tao import SET_ASIDE
from taonet.fetch.deep_tao_listing import TRANSIENTS
from taonet.fetch.files import part_path
from taonet.fetch.polite_http import RequestPolicy
from taonet.io.deep_tao.reader import read_deep_tao


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
