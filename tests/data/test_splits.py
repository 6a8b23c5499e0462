import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taonet.data.splits import (
    Split,
    check_no_overlap,
    draw_folds,
    draw_holdout,
    draw_shots,
    groups_of,
    read_split,
    write_split,
)
from taonet.errors import InputError, LeakError

ARCSEC = 1 / 3600


def table(n=60, *, seed=0, classes=("SN", "CV", "NON")):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "object_id": [f"o{i}" for i in range(n)],
            "class_name": [classes[i % len(classes)] for i in range(n)],
            "ra": rng.uniform(0, 360, n),
            "dec": rng.uniform(-30, 70, n),
            "field_id": [f"o{i}" for i in range(n)],
            "content": [f"hash {i}" for i in range(n)],
        }
    )


def test_friends_of_friends_are_one_group_and_strangers_are_not():
    objects = table(6)
    objects.loc[[0, 1, 2, 3], "dec"] = [50.0, 50 + 8 * ARCSEC, 50 + 16 * ARCSEC, 50 + 60 * ARCSEC]
    objects.loc[[0, 1, 2, 3], "ra"] = 0.0
    group = groups_of(objects)
    assert group[0] == group[1] == group[2]
    assert len(set(group.tolist())) == 4


def test_distance_is_on_the_sphere_across_zero_hours_and_near_the_pole():
    objects = table(4)
    objects["ra"] = [359.9999, 0.0001, 10.0, 190.0]
    objects["dec"] = [0.0, 0.0, 90 - 2 * ARCSEC, 90 - 2 * ARCSEC]
    group = groups_of(objects)
    assert group[0] == group[1]
    assert group[2] == group[3]


def test_parent_fields_and_equal_pixels_bind():
    objects = table(6)
    objects.loc[1, "field_id"] = "o0"
    objects.loc[2, "field_id"] = "o0"
    objects.loc[4, "content"] = "hash 3"
    group = groups_of(objects)
    assert group[0] == group[1] == group[2]
    assert group[3] == group[4]
    assert len(set(group.tolist())) == 3


def test_unknown_positions_bind_nobody():
    objects = table(5)
    objects[["ra", "dec"]] = np.nan
    assert len(set(groups_of(objects).tolist())) == 5


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_folds_part_no_group_and_deal_every_class_evenly(seed):
    objects = table(90, seed=seed)
    rng = np.random.default_rng(seed)
    near = rng.integers(0, 45, 10)
    objects.loc[near + 45, ["ra", "dec"]] = objects.loc[near, ["ra", "dec"]].to_numpy()
    split = draw_folds(objects, 5, seed=seed)
    check_no_overlap(split, objects)
    everyone = [name for part in split.parts.values() for name in part]
    assert sorted(everyone) == sorted(objects["object_id"])
    classes = objects.set_index("object_id")["class_name"]
    counts = pd.DataFrame({p: classes[list(ids)].value_counts() for p, ids in split.parts.items()})
    assert (counts.max(axis=1) - counts.min(axis=1)).max() <= 4


def test_the_same_seed_draws_the_same_split():
    assert draw_folds(table(), 3, seed=4) == draw_folds(table(), 3, seed=4)
    assert draw_folds(table(), 3, seed=4) != draw_folds(table(), 3, seed=5)


def test_holdout_takes_its_share():
    split = draw_holdout(table(300), valid=0.1, test=0.3, seed=1)
    assert {p: len(ids) for p, ids in split.parts.items()} == {
        "test": 90,
        "train": 180,
        "valid": 30,
    }


def test_parts_that_share_a_position_are_refused():
    objects = table(4)
    objects.loc[1, ["ra", "dec"]] = objects.loc[0, ["ra", "dec"]].to_numpy()
    objects.loc[1, "dec"] += 5 * ARCSEC
    split = Split(parts={"train": ("o0", "o2"), "test": ("o1", "o3")}, seed=0)
    with pytest.raises(LeakError, match="share a position"):
        check_no_overlap(split, objects)


def test_an_object_in_two_parts_is_refused():
    split = Split(parts={"train": ("o0", "o2"), "test": ("o0",)}, seed=0)
    with pytest.raises(LeakError):
        check_no_overlap(split, table(4))


def test_files_are_read_back_and_checked(tmp_path):
    objects, path = table(), tmp_path / "split.json"
    split = draw_folds(objects, 3, seed=1)
    write_split(split, path)
    assert read_split(path, objects) == split
    path.write_text(path.read_text().replace("o1", "o2", 1))
    with pytest.raises(InputError, match="changed after"):
        read_split(path, objects)
    path.write_text("[]")
    with pytest.raises(InputError, match="not a split"):
        read_split(path, objects)


def test_a_class_too_small_to_split_is_named():
    with pytest.raises(InputError, match="too few independent objects of class"):
        draw_folds(table(9), 5, seed=1)


def test_shots_are_as_many_as_asked_and_share_nothing_with_what_is_tested():
    objects = table(60)
    objects.loc[[1, 4, 7], "field_id"] = "o1"
    for seed in range(5):
        split = draw_shots(objects, 4, seed=seed)
        check_no_overlap(split, objects)
        drawn = objects[objects["object_id"].isin(split.parts["train"])]
        assert drawn["class_name"].value_counts().to_dict() == {"SN": 4, "CV": 4, "NON": 4}
        assert len(split.parts["test"]) >= 60 - 12 - 2
    assert draw_shots(objects, 4, seed=1) == draw_shots(objects, 4, seed=1)
    assert draw_shots(objects, 4, seed=1) != draw_shots(objects, 4, seed=2)


@pytest.mark.parametrize("shots", [20, 30])
def test_shots_must_leave_something_to_test(shots):
    with pytest.raises(InputError, match="too small"):
        draw_shots(table(60), shots, seed=1)
