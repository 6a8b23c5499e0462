"""The demo's first act: its numbers are those of the tables, and what it says is true."""

from functools import partial

import pandas as pd
import pytest

from taonet.io.prediction_table import read_predictions
from taonet.models.bundle import load_bundle
from taonet.tasks import demo_shipped
from taonet.tasks.demo_sky import EMPTY, FOREIGN


@pytest.fixture(scope="module")
def act(tmp_path_factory):
    """A small first act: one object of each class, a forest taught by six."""
    folder = tmp_path_factory.mktemp("act")
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name, few in (
            ("simulate_sky", {"n_objects": 6}),
            ("answer_by_forest", {"n_taught": 12}),
        ):
            patch.setattr(demo_shipped, name, partial(getattr(demo_shipped, name), **few))
        demo_shipped.show_shipped_model(folder, seed=1, say=said.append)
    return folder, "\n".join(said)


def test_it_says_what_the_table_holds(act):
    folder, said = act
    table = read_predictions(folder / "answers.parquet")
    assert table["object_id"].nunique() == 6 + 1 + len(FOREIGN)
    assert "6 simulated objects" in said
    last = table.groupby("object_id").tail(1).set_index("object_id")
    snr, typicality = last["snr"].astype(float), last["typicality"].astype(float)
    assert not last.loc[EMPTY, "detected"]
    assert f"undetected (signal-to-noise {snr[EMPTY]:.1f})" in said
    for name in FOREIGN:
        assert f"(typicality {typicality[name]:.2f})" in said
    assert said.count(": unlike (") == last.loc[list(FOREIGN), "unlike"].sum()
    assert "pixels of 0.27 arcsec; crts-sim learnt from 2.5" in said


def test_it_writes_pages_of_what_it_shows(act):
    folder, said = act
    pages = sorted(page.stem for page in (folder / "objects").glob("*.html"))
    shown = [name for name in pages if name.startswith("sim-")]
    assert len(pages) == 5
    assert len(shown) == len(demo_shipped.SHOWN)
    assert EMPTY in pages
    assert all(f"{name}, truly " in said for name in shown)
    assert all(page.stat().st_size < 2e6 for page in (folder / "objects").iterdir())


def test_lines_are_short(act):
    _, said = act
    assert max(map(len, said.splitlines())) <= 100


def test_growth_is_that_of_the_rows():
    rows = pd.DataFrame({"object_id": "a", "class_name": "SN", "n_epochs": [1, 2, 40]})
    rows = rows.assign(detected=[False, True, True], predicted_class=["NON", "CV", "SN"])
    rows = rows.assign(p_NON=0.0, p_CV=0.625, p_SN=0.875)
    rows["set"] = pd.Series([(), (), ("SN", "CV")])
    lines = list(demo_shipped.growth_lines(rows, ["a"]))
    assert lines[-2].strip() == "1: –, 2: CV 0.62, 2: CV 0.62, 2: CV 0.62, 40: SN 0.88"
    assert lines[-1].endswith("SN, CV")


def test_what_it_quotes_is_on_the_card():
    words, on_card = demo_shipped.ON_THE_CARD
    card = load_bundle(demo_shipped.BUNDLE).card
    for number in on_card:
        assert number in card
        assert f"{float(number.split()[0]) + 1e-9:.2f}" in words
