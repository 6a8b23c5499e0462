"""Tables as text, by programs and by hand."""

import numpy as np
import pytest

from taonet.errors import InputError
from taonet.io.tables import read_table

HEAD = "object_id,mjd,mag,magerr"
ROWS = ("x,58000.5,18.125,0.05", "x,58001.5,18.25,0.05")
PLAIN = "\n".join([HEAD, *ROWS])


def by_semicolons(text):
    return text.replace(",", ";").replace(".", ",")


TEXTS = {
    "plain": PLAIN,
    "BOM": "\ufeff" + PLAIN,
    "blanks after commas": PLAIN.replace(",", ", "),
    "CR-LF": PLAIN.replace("\n", "\r\n") + "\r\n",
    "CR": PLAIN.replace("\n", "\r"),
    "comments": "# by hand\n\n" + PLAIN.replace("\n", "\n# between\n", 1),
    "names in a comment": "# by hand\n#" + PLAIN.replace("x,", "1,"),
    "semicolons": PLAIN.replace(",", ";"),
    "decimal commas": by_semicolons(PLAIN),
    "tabs": PLAIN.replace(",", "\t"),
    "tabs and decimal commas": by_semicolons(PLAIN).replace(";", "\t"),
    "bars": PLAIN.replace(",", "|"),
    "blanks": PLAIN.replace(",", "   "),
    "commas between names, blanks between cells": HEAD + ",\n" + "\n".join(ROWS).replace(",", " "),
    "quotes": PLAIN.replace("x,", '"x",').replace("mag,", '"mag",'),
    "a comma at the end of each row": PLAIN.replace("0.05", "0.05,"),
    "a comma at the end of each line": "\n".join(line + "," for line in (HEAD, *ROWS)),
    "the numbers of rows": "," + HEAD + "\n" + "\n".join(f"{i},{r}" for i, r in enumerate(ROWS)),
}


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("suffix", [".csv", ".txt", ".dat", ".tsv", ".CSV"])
def test_one_table_in_many_layouts(tmp_path, kind, suffix):
    path = tmp_path / f"t{suffix}"
    path.write_text(TEXTS[kind], newline="")
    table = read_table(path)
    assert list(table.columns) == HEAD.split(",")
    assert set(table["object_id"]) <= {"x", "1"}
    np.testing.assert_array_equal(table["mjd"].astype(float), [58000.5, 58001.5])
    np.testing.assert_array_equal(table["mag"].astype(float), [18.125, 18.25])


def test_other_encodings_are_read(tmp_path):
    (tmp_path / "wide.csv").write_text(PLAIN, encoding="utf-16")
    assert len(read_table(tmp_path / "wide.csv")) == 2
    (tmp_path / "old.csv").write_bytes(PLAIN.replace("x,", "Ré,").encode("latin-1"))
    assert read_table(tmp_path / "old.csv")["object_id"].tolist() == ["Ré", "Ré"]


def test_a_decimal_comma_beside_a_limit_is_still_a_decimal_comma(tmp_path):
    (tmp_path / "t.csv").write_text("object_id;mjd;mag\nx;58000,5;18,5\nx;58001,5;>19,5\n")
    assert read_table(tmp_path / "t.csv")["mag"].tolist() == ["18.5", ">19.5"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no line of column names.*an empty file"),
        ("x,58000.5,18,0.1\nx,58001.5,18,0.1\n", "no line of column names.*'x,58000.5,18,0.1'"),
        ("object_id,mjd,mag,mag\nx,58000.5,18,99\n", "a column is there twice.*'mag'"),
        (HEAD + "\nx,58000.5,18,0.1,7\n", "1 rows have more cells.*'x,58000.5,18,0.1,7'.*4 names"),
        (HEAD + "\nx,58000.5,18,0.1,7,8\n", "not a readable .csv table"),
        ("object_id,mjd\nx\0y,1\n", "no text"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path, text, message):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        read_table(tmp_path / "t.csv")
    assert "\n" not in str(caught.value)


def test_words_that_programs_take_for_missing_are_names_and_empty_cells_are_none(tmp_path):
    names = ["NA", "None", "nan", "null", "007", "90", ""]
    rows = [f"{name},{name},1" for name in names]
    (tmp_path / "t.csv").write_text("\n".join(["object_id,class_name,n", *rows]))
    table = read_table(tmp_path / "t.csv")
    assert table["object_id"].tolist() == [*names[:-1], None]
    assert table["class_name"].tolist() == [*names[:-1], None]


def test_a_row_that_breaks_off_costs_itself(tmp_path):
    (tmp_path / "t.csv").write_text(PLAIN + "\nx,5800")
    assert read_table(tmp_path / "t.csv")["mag"].isna().tolist() == [False, False, True]
