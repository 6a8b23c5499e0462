"""Splits that do not leak: by object, position, parent field and content.

Objects that may not be parted form a group: same position within 10 arcsec (friends of friends),
same parent field, same pixels. Groups are dealt whole, class by class, once; the result is a
file of ids with a hash, and it is checked again whenever it is loaded.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Shaped
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from taonet.errors import InputError, LeakError
from taonet.io.atomic import atomic_file
from taonet.types import AnyPath

FRIENDS_ARCSEC = 10.0
"""Sources nearer than this are taken to be one (catalogued twice, also across classes)."""


def groups_of(objects: pd.DataFrame, *, arcsec: float = FRIENDS_ARCSEC) -> Int[np.ndarray, " n"]:
    """Number the groups of objects that belong together.

    Parameters
    ----------
    objects : DataFrame
        With ``ra``, ``dec`` (degrees, NaN where unknown), ``object_id``, ``field_id`` and
        ``content`` (a hash of the pixels, may be empty).
    arcsec : float
        Friends-of-friends distance.
    """
    n = len(objects)
    links = [_near_pairs(objects["ra"].to_numpy(float), objects["dec"].to_numpy(float), arcsec)]
    links.append(_same_name_pairs(objects))
    content = objects["content"] if "content" in objects else pd.Series([""] * n)
    links.append(_equal_pairs(content.fillna("").to_numpy(str)))
    pairs = np.concatenate(links)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, group = connected_components(graph, directed=False)
    return np.asarray(group, dtype=np.int64)


def _near_pairs(
    ra: Float[np.ndarray, " n"], dec: Float[np.ndarray, " n"], arcsec: float
) -> Int[np.ndarray, "pair 2"]:
    known = np.flatnonzero(np.isfinite(ra) & np.isfinite(dec))
    if len(known) == 0:
        return np.zeros((0, 2), np.int64)
    a, d = np.radians(ra[known]), np.radians(dec[known])
    on_sphere = np.stack([np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d)], axis=1)
    chord = 2 * np.sin(np.radians(arcsec / 3600) / 2)
    pairs = cKDTree(on_sphere).query_pairs(chord, output_type="ndarray")
    return known[pairs].astype(np.int64)


def _same_name_pairs(objects: pd.DataFrame) -> Int[np.ndarray, "pair 2"]:
    # a non-transient names its parent's id as its field: link it with the parent and siblings
    first: dict[str, int] = {}
    pairs = []
    for column in ("object_id", "field_id"):
        for i, name in enumerate(objects[column].fillna("").astype(str)):
            if name:
                pairs.append((first.setdefault(name, i), i))
    return np.array(pairs, np.int64).reshape(-1, 2)


def _equal_pairs(values: Shaped[np.ndarray, " n"]) -> Int[np.ndarray, "pair 2"]:
    first: dict[str, int] = {}
    pairs = [(first.setdefault(v, i), i) for i, v in enumerate(values.tolist()) if v]
    return np.array(pairs, np.int64).reshape(-1, 2)


@dataclass(frozen=True, kw_only=True)
class Split:
    """Which object is in which part.

    Parameters
    ----------
    parts : mapping
        Object ids by part: ``train``, ``valid``, ``test``, or ``fold-0``, ``fold-1``, ….
    seed : int
        What it was drawn with.
    """

    parts: Mapping[str, tuple[str, ...]]
    seed: int

    @property
    def digest(self) -> str:
        """A hash of the ids in each part."""
        return hashlib.sha256(json.dumps(_split_dict(self), sort_keys=True).encode()).hexdigest()

    def members(self, part: str, object_ids: Sequence[str]) -> Int[np.ndarray, " member"]:
        """Return the indices of a part's objects in a list of ids.

        Raises
        ------
        InputError
            If an object of the split is not in the list.
        """
        index = {object_id: i for i, object_id in enumerate(object_ids)}
        missing = [name for name in self.parts[part] if name not in index]
        if missing:
            raise InputError(
                f"{len(missing)} objects of the split are not in the data",
                where=f"part {part}",
                got=f"first: {missing[0]}",
            )
        return np.array([index[name] for name in self.parts[part]], np.int64)


def rounds_of(
    split: Split, object_ids: Sequence[str]
) -> list[tuple[str, Int[np.ndarray, " train"], Int[np.ndarray, " test"]]]:
    """Return (name, train, test), indices into a list of ids, of every round of training.

    Folds give a round each, tested on one fold and trained on the others.
    """
    members = {part: split.members(part, object_ids) for part in split.parts}
    if "train" in members:
        return [("holdout", members["train"], members["test"])]
    return [
        (part, np.concatenate([m for other, m in members.items() if other != part]), test)
        for part, test in members.items()
    ]


def check_no_overlap(split: Split, objects: pd.DataFrame) -> None:
    """Refuse a split whose parts share an object, a position, a field or pixels.

    Raises
    ------
    LeakError
    """
    group = dict(zip(objects["object_id"], groups_of(objects).tolist(), strict=True))
    owner: dict[int, tuple[str, str]] = {}
    for part, names in split.parts.items():
        for name in names:
            other_part, other = owner.setdefault(group.get(name, -1), (part, name))
            if other_part != part and name in group:
                raise LeakError(
                    "two parts of the split share a position, a field or pixels",
                    where=f"{part} and {other_part}",
                    got=f"{name} and {other}",
                    do="draw the split with taonet.data.splits",
                )


def draw_folds(objects: pd.DataFrame, n_folds: int, *, seed: int) -> Split:
    """Deal the objects into folds, whole groups at a time, each class evenly.

    Parameters
    ----------
    objects : DataFrame
        As for `groups_of`, with ``class_name``; objects without a class are left out.

    Raises
    ------
    InputError
        If a class has fewer groups than there are folds.
    """
    shares = dict.fromkeys((f"fold-{k}" for k in range(n_folds)), 1.0)
    return _deal(objects, shares, seed=seed)


def draw_holdout(objects: pd.DataFrame, *, valid: float, test: float, seed: int) -> Split:
    """Deal the objects into train, valid and test, whole groups at a time, each class evenly."""
    return _deal(objects, {"test": test, "valid": valid, "train": 1.0 - valid - test}, seed=seed)


def draw_shots(objects: pd.DataFrame, shots: int, *, seed: int) -> Split:
    """Draw so many objects of each class to learn from; all that share nothing with them test.

    Raises
    ------
    InputError
        If a class has no more independent objects than are to be drawn.
    """
    labelled = objects[objects["class_name"].notna()].reset_index(drop=True)
    group = groups_of(labelled)
    rng = np.random.default_rng(seed)
    order = labelled.iloc[rng.permutation(len(labelled))].assign(
        group=lambda rows: group[rows.index]
    )
    single = order.drop_duplicates("group").sort_index()
    single = single.loc[[i for i in order.index if i in single.index]]
    training = single.groupby("class_name", sort=True).head(shots)
    testing = order[~order["group"].isin(training["group"])].sort_index()
    for class_name, n in training["class_name"].value_counts().sort_index().items():
        if n < shots or class_name not in set(testing["class_name"]):
            got = f"{(single['class_name'] == class_name).sum()} independent objects"
            do = f"more than {shots} are needed to draw {shots} and test on others"
            raise InputError(f"class {class_name} is too small", got=got, do=do)
    parts = {"train": training.sort_index(), "test": testing}
    return Split(parts={part: tuple(rows["object_id"]) for part, rows in parts.items()}, seed=seed)


def _deal(objects: pd.DataFrame, shares: Mapping[str, float], *, seed: int) -> Split:
    labelled = objects[objects["class_name"].notna()].reset_index(drop=True)
    group = groups_of(labelled)
    class_names = labelled["class_name"].to_numpy(str)
    rng = np.random.default_rng(seed)
    part_of_group: dict[int, str] = {}
    part_shares = {
        part: share / sum(shares.values()) for part, share in shares.items() if share > 0
    }
    for class_name in np.unique(class_names):
        groups = rng.permutation(np.unique(group[class_names == class_name]))
        if len(groups) < len(part_shares):
            raise InputError(
                f"too few independent objects of class {class_name} to split",
                got=f"{len(groups)} for {len(part_shares)} parts",
                do="add objects, or use fewer folds",
            )
        _deal_class(group[class_names == class_name], groups, part_shares, part_of_group)
    parts: dict[str, list[str]] = {part: [] for part in part_shares}
    for i, name in enumerate(labelled["object_id"]):
        parts[part_of_group[int(group[i])]].append(name)
    return Split(parts={part: tuple(names) for part, names in sorted(parts.items())}, seed=seed)


def _deal_class(
    group_of_object: Int[np.ndarray, " n"],
    groups: Int[np.ndarray, " g"],
    part_shares: Mapping[str, float],
    part_of_group: dict[int, str],
) -> None:
    # each group goes where its class is furthest below its share; large groups first, so that
    # the small ones can even things out
    sizes = {int(g): int((group_of_object == g).sum()) for g in groups}
    total = len(group_of_object)
    filled = dict.fromkeys(part_shares, 0.0)
    for g in groups:
        if int(g) in part_of_group:
            filled[part_of_group[int(g)]] += sizes[int(g)]
    order = sorted((int(g) for g in groups if int(g) not in part_of_group), key=lambda g: -sizes[g])
    for g in order:
        part = max(part_shares, key=lambda p: part_shares[p] - filled[p] / total)
        part_of_group[g] = part
        filled[part] += sizes[g]


def _split_dict(split: Split) -> dict[str, object]:
    return {"seed": split.seed, "parts": {p: list(names) for p, names in split.parts.items()}}


def write_split(split: Split, path: AnyPath) -> None:
    """Write a split as JSON with its hash."""
    path = Path(path)
    with atomic_file(path) as temporary:
        temporary.write_text(json.dumps({"sha256": split.digest, **_split_dict(split)}, indent=1))


def read_split(path: AnyPath, objects: pd.DataFrame) -> Split:
    """Read a split and check it against the objects it is about.

    Raises
    ------
    InputError
        If the file is not a split, or was changed after it was drawn.
    LeakError
        If its parts overlap.
    """
    path = Path(path)
    try:
        stored = json.loads(path.read_text())
        parts = {str(part): tuple(names) for part, names in stored["parts"].items()}
        split = Split(parts=parts, seed=stored["seed"])
        claimed = stored["sha256"]
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise InputError("not a split", where=path, got=error) from error
    if split.digest != claimed:
        raise InputError("the split was changed after it was drawn", where=path)
    check_no_overlap(split, objects)
    return split
