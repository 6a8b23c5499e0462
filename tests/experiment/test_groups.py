"""Groups in prediction tables: those of the archive, of the table, or of its positions."""

import pandas as pd
import pytest

from evaluation.made import made_table
from taonet.experiment.groups import all_with_groups, with_groups
from taonet.tasks.evaluate import compare_tables


def objects_of(table: pd.DataFrame) -> pd.DataFrame:
    objects = table.drop_duplicates("object_id")[["object_id", "class_name", "ra", "dec"]]
    return objects.reset_index(drop=True).assign(field_id="", content="")


def test_objects_of_one_field_or_of_equal_pixels_are_one_group() -> None:
    table = made_table(6, epochs=2)
    objects = objects_of(table)
    objects.loc[1, "field_id"] = "object 0000"
    objects.loc[[2, 3], "content"] = "same pixels"
    group = with_groups(table, objects).drop_duplicates("object_id")["group"].tolist()
    assert group[0] == group[1] != group[2] == group[3]
    assert len(set(group)) == 4


def test_an_object_that_the_archive_has_not_is_alone() -> None:
    table = made_table(4)
    found = with_groups(table, objects_of(table.iloc[:2]))
    assert found["group"].isna().tolist() == [False, False, True, True]


def test_without_an_archive_groups_are_stated_or_found_by_place() -> None:
    table = made_table(4)
    ra = table["ra"].to_numpy()
    table["ra"] = [ra[0], ra[0] + 2 / 3600, *ra[2:]]
    nowhere = table.drop(columns=["ra", "dec"])
    found = all_with_groups({"one": table, "other": nowhere})
    assert found["one"]["group"].tolist() == found["other"]["group"].tolist()
    assert found["one"]["group"].nunique() == 3
    stated = all_with_groups({"one": table, "other": nowhere.assign(group=[7, 8, 8, 8])})
    assert stated["one"]["group"].tolist() == [7, 8, 8, 8]
    assert "group" not in all_with_groups({"only": nowhere})["only"]


def test_the_same_place_under_two_names_adds_nothing_that_is_known(tmp_path) -> None:
    once = made_table(40)
    copies = once.assign(object_id=once["object_id"] + " again")
    twice = pd.concat([once, copies])
    apart = twice.assign(ra=[150 + i / 60 for i in range(80)])
    widths = {}
    for name, table in {"once": once, "twice": twice, "apart": apart}.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
        number = compare_tables([tmp_path / f"{name}.csv"], None, seed=1)[name]["macro_recall"]
        widths[name] = number["high"] - number["low"]
    assert widths["twice"] == pytest.approx(widths["once"], rel=0.08)
    assert widths["apart"] < 0.8 * widths["once"]
