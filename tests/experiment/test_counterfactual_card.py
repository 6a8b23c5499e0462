"""The section on counterfactuals says what the table says, of a few of them."""

import json

import pandas as pd

from taonet.data.counterfactuals import COUNTERFACTUALS
from taonet.experiment.counterfactual_card import SHOWN, what_if_facts, what_if_text


def test_all_that_are_shown_exist():
    assert set(SHOWN) <= set(COUNTERFACTUALS)


def test_the_section_holds_the_numbers_of_the_table(world):
    table = pd.read_parquet(world / "run" / "counterfactuals.parquet")
    facts = json.loads(json.dumps(what_if_facts(table)))
    assert [row["counterfactual"] for row in facts] == [n for n in COUNTERFACTUALS if n in SHOWN]
    lines = what_if_text(facts).split("\n")
    assert lines[0].startswith("What 6 of the objects")
    frozen = table.set_index("counterfactual").loc["change frozen"]
    (line,) = (line for line in lines if "frozen" in line)
    assert line.startswith(f"| change frozen | becomes NON | {frozen['class_stays']:.2f} [")
    assert len(line.split("|")) == len(lines[2].split("|"))
