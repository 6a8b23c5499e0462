import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError, OutputError
from taonet.io.tables import SUFFIXES, read_table, write_table


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
