"""Columns of light-curve tables by whatever names other programs gave them."""

import numpy as np
import pytest

from fixtures.make_curve_tables import a_table, read
from taonet.errors import InputError
from taonet.io.lightcurves.tables import read_light_curves


@pytest.mark.parametrize(
    "names",
    [
        {"mjd": "time", "mag": "magnitude", "magerr": "error"},
        {"mjd": "MJD", "mag": "Mag", "magerr": "Magerr", "object_id": "MasterID"},
        {"mjd": "t", "magerr": "err", "object_id": "id"},
    ],
)
def test_columns_by_other_names(tmp_path, names):
    plain, renamed = (read(tmp_path, t) for t in (a_table(), a_table().rename(columns=names)))
    for one, other in zip(plain.curves, renamed.curves, strict=True):
        assert one.object_id == other.object_id
        for name in ("mjd", "mag", "magerr"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_numbers_as_text_are_numbers(tmp_path):
    found = read(tmp_path, a_table(mag=["18.0", " 18.5", "19", "", "nan"]))
    np.testing.assert_array_equal(found.curves[0].mag, [18.0, 18.5, 19.0])
    assert found.mending.not_a_number == 2
    assert found.without_points == ("b",)


def test_a_table_without_names_of_objects_is_one_object_named_after_its_file(tmp_path):
    found = read(tmp_path, a_table().drop(columns="object_id").sort_values("mjd"))
    assert [(curve.object_id, len(curve.mjd)) for curve in found.curves] == [("t", 5)]
    assert any("no column names objects" in line and "'t'" in line for line in found.remarks)
    frames = a_table().drop(columns="object_id").assign(image_id=[1, 1, 2, 2, 3])
    assert [curve.object_id for curve in read(tmp_path, frames).curves] == ["t"]


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ({"id": [1, 2, 3, 4, 5], "obj_id": list("aaabb")}, ["a", "b"]),
        ({"name": list("vwxyz"), "object_id": list("aaabb")}, ["a", "b"]),
        ({"OBJID": list("aaabb")}, ["a", "b"]),
        ({"object_id": [None] * 5, "oid": list("aaabb")}, ["a", "b"]),
    ],
)
def test_the_column_that_names_objects_best_is_used(tmp_path, columns, names):
    found = read(tmp_path, a_table().drop(columns="object_id").assign(**columns))
    assert [curve.object_id for curve in found.curves] == names


@pytest.mark.parametrize("name", ["passband", "filtercode", "fid", "filter", "phot_filter", "FLT"])
def test_bands_by_other_names(tmp_path, name):
    found = read(tmp_path, a_table(**{name: ["1", "2", "1", "2", "2"]}))
    assert found.curves[0].band == ("1", "2", "1")
    assert not found.remarks


def test_two_columns_that_mean_one_are_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"two columns of one name.*'mjd' and 'MJD'"):
        read(tmp_path, a_table(MJD=1.0))
    import pyarrow as pa
    import pyarrow.parquet as pq

    twice = pa.Table.from_arrays([pa.array([1.0])] * 2, names=["mag", "mag"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    with pytest.raises(InputError, match=r"a column is there twice.*'mag'"):
        read_light_curves(tmp_path / "twice.parquet")


def test_a_word_in_place_of_a_position_costs_the_position_alone(tmp_path):
    place = {"ra": ["10", "unknown", "10", "11", "11"], "dec": 5.0}
    found = read(tmp_path, a_table(**place))
    assert [len(curve.mjd) for curve in found.curves] == [3, 2]
    np.testing.assert_allclose([curve.ra for curve in found.curves], [10, 11])
    assert "column 'ra': 1 words are taken as unknown" in found.remarks
