"""Injection from archive to archive: the layout kept, the truth beside it, interruptions mended."""

import json

import numpy as np
import pytest

from taonet.errors import ConfigError, InputError
from taonet.io.archive import Archive
from taonet.io.archive_writer import ArchiveWriter
from taonet.sky.sequence import ImageSequence
from taonet.tasks.inject import inject_archive
from taonet.tasks.simulate import Sample, simulate_archive


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    path = tmp_path_factory.mktemp("quiet") / "archive"
    simulate_archive(Sample(survey="tiny", n_objects=18, seed=5), path)
    return path


def archive_of(path, sequences, survey="crts"):
    with ArchiveWriter(path, survey=survey, signature="1") as writer:
        for sequence in sequences:
            writer.add(sequence, source=sequence.object_id)
        writer.finish()
    return path


def noise(name, class_name, value=100.0):
    frames = np.random.default_rng(0).poisson(value, (4, 1, 32, 32)).astype(np.uint16)
    return ImageSequence.from_frames(
        name, frames, 55000.0 + np.arange(4), class_name=class_name, field_id="a field"
    )


def test_the_archive_is_of_the_same_layout_and_the_truth_lies_beside(quiet, tmp_path):
    assert inject_archive(quiet, tmp_path / "a", class_name="SN", seed=2) == 3
    before, after = Archive(quiet), Archive(tmp_path / "a")
    assert after.is_simulated
    assert (after.survey, after.taxonomy) == (before.survey, before.taxonomy)
    lines = (tmp_path / "a" / "truth.jsonl").read_text().splitlines()
    truths = [json.loads(line) for line in lines]
    names = before.objects["object_id"].tolist()
    for index, truth in enumerate(truths):
        planted, original = after[index], before[names.index(truth["planted_into"])]
        assert original.class_name == "NON"
        assert planted.object_id == truth["object_id"] == f"inj-{original.object_id}"
        assert planted.field_id == original.field_id
        assert planted.class_name == truth["class_name"] == "SN"
        assert len(planted) == len(truth["flux"]) == len(truth["mag"])


def test_the_same_seed_gives_the_same_archive_and_more_continue_fewer(quiet, tmp_path):
    for name in ("a", "b"):
        inject_archive(quiet, tmp_path / name, class_name="AGN", seed=2)
    assert Archive(tmp_path / "a").digest == Archive(tmp_path / "b").digest
    inject_archive(quiet, tmp_path / "c", class_name="AGN", seed=2, n_objects=2)
    few, many = (Archive(tmp_path / name) for name in "ca")
    np.testing.assert_array_equal(few[1].frames, many[1].frames)


def test_an_interrupted_injection_goes_on_where_it_stopped(quiet, tmp_path):
    def stop_after_one(items, _total, _title):
        for count, item in enumerate(items):
            if count == 1:
                raise KeyboardInterrupt
            yield item

    inject_archive(quiet, tmp_path / "whole", class_name="SN")
    with pytest.raises(KeyboardInterrupt):
        inject_archive(quiet, tmp_path / "a", class_name="SN", track=stop_after_one)
    inject_archive(quiet, tmp_path / "a", class_name="SN")
    assert Archive(tmp_path / "a").digest == Archive(tmp_path / "whole").digest
    lines = [(tmp_path / name / "truth.jsonl").read_text() for name in ("a", "whole")]
    assert lines[0] == lines[1]


def test_what_shows_nothing_is_set_aside(tmp_path):
    blank = noise("blank", "NON", value=0)
    path = archive_of(tmp_path / "n", [noise("one", "NON"), blank])
    assert inject_archive(path, tmp_path / "a", class_name="SN") == 1
    assert "blank" in (tmp_path / "a" / "set_aside.jsonl").read_text()
    assert Archive(tmp_path / "a")[0].field_id == "a field"


@pytest.mark.parametrize(
    ("class_name", "survey", "words"),
    [("SN", "crts", "no object of class NON"), (None, "crts", "no object of class NON")],
)
def test_archives_without_quiet_objects_are_refused(tmp_path, class_name, survey, words):
    path = archive_of(tmp_path / "n", [noise("one", class_name)], survey)
    with pytest.raises(InputError, match=words):
        inject_archive(path, tmp_path / "a", class_name="SN")
    assert not (tmp_path / "a").exists()


def test_what_cannot_be_planted_is_refused_in_one_clear_line(quiet, tmp_path):
    with pytest.raises(ConfigError, match="did you mean 'SN'"):
        inject_archive(quiet, tmp_path / "a", class_name="SNX")
    with pytest.raises(ConfigError, match="no survey 'crst'"):
        inject_archive(quiet, tmp_path / "a", class_name="SN", survey_name="crst")
    with pytest.raises(InputError, match="3 of class NON"):
        inject_archive(quiet, tmp_path / "a", class_name="SN", n_objects=4)
    with pytest.raises(InputError, match="no such archive"):
        inject_archive(tmp_path / "none", tmp_path / "a", class_name="SN")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="not an archive"):
        inject_archive(tmp_path / "empty", tmp_path / "a", class_name="SN")
    other = archive_of(tmp_path / "n", [noise("one", "NON")], "mine")
    with pytest.raises(ConfigError, match=r"no survey 'mine'.*with --survey: crts") as error:
        inject_archive(other, tmp_path / "a", class_name="SN")
    assert "did you mean" not in str(error.value)
