"""Methods side by side: differences are paired, and early answers are those of the same objects."""

import pandas as pd
import pytest

from taonet.evaluation.comparison import compare_methods, score_lines, shared_steps
from taonet.evaluation.metric_table import COMPARED, compared_in
from taonet.evaluation.scores import score_difference
from taonet.sky.taxonomy import Taxonomy

AB = Taxonomy(name="ab", classes=("A", "B"))
LENGTHS = {f"o{i}": 2 + i % 4 for i in range(12)}


def table(steps_of, right):
    """Answers after some numbers of epochs; ``right(i, n)`` says whether one is right."""
    rows = []
    for i, (name, length) in enumerate(LENGTHS.items()):
        for n in steps_of(length):
            truth = "AB"[i // 2 % 2]
            p = 0.8 if (truth == "A") == right(i, n) else 0.2
            row = {"object_id": name, "class_name": truth, "n_epochs": n, "p_A": p, "p_B": 1 - p}
            rows.append(row)
    return pd.DataFrame(rows)


EVERY = table(lambda n: range(1, n + 1), lambda i, n: n > 2 or i % 3 == 0)
SOME = table(lambda n: sorted({min(3, n), n}), lambda i, _n: i % 4 < 3)
LAST = table(lambda n: [n], lambda _i, _n: True)
ALL = {"ours": EVERY, "trees": SOME, "control": LAST}


def test_steps_are_those_all_growing_tables_answer_after():
    assert shared_steps([EVERY]) == [1, 2, 3, 4]
    assert shared_steps(ALL.values()) == [3]
    assert shared_steps([LAST]) == []


def test_differences_are_those_of_the_paired_bootstrap():
    methods = {m.name: m for m in compare_methods(ALL, AB, primary="ours", n_bootstrap=50, seed=4)}
    for score in ("macro_f1", "macro_recall"):
        alone = score_difference(SOME, EVERY, AB, metric=score, n_bootstrap=50, seed=4)
        assert methods["trees"].differences[score] == alone
        assert methods["ours"].differences[score].value == 0


def test_early_scores_count_the_objects_that_have_so_many_epochs():
    methods = {m.name: m for m in compare_methods(ALL, AB, primary="ours", n_bootstrap=50, seed=4)}
    (early,) = methods["trees"].early
    kept = [name for name, length in LENGTHS.items() if length >= 3]
    assert (early.n_epochs, early.n_objects) == (3, len(kept))
    some, every = (t[(t["n_epochs"] == 3) & t["object_id"].isin(kept)] for t in (SOME, EVERY))
    alone = score_difference(some, every, AB, metric="macro_f1", n_bootstrap=50, seed=4)
    assert early.differences["macro_f1"] == alone
    assert methods["control"].early == ()


def test_a_method_is_compared_only_where_it_answers():
    often = table(lambda n: sorted({min(k, n) for k in (2, 3, n)}), lambda i, _n: i % 4 < 2)
    tables = {"ours": EVERY, "trees": SOME, "often": often}
    found = compare_methods(tables, AB, primary="ours", n_bootstrap=20, seed=4)
    steps = {m.name: [step.n_epochs for step in m.early] for m in found}
    assert steps == {"ours": [2, 3], "trees": [3], "often": [2, 3]}
    lines = score_lines({m.name: m.to_dict() for m in found}).splitlines()
    assert lines[-2].split()[0] == "2" and "–" in lines[-2].split()
    assert "–" not in lines[-1].split()


def test_lines_show_every_method_and_every_step():
    found = compare_methods(ALL, AB, primary="ours", n_bootstrap=50, seed=4)
    scores = {method.name: method.to_dict() for method in found}
    lines = score_lines(scores).splitlines()
    assert [line.split()[0] for line in lines[1:4]] == list(ALL)
    assert "F1 minus ours" in lines[0]
    assert lines[-1].split()[:2] == ["3", "9"]
    assert f"{scores['trees']['macro_f1_minus_primary']['value']:+.3f}" in lines[2]


def test_scores_that_an_earlier_version_lacked_are_left_out():
    found = compare_methods(ALL, AB, primary="ours", n_bootstrap=20, seed=4)
    scores = {method.name: method.to_dict() for method in found}
    del scores["control"]["macro_recall"]
    others = [metric for metric in COMPARED if metric.name != "macro_recall"]
    assert list(compared_in(scores)) == others
    assert "macro recall" not in score_lines(scores).splitlines()[0]


def test_one_method_alone_is_compared_with_nothing():
    (only,) = compare_methods({"x": LAST}, AB, primary="x", n_bootstrap=20, seed=0)
    assert score_lines({"x": only.to_dict()}).count("\n") == 1
    assert only.scores.overall("macro_f1").value == pytest.approx(1)
