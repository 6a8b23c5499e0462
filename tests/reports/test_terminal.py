"""Scores over time as lines of text."""

from taonet.reports.terminal import trust_lines


def numbers(name, value):
    return {name: value, f"{name}_low": value - 0.1, f"{name}_high": value + 0.1}


OVER_TIME = {
    "calibration": [
        {"n_epochs": 3, "n_objects": 40, **numbers("ece", 0.25)},
        {"n_epochs": 0, "n_objects": 41, **numbers("ece", 0.15)},
    ],
    "coverage": [{"n_epochs": 3, "class_name": "SN", **numbers("coverage", 0.875)}],
    "set_sizes": [{"n_epochs": k, **numbers("set_size", 1.5)} for k in (3, 0)],
    "by_nights": [
        {"nights": 0, "n_objects": 7, **numbers("macro_f1", 0.5), **numbers("kept", 0.75)}
    ],
    "goals": [
        {"name": "early", "asked": "0.8", "found": "0.9", "met": True},
        {"name": "steady", "asked": "0.8", "found": "0.7", "met": False},
    ],
}


def line_with(lines, word):
    (line,) = (line for line in lines if line.lstrip().startswith(word))
    return " ".join(line.split())


def test_each_number_stands_in_the_line_of_its_epochs():
    lines = trust_lines({"ours": {"over_time": OVER_TIME}, "theirs": {}})
    assert "ours after epochs" in lines[1]
    assert "coverage SN" in lines[1]
    three = line_with(lines, "3 ")
    assert "40 0.250 [0.150, 0.350] 0.875 [0.775, 0.975] 1.500 [1.400, 1.600]" in three
    # no set of SN was scored at the end
    last = [" ".join(line.split()) for line in lines if line.lstrip().startswith("all ")]
    assert last[0].startswith("all 41 0.150 [0.050, 0.250] –")
    assert last[1] == "all 7 0.500 [0.400, 0.600] 0.750 [0.650, 0.850]"


def test_goals_that_were_missed_stand_out():
    lines = trust_lines({"ours": {"over_time": OVER_TIME}})
    assert line_with(lines, "early") == "early 0.8 0.9 met"
    assert line_with(lines, "steady") == "steady 0.8 0.7 MISSED"


def test_without_scores_over_time_there_is_nothing_to_say():
    assert trust_lines({"ours": {}}) == []
    few = {"calibration": OVER_TIME["calibration"], "goals": []}
    lines = trust_lines({"ours": {"over_time": few}})
    assert not any("coverage" in line or "goal" in line or "nights" in line for line in lines)
