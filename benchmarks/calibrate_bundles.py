"""Calibrate the bundles that ship anew, on fresh simulations; their weights stay what they are.

    python benchmarks/calibrate_bundles.py WORK                     # all that are calibrated
    python benchmarks/calibrate_bundles.py WORK --only hits-sim --workers 2

Simulates objects of the preset and seed that each card names (``WORK/<name>-C``), fits temperature,
sets and what is typical on them, and puts the bundle in the place of the old one once its weights
have proven to be the same. Then objects of another seed (``WORK/<name>-T``) are predicted; the
scores are added to the card and printed. What is in WORK already is not simulated again:
remove it after a change to the simulator.
"""

import argparse
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from coverage import lines_of

from taonet.evaluation.calibration_by_epochs import ece_by_epochs
from taonet.evaluation.coverage import coverage_table, set_sizes
from taonet.evaluation.intervals import Interval
from taonet.experiment.card import CALIBRATION_HEADING
from taonet.experiment.card_sections import Card
from taonet.io.prediction_table import read_predictions
from taonet.io.provenance import describe_simulation
from taonet.models.bundle import load_bundle
from taonet.models.bundle_folder import SHIPPED
from taonet.tasks.calibrate import calibrate
from taonet.tasks.predict import predict_files
from taonet.tasks.simulate import Sample, simulate_archive

EPOCHS = (1, 2, 3, 5, 10, 20, 40, 60, 80, 100, 120, 140)


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What a bundle is calibrated and tested on: objects and seeds of a preset."""

    preset: str
    objects: int
    seed: int
    test_objects: int
    test_seed: int


OF = {
    "crts-sim": Simulation(
        preset="crts", objects=9000, seed=701, test_objects=3000, test_seed=801
    ),
    "hits-sim": Simulation(
        preset="hits", objects=4000, seed=41, test_objects=2000, test_seed=42
    ),
    "ztf-sim": Simulation(
        preset="ztf", objects=2800, seed=903, test_objects=1400, test_seed=904
    ),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", choices=sorted(OF))
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--into", type=Path, default=SHIPPED, help="folder of bundles")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    for name in [given.only] if given.only else sorted(OF):
        renew(name, OF[name], given.work, given.into, workers=given.workers)


def renew(name: str, simulation: Simulation, work: Path, into: Path, *, workers: int) -> None:
    """Calibrate one bundle, put it in its place, and test it."""
    data = simulated(work / f"{name}-C", simulation, test=False, workers=workers)
    print(calibrate(SHIPPED / name, data, work / name, workers=workers, overwrite=True))
    if weights_of(work / name) != weights_of(SHIPPED / name):
        raise SystemExit(f"{name}: the weights have changed")
    tested = simulated(work / f"{name}-T", simulation, test=True, workers=workers)
    answers = work / f"{name}.parquet"
    predict_files(work / name, [tested], answers, workers=workers, overwrite=True)
    table, taxonomy = read_predictions(answers), load_bundle(work / name).taxonomy
    print("\n".join(lines_of(table, taxonomy, enough=50)))
    file = work / name / "README.md"
    card = with_test(Card.parse(file.read_text()), test_text(name, table, tested))
    file.write_text(with_command(card, simulation).to_markdown())
    for file in (work / name).iterdir():
        shutil.copyfile(file, into / name / file.name)


def simulated(folder: Path, simulation: Simulation, *, test: bool, workers: int) -> Path:
    """Return the archive of calibration or test objects, simulated if it is not there."""
    objects = simulation.test_objects if test else simulation.objects
    seed = simulation.test_seed if test else simulation.seed
    if not (folder / "manifest.json").exists():
        simulate_archive(
            Sample(survey=simulation.preset, n_objects=objects, seed=seed), folder, workers=workers
        )
    return folder


def weights_of(bundle: Path) -> tuple[str, bytes]:
    """Return the hash of the weights that a bundle claims, and the weights."""
    config = json.loads((bundle / "config.json").read_text())
    return config["weights_sha256"], (bundle / "model.safetensors").read_bytes()


def with_test(card: Card, text: str) -> Card:
    """Return a card whose section on calibration also has the test of it."""
    section = card.section(CALIBRATION_HEADING)
    before = "" if section is None else section.text
    return card.with_section(CALIBRATION_HEADING, f"{before}\n\n{text}")


def with_command(card: Card, simulation: Simulation) -> Card:
    """Return a card whose commands simulate as many calibration objects as there were."""
    section = card.section("Retraining")
    if section is None:
        return card
    command = f"taonet simulate {simulation.preset} --objects "
    lines = section.text.splitlines()
    for i, line in enumerate(lines):
        begin, found, rest = line.partition(command)
        options = rest.partition(" ")[2]
        if found and f"{options} ".startswith(f"--seed {simulation.seed} "):
            lines[i] = f"{begin}{command}{simulation.objects} {options}"
    return card.with_section("Retraining", "\n".join(lines))


def test_text(name: str, table: pd.DataFrame, tested: Path) -> str:
    """Return what a card says of the test on other objects."""
    taxonomy = load_bundle(name).taxonomy
    longest = table.groupby("object_id")["n_epochs"].max()
    epochs = [k for k in EPOCHS if (longest >= k).mean() >= 0.2]
    errors = ece_by_epochs(table, taxonomy, epochs, n_bootstrap=200)
    early, end = errors[errors["n_epochs"] > 0], errors[errors["n_epochs"] == 0].iloc[0]
    held = coverage_table(table, taxonomy, epochs)
    passing, last = held[held["n_epochs"] > 0], held[held["n_epochs"] == 0]
    sizes = set_sizes(table, epochs).set_index("n_epochs")["set_size"]
    return (
        f"On {len(longest):,} other simulated objects ({describe_simulation(tested)}): "
        f"calibration error {Interval.from_row(end, 'ece')} of last answers, at most "
        f"{early['ece'].max():.3f} after {epochs[0]} to {epochs[-1]} epochs, of the objects that "
        f"have so many. Sets contain the true class after {epochs[0]} to {epochs[-1]} epochs for "
        f"{extremes(passing)} of them; among last answers for {extremes(last)}. Classes in a set: "
        f"{sizes[epochs[0]]:.2f} after {epochs[0]}, {sizes[epochs[-1]]:.2f} after {epochs[-1]}, "
        f"{sizes[0]:.2f} in last answers."
    )


def extremes(rows: pd.DataFrame) -> str:
    shares = rows["coverage"]
    least, most = (rows.loc[pick] for pick in (shares.idxmin(), shares.idxmax()))
    return " to ".join(
        f"{Interval.from_row(row, 'coverage')} ({row['class_name']}"
        f"{', after ' + str(row['n_epochs']) if row['n_epochs'] else ''})"
        for row in (least, most)
    )


if __name__ == "__main__":
    main()
