"""The goals for shipped models: met or missed, and where it is worst."""

import pytest

from taonet.evaluation.goals import goals_of
from taonet.reports.terminal import trust_lines


def rows(key, values, **more):
    """Return rows after 3 and 40 epochs and at the end."""
    return [
        {"n_epochs": k, "n_objects": 2000, key: v, f"{key}_low": v - 0.01, f"{key}_high": v + 0.01}
        | more
        for k, v in zip((3, 40, 0), values, strict=True)
    ]


def answers(**changes):
    night = {"nights": 5, "n_objects": 10, "kept": 0.8, "kept_low": 0.7, "kept_high": 0.9}
    night |= {"macro_f1": 0.5, "macro_f1_low": 0.4, "macro_f1_high": 0.6}
    given = {
        "calibration": rows("ece", (0.05, 0.01, 0.03)),
        "coverage": [
            *rows("coverage", (0.93, 0.9, 0.88), class_name="SN"),
            *rows("coverage", (0.9, 0.9, 0.93), class_name="CV"),
        ],
        "set_sizes": rows("set_size", (2.1, 1.5, 1.4)),
        "by_nights": [night],
    }
    return {**given, **changes}


def missed(given):
    return [goal.name for goal in goals_of(given) if not goal.met]


def test_what_just_reaches_it_is_met():
    assert len(goals_of(answers())) == 7
    assert missed(answers()) == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"calibration": rows("ece", (0.01, 0.01, 0.031))}, "calibration error at the end"),
        ({"calibration": rows("ece", (0.01, 0.051, 0.01))}, "calibration error after fewer epochs"),
        ({"coverage": rows("coverage", (0.9, 0.9, 0.931), class_name="SN")},
         "90 % sets at the end, in every class"),
        ({"coverage": rows("coverage", (0.9, 0.87, 0.9), class_name="SN")},
         "90 % sets after fewer epochs, in every class"),
        ({"set_sizes": rows("set_size", (2.1, 1.5, 1.5))}, "classes in a set"),
    ],
)  # fmt: skip
def test_what_is_beyond_it_is_missed(changes, name):
    assert missed(answers(**changes)) == [name]


def test_the_worst_is_named():
    goals = {goal.name: goal.measured for goal in goals_of(answers())}
    found = goals["90 % sets at the end, in every class"]
    assert found == "0.880 [0.870, 0.890] SN to 0.930 [0.920, 0.940] CV"
    assert goals["calibration error after fewer epochs"].endswith("after 3")


def test_few_objects_and_what_is_unknown():
    few = rows("coverage", (0.9, 0.9, 0.9), class_name="SN")
    few[-1]["n_objects"] = 1999
    assert missed(answers(coverage=few)) == ["tested objects of each class"]
    assert len(goals_of({"calibration": rows("ece", (0, 0, 0))})) == 2


def test_lines_line_up():
    found = answers()
    found["goals"] = [goal.to_dict() for goal in goals_of(found)]
    lines = trust_lines({"ours": {"over_time": found}})
    assert lines[1].split()[:3] == ["ours", "after", "epochs"]
    assert "0.050 [0.040, 0.060]" in lines[2]
    assert sum(line.endswith("  met") for line in lines) == 7
    assert lines[1].index("expected calibration error (ECE)") == lines[2].index("0.050")
