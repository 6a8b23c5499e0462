"""Labels of people: appended, taken back, by several programs at once, never lost."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from taonet.errors import InputError, OutputError
from taonet.io.fits_cutouts import read_labels
from taonet.web.labels import LabelFile, check_name


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 28, 12, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(minutes=1)
        return self.now


def test_the_last_label_of_a_person_holds_and_all_are_kept(tmp_path):
    labels = LabelFile(tmp_path / "l.jsonl", clock=Clock())
    labels.add("a", "SN", name="Ada")
    labels.add("b", "CV", name=" Ada ")
    labels.add("a", "CV", name="Bob")
    labels.add("a", "AGN", name="Ada")
    assert [(one.object_id, one.label, one.name) for one in labels.current()] == [
        ("b", "CV", "Ada"),
        ("a", "CV", "Bob"),
        ("a", "AGN", "Ada"),
    ]
    assert labels.by_object()["a"].label == "AGN"
    labels.add("a", None, name="Ada")
    assert labels.by_object()["a"].label == "CV"
    lines = (tmp_path / "l.jsonl").read_text().splitlines()
    assert len(lines) == 5
    assert json.loads(lines[0]) == {
        "object_id": "a", "label": "SN", "name": "Ada", "time": "2026-11-28T12:01:00+00:00",
    }  # fmt: skip
    # another program that opens the file knows the same
    assert LabelFile(tmp_path / "l.jsonl").current() == labels.current()


def test_the_exported_table_is_one_that_ingest_reads(tmp_path):
    labels = LabelFile(tmp_path / "l.jsonl", clock=Clock())
    strange = 'a "quoted", name\nof two lines'
    labels.add(strange, "SN", name="Ada, the first")
    labels.add("007", "CV", name="Ada")
    labels.add("NA", "CV", name="Ada")
    labels.add("NA", None, name="Ada")
    (tmp_path / "labels.csv").write_text(labels.to_csv())
    assert read_labels(tmp_path / "labels.csv") == {strange: "SN", "007": "CV"}
    assert labels.to_csv().splitlines()[0] == "object_id,class_name,labelled_by,labelled_at"


WRITER = """
import sys
from taonet.web.labels import LabelFile
labels = LabelFile(sys.argv[1])
for i in range(60):
    labels.add(f"{sys.argv[2]}-{i}", "SN", name=sys.argv[2])
"""


def test_programs_that_write_at_once_lose_nothing(tmp_path):
    path = tmp_path / "l.jsonl"
    mine = LabelFile(path)
    others = [
        subprocess.Popen([sys.executable, "-c", WRITER, path, name]) for name in ("Ada", "Bob")
    ]
    for i in range(60):
        mine.add(f"me-{i}", "CV", name="me")
    assert [other.wait() for other in others] == [0, 0]
    # what the others wrote is known here without opening the file again
    known = {one.object_id for one in mine.current()}
    assert known == {f"{name}-{i}" for name in ("me", "Ada", "Bob") for i in range(60)}
    assert len(path.read_text().splitlines()) == 180


def test_a_line_that_was_cut_off_spoils_no_other(tmp_path):
    path = tmp_path / "l.jsonl"
    labels = LabelFile(path)
    labels.add("a", "SN", name="Ada")
    with path.open("a") as file:
        file.write('{"object_id": "half')
    # an unfinished line may still be finished by whoever writes it
    assert len(LabelFile(path).current()) == 1
    labels.add("b", "SN", name="Ada")
    known = LabelFile(path).current()
    assert [one.object_id for one in known] == ["a", "b"]
    assert labels.current() == known


def test_a_file_that_was_written_anew_is_read_anew(tmp_path):
    labels = LabelFile(tmp_path / "l.jsonl")
    labels.add("a", "SN", name="Ada")
    (tmp_path / "l.jsonl").unlink()
    assert labels.current() == []
    labels.add("b", "SN", name="Ada")
    assert [one.object_id for one in labels.current()] == ["b"]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 81, "\x1b[31m"])
def test_a_name_that_is_none_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="needs the name of the person"):
        LabelFile(tmp_path / "l.jsonl").add("a", "SN", name=name)
    assert not (tmp_path / "l.jsonl").exists()
    assert check_name(" Åsa Ö. ") == "Åsa Ö."


def test_other_files_are_not_written_to(tmp_path):
    (tmp_path / "notes.txt").write_text("dear diary\n")
    with pytest.raises(InputError, match="not a file of labels"):
        LabelFile(tmp_path / "notes.txt")
    with pytest.raises(OutputError, match="no such folder"):
        LabelFile(tmp_path / "nowhere" / "l.jsonl")
