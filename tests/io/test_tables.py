import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError, OutputError
from taonet.io.tables import SUFFIXES, read_table, write_parts, write_table


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_tables_come_back(tmp_path, suffix):
    table = pd.DataFrame(
        {"object_id": ["a", "é:b"], "n_epochs": [1, 2], "p_SN": [0.25, np.nan], "set": [None, "SN"]}
    )
    path = tmp_path / f"t{suffix}"
    write_table(table, path)
    back = read_table(path)
    assert [str(name) for name in back["object_id"]] == ["a", "é:b"]
    np.testing.assert_array_equal(back["n_epochs"], table["n_epochs"])
    np.testing.assert_array_equal(back["p_SN"].astype(float), table["p_SN"])
    with pytest.raises(OutputError, match="exists already"):
        write_table(table, path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_parts_become_one_table_and_text_missing_at_first_stays_text(tmp_path, suffix, monkeypatch):
    monkeypatch.setattr("taonet.io.tables.ROWS_AT_ONCE", 2)
    parts = [
        pd.DataFrame({"object_id": [name] * 3, "class_name": [known] * 3, "p": [0.5] * 3})
        for name, known in (("a", None), ("b", "SN"), ("c", None))
    ]
    path = tmp_path / f"t{suffix}"
    assert write_parts(iter(parts), path) == 9
    back = read_table(path)
    assert [str(name) for name in back["object_id"]] == list("aaabbbccc")
    assert [str(name) for name in back["class_name"]].count("SN") == 3


def test_no_parts_leave_no_table(tmp_path):
    for suffix in SUFFIXES:
        assert write_parts([], tmp_path / f"t{suffix}") == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damaged_and_missing_tables_are_one_clear_line(tmp_path, suffix):
    with pytest.raises(InputError, match="no such file"):
        read_table(tmp_path / f"none{suffix}")
    (tmp_path / f"bad{suffix}").write_bytes(b"\x00\xff\x00")
    with pytest.raises(InputError):
        read_table(tmp_path / f"bad{suffix}")


def test_unknown_formats_are_refused_before_any_work(tmp_path):
    with pytest.raises(OutputError, match="unknown table format"):
        write_table(pd.DataFrame(), tmp_path / "t.xls")
    assert list(tmp_path.iterdir()) == []


def test_what_xml_has_no_letters_for_is_refused_before_a_file_is_there(tmp_path):
    table = pd.DataFrame({"object_id": ["b\x1b[31m"], "n": [1]})
    with pytest.raises(OutputError, match=r"control character.*'b\\x1b\[31m'.*\.parquet"):
        write_table(table, tmp_path / "t.vot")
    assert list(tmp_path.iterdir()) == []
    for suffix in (".parquet", ".csv", ".ecsv"):
        write_table(table, tmp_path / f"t{suffix}")
        assert read_table(tmp_path / f"t{suffix}")["object_id"].tolist() == ["b\x1b[31m"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_names_and_classes_survive_every_format_as_text(tmp_path, suffix):
    names = ["007", "NA", "None", "nan", "null", "1e400x", "6000000000000000001", "J12<3&é"]
    table = pd.DataFrame({"object_id": names, "class_name": names[::-1], "p_90": 0.5, "p_A b": 0.5})
    write_table(table, tmp_path / f"t{suffix}")
    back = read_table(tmp_path / f"t{suffix}")
    assert back["object_id"].tolist() == names
    assert back["class_name"].tolist() == names[::-1]
    assert list(back.columns) == list(table.columns)
