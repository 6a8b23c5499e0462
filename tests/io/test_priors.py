import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.io.prediction_table import write_predictions
from taonet.io.priors import read_prior
from taonet.io.tables import write_table


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".ecsv", ".vot"])
@pytest.mark.parametrize("names", [("class", "prior"), ("class_name", "PRIOR")])
def test_a_row_a_class(tmp_path, suffix, names):
    table = pd.DataFrame({names[0]: ["SN", "NA"], names[1]: [0.25, 0.75], "note": ["x", "y"]})
    write_table(table, tmp_path / f"p{suffix}")
    assert read_prior(tmp_path / f"p{suffix}") == {"SN": 0.25, "NA": 0.75}


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".ecsv", ".vot"])
def test_a_column_a_class(tmp_path, suffix):
    write_table(pd.DataFrame({"SN": [3], "CV": [5.5]}), tmp_path / f"p{suffix}")
    assert read_prior(tmp_path / f"p{suffix}") == {"SN": 3, "CV": 5.5}


def test_in_words():
    assert read_prior(" SN = 0.1, CV=2e-1 ,") == {"SN": "0.1", "CV": "2e-1"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("0.5,0.5", "neither a class mix nor a table .got 0.5,0.5. — give SN=0.1,CV=0.2"),
        ("missing.csv", "neither a class mix nor a table"),
        ("SN=1,CV", "not CLASS=SHARE"),
        ("SN=,CV=1", "not CLASS=SHARE"),
        ("SN=1,SN=2", "a class has two shares .got SN"),
    ],
)
def test_what_is_neither_is_refused(given, said):
    with pytest.raises(InputError, match=said):
        read_prior(given)


@pytest.mark.parametrize(
    "text", ["class,share\nSN,1\n", "SN,CV\n1,2\n3,4\n", "prior\n1\n", "SN,CV\n"]
)
def test_another_table_is_refused(tmp_path, text):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError, match=r"t.csv: .*"):
        read_prior(tmp_path / "t.csv")


def test_a_class_twice_in_a_table_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("class,prior\nSN,1\nSN,2\n")
    with pytest.raises(InputError, match="a class has two shares"):
        read_prior(tmp_path / "t.csv")


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".ecsv", ".vot"])
@pytest.mark.parametrize("prior", [{}, {"prior": "SN=0.5 CV=0.5"}], ids=["plain", "restated"])
def test_a_prediction_table_is_no_class_mix(tmp_path, suffix, prior):
    row = {"object_id": "a", "class_name": "SN", "n_epochs": 1, "p_SN": 0.5, "p_CV": 0.5}
    write_predictions(pd.DataFrame([row | prior]), tmp_path / f"p{suffix}")
    said = rf"p{suffix}: a prediction table, not a class mix — give SN=0.1,CV=0.2"
    with pytest.raises(InputError, match=said):
        read_prior(tmp_path / f"p{suffix}")
