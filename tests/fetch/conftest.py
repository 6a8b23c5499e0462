"""A server for the tests of fetching, and a clock that does not wait."""

import pytest

from fetch.mirror import Mirror, serving
from taonet.fetch.deep_tao import fetch_deep_tao
from taonet.fetch.deep_tao_listing import NON_TRANSIENTS, TRANSIENTS
from taonet.fetch.polite_http import Client, RequestPolicy


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
    found = Mirror()
    for truth in deep_tao.values():
        repository = NON_TRANSIENTS if truth.class_name == "NON" else TRANSIENTS
        path = f"data/{truth.class_name}/{truth.path.name}"
        found.files[repository, path] = truth.path.read_bytes()
    found.files[TRANSIENTS, "README.md"] = b"# read me"
    found.files[TRANSIENTS, "data/Read_dataset.ipynb"] = b"{}"
    with serving(found) as mirror:
        yield mirror


@pytest.fixture
def fetch(mirror, clock, tmp_path):
    def run(**options):
        client = options.pop("client", None) or Client(sleep=clock.sleep, now=clock.now)
        output = options.pop("output", tmp_path / "D")
        return fetch_deep_tao(output, base_url=mirror.url, client=client, **options)

    return run
