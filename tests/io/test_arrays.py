import numpy as np
import pytest

from taonet.errors import InputError
from taonet.io.arrays import arrays_source, read_arrays
from taonet.sky.cutout import Quality


def arrays(**changes):
    rng = np.random.default_rng(0)
    given = {
        "stamps": rng.random((3, 5, 7, 7), np.float32),
        "mjd": 57000 + np.tile(np.arange(5.0), (3, 1)),
        "n_epochs": np.array([5, 3, 4], np.int16),
        "object_id": np.array(["a", "b", "c"]),
        "label": np.array(["SN", "NON", ""]),
    }
    return {name: value for name, value in {**given, **changes}.items() if value is not None}


def found_in(items):
    return {one.item: one.sequence or one.rejection for one in items}


def save(path, **changes):
    np.savez(path, **arrays(**changes))
    return path


def test_sequences_come_back_without_their_padding(tmp_path):
    found = found_in(read_arrays(save(tmp_path / "f.npz")))
    assert [len(found[k]) for k in "abc"] == [5, 3, 4]
    assert [found[k].class_name for k in "abc"] == ["SN", "NON", None]
    np.testing.assert_array_equal(found["b"].frames[:, 0], arrays()["stamps"][1, :3])


def test_channels_are_read(tmp_path):
    stamps = np.random.default_rng(1).random((3, 5, 3, 7, 7), np.float32)
    found = found_in(read_arrays(save(tmp_path / "f.npz", stamps=stamps)))
    assert found["a"].channels == ("science", "template", "difference")


def test_bad_objects_carry_their_reason_and_the_rest_goes_on(tmp_path):
    stamps = arrays()["stamps"]
    stamps[1] = np.nan
    path = save(tmp_path / "f.npz", stamps=stamps, n_epochs=np.array([0, 3, 4]))
    found = found_in(read_arrays(path))
    assert "no frames" in str(found["a"])
    assert "NaN" in str(found["b"])
    assert len(found["c"]) == 4


def test_a_zero_frame_inside_is_flagged(tmp_path):
    stamps = arrays()["stamps"]
    stamps[0, 2] = 0
    found = found_in(read_arrays(save(tmp_path / "f.npz", stamps=stamps)))
    assert found["a"].quality[2] == Quality.BLANK


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mjd": None}, "arrays are missing: mjd"),
        ({"stamps": np.zeros((3, 7, 7))}, "must be"),
        ({"mjd": np.zeros((3, 4))}, "mjd has the wrong shape"),
        ({"object_id": np.array([object()] * 3)}, "plain arrays"),
    ],
)
def test_files_of_another_kind_are_refused(tmp_path, changes, message):
    with pytest.raises(InputError, match=message):
        list(read_arrays(save(tmp_path / "f.npz", **changes)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"\x93NUMPY"])
def test_files_that_are_no_npz_are_refused(tmp_path, content):
    (tmp_path / "f.npz").write_bytes(content)
    with pytest.raises(InputError):
        list(read_arrays(tmp_path / "f.npz"))


# Names, classes and bands of every type


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (np.array([b"a", b"b ", "c\u00e9".encode()]), ["a", "b", "c\u00e9"]),
        (np.array([b"a", b"b", "c\u00e9".encode("latin-1")]), ["a", "b", "c\u00e9"]),
        (np.array([101, 102, 2**62 + 1]), ["101", "102", str(2**62 + 1)]),
        (np.array([101.0, 102.0, 103.5]), ["101", "102", "103.5"]),
        (np.array([1.0, 2.0, 3.0], np.float32), ["1", "2", "3"]),
        (np.array(["007", "NA", "nan"]), ["007", "NA", "nan"]),
    ],
)
def test_names_classes_and_bands_of_every_type_are_text(values, names, tmp_path):
    bands = np.repeat(values[:, None], 5, axis=1)
    path = save(tmp_path / "f.npz", object_id=values, label=values, band=bands)
    found = found_in(read_arrays(path))
    assert list(found) == names
    assert [found[name].class_name for name in names] == names
    assert found[names[0]].band == (names[0],) * 5


@pytest.mark.parametrize(
    "ids",
    [
        np.array([4295806720e9 + 512, 4295806720e9, 1.0]),
        np.array([2.0**53, 1, 2]),
        np.array([2**24, 1, 2], np.float32),
    ],
)
def test_names_that_were_rounded_as_floats_are_refused(ids, tmp_path):
    with pytest.raises(InputError, match="object_id are floats, which have lost digits"):
        list(read_arrays(save(tmp_path / "f.npz", object_id=ids)))


