"""The tables in the paper's form: they say what scikit-learn says, beside what was published."""

import re

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_recall_curve

from evaluation.made import made_table
from taonet.errors import InputError
from taonet.evaluation.scored_rows import check_predictions, merge_classes
from taonet.reports.paper_tables import best_f1_point, write_paper_tables
from taonet.sky.taxonomy import CRTS, HITS

PARTS = {"transient": ("SN", "CV", "AGN", "BZ", "OTHER"), "NON": ("NON",)}


@pytest.fixture
def tables():
    good = made_table(300, seed=1, epochs=2, skill=1.2, taxonomy=CRTS)
    return {"TAO-Net": good, "forest": made_table(300, seed=2, skill=0.5, taxonomy=CRTS)}


def write(tables, path, **options):
    options = {"detailed": ("TAO-Net", "forest"), "n_bootstrap": 50, **options}
    taxonomy = options.pop("taxonomy", CRTS)
    assert write_paper_tables(path, tables, taxonomy, title="T", seed=1, **options)
    return path.read_text()


def section(text, heading):
    return next(part for part in text.split("\n## ") if part.startswith(heading))


def first_number(text, row, column):
    cells = next(line for line in text.splitlines() if line.startswith(f"| {row} |")).split("|")
    return float(re.findall(r"[\d.]+", cells[column + 1])[0])


def final(table):
    return table[table["n_epochs"] == table.groupby("object_id")["n_epochs"].transform("max")]


def test_scores_are_those_of_scikit_learn(tables, tmp_path):
    text = write(tables, tmp_path / "p.md")
    for name, table in tables.items():
        rows = final(table)
        rows = rows[rows["class_name"] != "NON"]
        p = rows[[f"p_{c}" for c in PARTS["transient"]]].to_numpy()
        said = np.array(PARTS["transient"])[p.argmax(axis=1)]
        wanted = 100 * f1_score(rows["class_name"], said, average="macro")
        found = first_number(section(text, "The five transient"), name, 1)
        assert found == pytest.approx(wanted, abs=0.006)
        rows = final(table)
        said = np.where(rows["p_NON"] >= 0.5, "NON", "transient")
        truth = np.where(rows["class_name"] == "NON", "NON", "transient")
        wanted = 100 * f1_score(truth, said, average="macro")
        found = first_number(section(text, "Transient or not"), name, 1)
        assert found == pytest.approx(wanted, abs=0.006)


def test_published_figures_stand_beside_ours(tables, tmp_path):
    text = write(tables, tmp_path / "p.md", notes=["Trained on SIMULATED sequences."])
    assert "54.58 ± 13.32" in section(text, "The five transient")
    assert "45.49 ± 13.75" in section(text, "The five transient")
    assert "86.61" in section(text, "Transient or not")
    assert "50.38" in section(text, "All six")
    assert re.search(r"\| CV \| 50 \|.*\*68.77\* \|", section(text, "All six"))
    assert text.index("> Trained on SIMULATED") < text.index("##")
    assert "88.3" not in text
    assert "250 objects" in section(text, "The five transient").splitlines()[0]
    assert "300 objects" in section(text, "All six").splitlines()[0]


@pytest.mark.parametrize("seed", range(5))
def test_the_maximum_of_the_curve_is_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    truth = rng.integers(2, size=80)
    answer = np.round(np.clip(0.5 * truth + rng.normal(0.3, 0.3, 80), 0, 1), 1)  # many ties
    precision, recall, _ = precision_recall_curve(truth, answer)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    mine = best_f1_point(answer, truth)
    assert 2 * mine[0] * mine[1] / sum(mine) == pytest.approx(f1.max())
    assert any(np.allclose(mine, pair) for pair in zip(precision, recall, strict=True))


def test_without_non_transients_five_classes_are_left(tables, tmp_path):
    few = {name: table[table["class_name"] != "NON"] for name, table in tables.items()}
    text = write(few, tmp_path / "p.md")
    assert "no binary" in text
    assert "## Transient or not" not in text


def test_other_classes_have_no_such_tables(tmp_path):
    table = made_table(40, taxonomy=HITS)
    path = tmp_path / "p.md"
    assert not write_paper_tables(path, {"a": table}, HITS, title="T", detailed=("a",), seed=1)
    assert list(tmp_path.iterdir()) == []


def test_merged_answers_are_answers(tables):
    coarse, two = merge_classes(tables["TAO-Net"], CRTS, PARTS)
    check_predictions(coarse, two)
    assert two.classes == ("transient", "NON")
    total = tables["TAO-Net"][[f"p_{c}" for c in PARTS["transient"]]].sum(axis=1)
    np.testing.assert_allclose(coarse["p_transient"], total)
    assert set(coarse["class_name"]) == {"transient", "NON"}
    with pytest.raises(InputError):
        merge_classes(tables["TAO-Net"], CRTS, {"a": ("SN", "X"), "b": ("CV",)})
