import base64
import hashlib
import json
import re
import zlib

import numpy as np
import pytest

from taonet.reports.object_page import MODULES, object_page, write_object_page
from taonet.reports.packed_frames import pack_frames
from taonet.sky.sequence import ImageSequence

NAUGHTY = "</script><script>alert(1)</script>\u2028&amp;"


@pytest.fixture(scope="module")
def sequence():
    pixels = np.random.default_rng(1).normal(1000, 30, (100, 64, 64)).astype(np.int32)
    return ImageSequence.from_frames("a", pixels, 57000 + np.arange(100.0))


@pytest.fixture(scope="module")
def page(sequence):
    packed = pack_frames(sequence)
    return object_page({"object_id": NAUGHTY, "frames": packed.describe()}, packed)


def part_of(page, opening):
    return re.findall(rf"<script {opening}>(.*?)</script>", page, re.S)[0]


def test_a_hundred_epochs_take_less_than_two_megabytes(page):
    assert 500_000 < len(page.encode()) < 2_000_000


def test_the_frames_come_back_bit_by_bit(page, sequence):
    packed = zlib.decompress(base64.b64decode(part_of(page, 'type="text/plain".*?')))
    frames = json.loads(part_of(page, 'id="object-document".*?'))["frames"]
    raw = np.frombuffer(packed, "<i2").reshape(100, frames["height"], frames["width"])
    assert np.array_equal(raw * frames["scale"] + frames["offset"], sequence.frames[:, 0])


def test_no_text_ends_the_element_it_stands_in(page):
    assert json.loads(part_of(page, 'id="object-document".*?'))["object_id"] == NAUGHTY
    assert "<script>alert" not in page


def test_the_policy_runs_what_is_in_the_file_and_nothing_else(page):
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    policy = policy.replace("&#39;", "'")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    run = re.findall(r"<script(?: type=\"module\")?>(.*?)</script>", page, re.S)
    assert len(run) == 2
    for script in run:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_nothing_is_fetched(page):
    assert re.findall(r'(?:src|href)="(?!data:)[^"]*"', page) == []
    assert "import " not in re.sub(r"//.*|/\*.*?\*/", "", part_of(page, 'type="module"')), MODULES


def test_names_of_the_joined_modules_do_not_clash(page):
    script = part_of(page, 'type="module"')
    names = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", script, re.M)
    assert len(names) == len(set(names)) > 40


def test_it_replaces_a_file_in_one_step(tmp_path):
    file = tmp_path / "object.html"
    file.write_text("old")
    write_object_page(file, {"object_id": "a", "frames": None})
    assert "a · TAO-Net" in file.read_text(encoding="utf-8")
