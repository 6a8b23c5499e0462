"""The one table of file kinds, and what follows from a record in it."""

import numpy as np
import pytest

from fixtures.make_alerts import packet, write
from taonet.cli.ingest import ingest as ingest_verb
from taonet.errors import InputError
from taonet.io import sources
from taonet.io.items import ItemResult, SequenceSource
from taonet.io.kinds import file_kinds
from taonet.io.kinds.alerts import ALERTS
from taonet.io.kinds.arrays import ARRAYS
from taonet.io.kinds.deep_tao import DEEP_TAO
from taonet.io.kinds.file_kinds import FILE_KINDS, find_kind, kind_of, kind_of_input
from taonet.io.kinds.kind import OPTIONS, FileKind
from taonet.io.sources import open_source, sources_of
from taonet.sky.sequence import ImageSequence


def open_cubes(inputs):
    def read(_done):
        for file in inputs.files:
            frames = np.load(file)
            yield ItemResult(
                item=str(file),
                sequence=ImageSequence.from_frames(
                    file.stem, frames, 55000.0 + np.arange(len(frames))
                ),
            )

    return SequenceSource(
        kind="cubes", survey="mine", signature="x", count=len(inputs.files), read=read
    )


CUBES = FileKind(
    name="cubes",
    usage="DIR",
    help="cubes",
    contents="cubes",
    open_files=open_cubes,
    endings=(".cube",),
    first_bytes=(b"\x93NUM",),
    is_searched=True,
)


@pytest.fixture
def with_cubes(monkeypatch):
    for module in (file_kinds, sources):
        monkeypatch.setattr(module, "FILE_KINDS", (*FILE_KINDS, CUBES))


def test_no_two_kinds_share_a_name_or_a_way_to_be_recognised():
    for field in ("endings", "first_bytes", "first_bytes_if_named"):
        values = [value for kind in FILE_KINDS for value in getattr(kind, field)]
        assert len(set(values)) == len(values)
    assert len({kind.name for kind in FILE_KINDS}) == len(FILE_KINDS)
    assert all(set(kind.options) <= set(OPTIONS) for kind in FILE_KINDS)


def test_the_help_of_ingest_shows_every_kind():
    text = ingest_verb.__doc__ or ""
    for kind in FILE_KINDS:
        assert f"taonet ingest {kind.name} {kind.usage} -o A" in text
        assert kind.help in text


def test_a_name_that_is_none_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'arrays'"):
        find_kind("array")


def test_endings_decide_before_first_bytes_and_names_before_contents(tmp_path):
    write(tmp_path / "a.avro", [packet(1)])
    content = (tmp_path / "a.avro").read_bytes()
    for name, kind in (("b", ALERTS), ("c.NPZ", ARRAYS), ("d.fits.gz", DEEP_TAO), (".e", None)):
        (tmp_path / name).write_bytes(content)
        assert kind_of(tmp_path / name) is kind
    assert kind_of_input(tmp_path / ".e") is ALERTS


def test_weak_first_bytes_pick_no_file_from_a_folder(tmp_path):
    (tmp_path / "x").write_bytes(b"SIMPLE  =")
    assert kind_of(tmp_path / "x") is None
    assert kind_of_input(tmp_path / "x") is DEEP_TAO


@pytest.mark.usefixtures("with_cubes")
def test_a_new_record_is_recognised_searched_for_and_opened(tmp_path):
    frames = np.random.default_rng(1).normal(100, 5, (3, 1, 9, 9))
    (tmp_path / "d").mkdir()
    for name in ("one.cube", "two"):
        with (tmp_path / "d" / name).open("wb") as file:
            np.save(file, frames)
    (tmp_path / "d" / "notes.txt").write_text("x")
    write(tmp_path / "d" / "a.avro", [packet(1)])
    alerts, cubes = sources_of([tmp_path / "d"])
    assert (alerts.kind, cubes.kind, cubes.count) == ("alerts", "cubes", 2)
    assert "1 file of the folder not read" in alerts.remarks[0]
    first, _ = cubes.read(frozenset())
    assert first.sequence is not None
    assert np.array_equal(first.sequence.frames, frames)
    assert open_source(find_kind("cubes"), [tmp_path / "d"]).count == 2
    with pytest.raises(InputError, match="cubes files name their survey themselves"):
        open_source(CUBES, [tmp_path / "d"], survey="x")


@pytest.mark.parametrize("kind", [k for k in FILE_KINDS if not k.is_searched], ids=lambda k: k.name)
def test_kinds_that_are_not_searched_for_take_one_path(kind, tmp_path):
    with pytest.raises(InputError, match="takes one path"):
        open_source(kind, [tmp_path, tmp_path])


@pytest.mark.parametrize("kind", FILE_KINDS, ids=lambda k: k.name)
def test_options_that_do_not_apply_are_refused(kind, tmp_path):
    given = {"survey": {"survey": "x"}, "table": {"table": tmp_path / "t.csv"}}
    for option in set(OPTIONS) - set(kind.options):
        with pytest.raises(InputError, match=f"leave out --{option}"):
            open_source(kind, [tmp_path], **given[option])