def test_a_class_that_is_not_known_is_none(tmp_path):
    path = save(tmp_path / "f.npz", label=np.array([1.0, np.nan, 2.0]))
    assert [one.class_name for one in found_in(read_arrays(path)).values()] == ["1", None, "2"]
    path = save(tmp_path / "g.npz", label=None, class_name=np.array(["SN", "", "CV"]))
    assert [one.class_name for one in found_in(read_arrays(path)).values()] == ["SN", None, "CV"]


def test_a_second_object_of_a_name_and_one_without_are_set_aside(tmp_path):
    path = save(tmp_path / "f.npz", object_id=np.array(["a", "a", ""]))
    first, second, third = read_arrays(path)
    assert first.sequence is not None
    assert len(first.sequence) == 5
    assert second.rejection is not None
    assert third.rejection is not None
    assert "of this name is there already" in second.rejection.reason
    assert "without a name" in third.rejection.reason


# Axes


def test_stamps_with_the_channels_last_are_read_as_such(tmp_path):
    first = np.random.default_rng(1).random((3, 5, 3, 9, 9), np.float32)
    path = save(tmp_path / "f.npz", stamps=np.moveaxis(first, 2, -1))
    found = list(read_arrays(path))
    assert all("channels last" in one.remarks[0] for one in found)
    assert found[0].sequence is not None
    assert found[0].sequence.channels == ("science", "template", "difference")
    assert np.array_equal(found[0].sequence.frames, first[0])


def test_a_last_axis_of_one_channel_is_one(tmp_path):
    stamps = np.random.default_rng(1).random((3, 5, 9, 9, 1), np.float32)
    found = next(iter(read_arrays(save(tmp_path / "f.npz", stamps=stamps))))
    assert found.sequence is not None
    assert np.array_equal(found.sequence.frames[:, 0], stamps[0, ..., 0])


@pytest.mark.parametrize("shape", [(3, 5, 9, 8, 3), (3, 5, 9, 3), (3, 5, 2, 9, 3), (3, 9, 9, 3)])
def test_stamps_that_do_not_look_like_images_are_refused(shape, tmp_path):
    with pytest.raises(InputError, match=r"do not look like images|wrong shape.*epoch"):
        list(read_arrays(save(tmp_path / "f.npz", stamps=np.ones(shape))))


# Epochs and columns


@pytest.mark.parametrize(
    ("time", "reason"),
    [(np.nan, "not a number"), (2457000.5, "2400000.5"), (-999.0, "a time is not known")],
)
def test_an_epoch_without_a_time_is_set_aside_alone(time, reason, tmp_path):
    mjd = arrays()["mjd"]
    mjd[0, 2] = time
    whole, other, _ = read_arrays(save(tmp_path / "f.npz", mjd=mjd))
    assert whole.sequence is not None
    assert len(whole.sequence) == 4
    assert np.array_equal(whole.sequence.frames[:, 0], arrays()["stamps"][0, [0, 1, 3, 4]])
    assert [part.part for part in whole.parts] == [True]
    assert reason in whole.parts[0].reason
    assert other.parts == ()


def test_seeing_and_zero_points_are_read_and_sentinels_are_unknown(tmp_path):
    columns = {"zero_point_mag": np.full((3, 5), 26.0), "seeing_fwhm_px": np.full((3, 5), -999.0)}
    places = {"ra": np.array([-0.5, -999.0, 0.0]), "dec": np.array([1.0, -999.0, 0.0])}
    a, b, c = found_in(read_arrays(save(tmp_path / "f.npz", **columns, **places))).values()
    assert (a.zero_point_mag == 26).all()
    assert np.isnan(a.seeing_fwhm_px).all()
    assert (a.ra, a.dec) == (359.5, 1.0)
    assert np.isnan([b.ra, b.dec, c.ra, c.dec]).all()


def test_arrays_that_are_not_used_are_named(tmp_path):
    source = arrays_source(save(tmp_path / "f.npz", mask=np.zeros((3, 5, 7, 7))), survey="x")
    assert source.remarks == (f"array 'mask' in {tmp_path / 'f.npz'} is not used",)
