"""The demo as a whole: what it leaves behind, and what it tells its reader to do next."""

import shlex

import pytest

from taonet.io.archive import Archive
from taonet.tasks.demo import is_demo_folder, next_steps, run_demo
from taonet.web.session import Choices, open_session


def test_a_demo_folder_holds_nothing_else(tmp_path):
    for name in ("sky.part", "answers.parquet", "objects", "calibration"):
        (tmp_path / name).mkdir()
    assert is_demo_folder(tmp_path)
    (tmp_path / "thesis.tex").write_text("")
    assert not is_demo_folder(tmp_path)


def test_the_last_line_opens_the_page():
    last = next_steps("demo")[-1]
    words = shlex.split(last)
    assert words[:3] == ["taonet", "serve", "demo/answers.parquet"]
    assert "--data demo/sky" in last
    assert all(len(line) <= 100 for line in next_steps("demo"))


@pytest.mark.slow
def test_the_whole_demo(tmp_path):
    said: list[str] = []
    again: list[str] = []
    report = run_demo(tmp_path, say=said.append)
    assert report.is_file()
    assert len(list((tmp_path / "objects").glob("*.html"))) == 5
    assert is_demo_folder(tmp_path)
    assert max(map(len, said)) <= 100 + len(str(tmp_path))
    choices = Choices(data=tmp_path / "sky", compare=tmp_path / "forest.parquet")
    session = open_session(tmp_path / "answers.parquet", choices)
    assert len(session.answers) == len(Archive(tmp_path / "sky"))
    assert session.can_classify
    run_demo(tmp_path, say=again.append)
    numbers = [line for line in said if "[" in line]
    assert numbers == [line for line in again if "[" in line]
    assert len(numbers) > 10
