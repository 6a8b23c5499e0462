"""Evaluate: names are text in every format, classes come in any order, what is lost is said."""

import json

import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.evaluation.comparison import score_lines
from taonet.io.archive_writer import ArchiveWriter
from taonet.io.tables import SUFFIXES, write_table
from taonet.sky.sequence import ImageSequence
from taonet.tasks.evaluate import compare_tables
from taonet.tasks.report import report_tables

CLASSES = ("42", "90")


def answers(n=24, classes=CLASSES, names="{:05d}"):
    rng = np.random.default_rng(1)
    truth = [classes[i % 2] for i in range(n)]
    p = rng.dirichlet(np.ones(len(classes)), n) / 2
    p[np.arange(n), np.arange(n) % 2] += 0.5
    return pd.DataFrame(
        {
            "object_id": [names.format(i) for i in range(n)],
            "class_name": truth,
            "n_epochs": 3,
            **{f"p_{name}": p[:, k] for k, name in enumerate(classes)},
            "predicted_class": [classes[k] for k in p.argmax(axis=1)],
        }
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a") / "A"
    rng = np.random.default_rng(0)
    with ArchiveWriter(folder, survey="mine", signature="s") as writer:
        for row in answers(20).itertuples():
            # equal pixels would be one and the same object
            frames = rng.normal(100, 5, (3, 1, 9, 9)).astype("f4")
            sequence = ImageSequence.from_frames(
                row.object_id, frames, 58000 + np.arange(3.0), class_name=row.class_name
            )
            writer.add(sequence, source=row.object_id)
        writer.finish()
    return folder


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_names_and_classes_that_are_numbers_are_scored_in_every_format(tmp_path, archive, suffix):
    write_table(answers(20), tmp_path / f"p{suffix}")
    own = compare_tables([tmp_path / f"p{suffix}"], None)["p"]
    assert (own["n_objects"], own["classes"]) == (20, ["42", "90"])
    write_table(answers(20).drop(columns="class_name"), tmp_path / f"q{suffix}")
    given = compare_tables([tmp_path / f"q{suffix}"], archive)["q"]
    assert given["n_objects"] == 20
    assert given["macro_recall"] == own["macro_recall"]
    assert "objects_left_out" not in own


def test_classes_in_another_order_are_the_same_taxonomy(tmp_path):
    table = answers()
    write_table(table, tmp_path / "a.csv")
    write_table(table[table.columns[::-1]], tmp_path / "b.csv")
    found = compare_tables([tmp_path / "a.csv", tmp_path / "b.csv"], None)
    assert found["a"]["macro_f1"] == found["b"]["macro_f1"]
    assert found["b"]["macro_f1_minus_primary"]["value"] == 0
    write_table(answers(classes=("42", "91")), tmp_path / "c.csv")
    with pytest.raises(InputError, match=r"different classes.*42, 90; 42, 91"):
        compare_tables([tmp_path / "a.csv", tmp_path / "c.csv"], None)


def test_objects_that_are_not_scored_are_counted_and_said(tmp_path, archive):
    write_table(answers(24), tmp_path / "p.csv")
    write_table(answers(18), tmp_path / "q.csv")
    found = compare_tables([tmp_path / "p.csv", tmp_path / "q.csv"], archive)
    assert [one["n_objects"] for one in found.values()] == [18, 18]
    assert found["p"]["objects_left_out"] == 6
    assert "objects_left_out" not in found["q"]
    assert "p: 6 more objects are not scored" in score_lines(found)
    report_tables([tmp_path / "p.csv"], archive, tmp_path / "r.html", title="t")
    assert "p: 4 more objects are not scored" in (tmp_path / "r.html").read_text()


def test_a_class_that_no_scored_object_has_gives_no_nan(tmp_path):
    write_table(answers(classes=("42", "90", "88")), tmp_path / "p.csv")
    found = compare_tables([tmp_path / "p.csv"], None)
    assert found["p"]["absent"] == ["88"]
    assert "NaN" not in json.dumps(found)
    assert "nan" not in score_lines(found)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: pd.concat([t, t]), "p, prediction table: an object has two answers.*00000"),
        (lambda t: t.assign(p_42=np.nan), "not between 0 and 1"),
        (lambda t: t.assign(p_42=-t["p_42"]), "not between 0 and 1"),
        (lambda t: t.assign(p_42=100 * t["p_42"]), "not between 0 and 1"),
        (lambda t: t.assign(p_42=t["p_42"] / 2), "do not sum to one"),
        (lambda t: t.assign(p_42="high"), "probabilities are not numbers"),
        (lambda t: t.assign(object_id=""), "24 rows without an object_id.*row 1"),
        (lambda t: t.assign(class_name=""), "no object of known class.*give --data"),
        (lambda t: t[:0], "nothing to score"),
        (lambda t: t.drop(columns=["p_42", "p_90"]), "not a prediction table"),
    ],
)
def test_what_cannot_be_scored_is_one_clear_line(tmp_path, change, message):
    write_table(change(answers()), tmp_path / "p.csv")
    with pytest.raises(InputError, match=message) as caught:
        compare_tables([tmp_path / "p.csv"], None)
    assert "\n" not in str(caught.value)


def test_names_that_the_archive_does_not_know_are_shown(tmp_path, archive):
    write_table(answers(names="x{}"), tmp_path / "p.csv")
    with pytest.raises(InputError, match=r"none of its objects is in the archive.*'x0'.*'00000'"):
        compare_tables([tmp_path / "p.csv"], archive)


def test_names_that_were_floats_are_refused(tmp_path):
    table = answers().assign(object_id=4295806720e9 + 1000.0 * np.arange(24))
    write_table(table, tmp_path / "p.parquet")
    with pytest.raises(InputError, match=r"column 'object_id'.*floats"):
        compare_tables([tmp_path / "p.parquet"], None)
