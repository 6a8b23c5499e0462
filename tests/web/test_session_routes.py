"""What the page learns first."""

from taonet.version import __version__
from taonet.web.app import create_app
from taonet.web.session import Choices, open_session
from taonet.web.uploads import MOST_SECONDS
from web.conftest import Page


def test_the_session_says_what_was_opened(page, session):
    said = page.json("/api/session")
    assert said["title"] == "answers.parquet"
    assert said["n_objects"] == 6
    assert said["version"] == __version__
    assert said["has_frames"]
    assert said["has_truth"]
    assert said["can_classify"]
    assert said["classify_seconds"] == MOST_SECONDS
    assert said["models"] == ["answers"]
    assert [one["name"] for one in said["classes"]] == list(session.classes)
    assert said["classes"][0] == {"name": "SN", "words": "supernova", "colour": "#D55E00"}


def test_a_table_alone_can_do_less(things, tmp_path):
    alone = open_session(things / "answers.parquet", Choices(labels=tmp_path / "l.jsonl"))
    said = Page(create_app(alone)).json("/api/session")
    assert not said["has_frames"]
    assert not said["can_classify"]
    assert said["has_truth"]
