"""Calibrate the bundles that ship anew, on fresh simulations; their weights stay what they are.

    python benchmarks/calibrate_bundles.py WORK                     # all that are calibrated
    python benchmarks/calibrate_bundles.py WORK --only hits-sim --workers 2

Simulates objects of the presets and seeds below (``WORK/<name>-C0`` and on), fits temperature, sets
and what is typical on all of them, and puts the bundle in the place of the old one once its weights
have proven to be the same. Then objects of other seeds (``WORK/<name>-T0`` and on) are predicted;
the scores are added to the card and printed. What is in WORK already is not simulated again:
remove it after a change to the simulator.
"""

import argparse
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
class Trial:
    """Objects to calibrate on, and others of the same kind to test on."""

    calibration: Sample
    n_tests: int
    test_seed: int

    @property
    def test(self) -> Sample:
        """The test objects."""
        return replace(self.calibration, n_objects=self.n_tests, seed=self.test_seed)


OF = {
    "crts-sim": (
        Trial(
            calibration=Sample(survey="crts-catalogue", n_objects=700, seed=1607),
            n_tests=500,
            test_seed=1701,
        ),
        Trial(
            calibration=Sample(survey="crts", n_objects=700, seed=1608, unstated=True),
            n_tests=500,
            test_seed=1711,
        ),
    ),
    "hits-sim": (
        Trial(
            calibration=Sample(survey="hits", n_objects=3000, seed=1620, mix="wide"),
            n_tests=2000,
            test_seed=1621,
        ),
    ),
    "ztf-sim": (
        Trial(
            calibration=Sample(survey="ztf", n_objects=2800, seed=903),
            n_tests=1400,
            test_seed=904,
        ),
    ),
}


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


def renew(name: str, trials: Sequence[Trial], work: Path, into: Path, *, workers: int) -> None:
    """Calibrate one bundle, put it in its place, and test it."""
    data = [
        simulated(work / f"{name}-C{k}", trial.calibration, workers=workers)
        for k, trial in enumerate(trials)
    ]
    print(calibrate(SHIPPED / name, data, work / name, workers=workers, overwrite=True))
    if weights_of(work / name) != weights_of(SHIPPED / name):
        raise SystemExit(f"{name}: the weights have changed")
    texts = []
    for k, trial in enumerate(trials):
        tested = simulated(work / f"{name}-T{k}", trial.test, workers=workers)
        answers = work / f"{name}-{k}.parquet"
        predict_files(work / name, [tested], answers, workers=workers, overwrite=True)
        table, taxonomy = read_predictions(answers), load_bundle(work / name).taxonomy
        print("\n".join(lines_of(table, taxonomy, enough=50)))
        texts.append(test_text(name, table, tested))
    file = work / name / "README.md"
    card = with_test(Card.parse(file.read_text()), "\n\n".join(texts))
    file.write_text(card.to_markdown())
    for file in (work / name).iterdir():
        shutil.copyfile(file, into / name / file.name)


def simulated(folder: Path, sample: Sample, *, workers: int) -> Path:
    """Return an archive, simulated if it is not there."""
    if not (folder / "manifest.json").exists():
        simulate_archive(sample, folder, workers=workers)
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
