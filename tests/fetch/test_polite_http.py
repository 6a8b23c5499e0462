"""Requests that wait as long as they are told to, and never for ever."""

import pytest

from fetch import mirror as web
from fetch.mirror import path_of
from taonet.errors import InputError, UnreachableError
from taonet.fetch.deep_tao import fetch_deep_tao
from taonet.fetch.polite_http import Client, RequestPolicy, retry_after_s


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


def test_a_slow_answer_is_given_up(fetch, clock):
    def pieces_that_take_a_minute():
        clock.time += 60
        return clock.time

    client = Client(sleep=clock.sleep, now=pieces_that_take_a_minute, policy=RequestPolicy(tries=2))
    with pytest.raises(UnreachableError, match="too slow"):
        fetch(classes=["SN"], client=client)


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


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, 0.0),
        ({"Retry-After": "17"}, 17.0),
        ({"Retry-After": "Fri, 02 Jan 1970 00:00:30 GMT"}, 30.0),
        ({"Retry-After": "Thu, 01 Jan 1970 00:00:30 GMT"}, 0.0),
        ({"Retry-After": "soon"}, 0.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "86460"}, 60.0),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "86460"}, 0.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "86000"}, 0.0),
    ],
)
def test_a_demanded_wait_is_read_in_every_spelling(headers, wait):
    # a day after 1970 began
    assert retry_after_s(headers, now=86_400.0) == wait
