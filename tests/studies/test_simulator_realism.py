"""The check of a preset: what it writes, and that it can tell frames apart."""

import json

import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.studies.simulator_realism import check_survey, failures, summary
from taonet.tasks.simulate import Sample, simulate_light_curves


@pytest.mark.slow
def test_curves_of_the_preset_itself_are_not_told_apart(tmp_path):
    simulate_light_curves(
        Sample(survey="crts", n_objects=120, seed=7, classes=["NON"]), tmp_path / "c.parquet"
    )
    curves = pd.read_parquet(tmp_path / "c.parquet")
    # ids of the survey: telescope and field first
    curves["object_id"] = "1" + curves["object_id"].str[-6:] + "000001"
    curves.to_parquet(tmp_path / "real.parquet")
    found = check_survey("crts", [tmp_path / "real.parquet"], tmp_path / "out", n_objects=60)
    told = found["real"]["told_apart"]["NON"]
    assert told["low"] < 0.62
    assert json.loads((tmp_path / "out" / "realism.json").read_text()) == found
    assert (tmp_path / "out" / "curves-NON.png").stat().st_size > 1000
    assert "NON: distinguished from real ones with AUC" in summary(found)


def test_a_table_that_is_nothing_of_use_is_refused(tmp_path):
    pd.DataFrame({"x": [1.0]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputError, match="no column"):
        check_survey("crts", [tmp_path / "t.parquet"], tmp_path / "out", n_objects=50)
    assert not (tmp_path / "out").exists()


def test_a_list_of_transients_is_compared_with_a_figure(tmp_path):
    names = "\t".join(["#CRTS ID", *["x"] * 11, "Classification"])
    cells = ["x", "0", "0", "20151231.5", "17.5", *["x"] * 7]
    rows = [
        "\t".join([*cells, f"{label} mag 21"]) for label in ("SN", "CV", "AGN", "Blazar", "HPM")
    ]
    (tmp_path / "list.tsv").write_text("\n".join([names, *rows * 20]) + "\n")
    found = check_survey("crts-catalogue", [tmp_path / "list.tsv"], tmp_path / "out", n_objects=20)
    assert json.loads((tmp_path / "out" / "realism.json").read_text()) == found
    assert (tmp_path / "out" / "mix.png").stat().st_size > 1000
    assert "  SN: share 0.36 (listed 0.20)" in summary(found)
    assert failures(found) == found["list"]["failures"]
