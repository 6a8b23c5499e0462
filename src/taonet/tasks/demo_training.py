"""The demo's second act: simulate, train, compare, calibrate — the whole road in miniature."""

import shutil
from collections.abc import Callable, Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

import pandas as pd

from taonet.evaluation.calibration_by_epochs import ece
from taonet.evaluation.intervals import Interval
from taonet.evaluation.scored_rows import final_rows
from taonet.experiment.recipe import read_recipe
from taonet.experiment.run import NETWORK, run_experiment
from taonet.experiment.stages import prediction_file, read_scores
from taonet.io.archive import Archive, is_archive
from taonet.io.deep_tao.reader import read_deep_tao
from taonet.io.deep_tao.writer import write_deep_tao
from taonet.io.prediction_table import read_predictions
from taonet.models.bundle import load_bundle
from taonet.models.predict_inputs import predict_table
from taonet.reports.answer_figures import table_taxonomy
from taonet.reports.unseen_section import add_unseen_files
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset
from taonet.tasks.calibrate import calibrate
from taonet.tasks.predict import predict_files
from taonet.tasks.simulate import Sample, simulate_archive
from taonet.types import Track, no_progress

Say = Callable[[str], None]

OBJECTS: Final = 480
CALIBRATION_OBJECTS: Final = 240
"""Enough for probabilities and typicality; sets need a hundred of each class."""

CALIBRATION_SEED: Final = 10_000
"""Added to the demo's seed, for objects that are not those of training."""

UNSEEN: Final = 1_000_003
"""Number of the object that is written to a file of its own; training stays far below it."""

UNSEEN_FILE: Final = "unseen.fits"

METHOD_WORDS: Final = {
    NETWORK: "the network, from pixels",
    "forest on published": "a forest on 30 numbers of the light curve",
    "boosted trees on modern": "boosted trees on newer numbers of it",
    "boosted trees in context": "the same, and numbers of host and field",
    "majority class": "always the same class",
}
"""The methods that are printed, in this order; the report has them all."""


def show_training(
    folder: Path,
    *,
    seed: int,
    overwrite: bool = False,
    workers: int = 1,
    track: Track = no_progress,
    say: Say,
) -> Path:
    """Train a small network, compare and calibrate it, and ask it about a file; return the run.

    An interrupted act goes on where it stopped.
    """
    if overwrite:
        _remove_results(folder)
    say("Second act. The whole road in miniature: everything is small, and so are the scores.")
    say(f"1 of 4: simulating {OBJECTS} objects to learn from and to test on")
    archive = _simulate(folder / "archive", OBJECTS, seed, overwrite, workers, track)
    say("2 of 4: training a small network and trees, and comparing them; this takes longest")
    with as_file(files("taonet.tasks") / "demo.toml") as recipe:
        run = run_experiment(
            read_recipe(recipe), archive, folder / "run", workers=workers, track=track, say=say
        )
    for line in comparison_lines(read_scores(run)):
        say(line)
    say(f"3 of 4: calibrating it on {CALIBRATION_OBJECTS} others")
    _calibrate(folder, seed, overwrite, workers, track)
    for line in calibration_lines(folder, archive):
        say(line)
    say("4 of 4: classifying a file that it has never seen")
    say(_classify_unseen_file(folder, seed=seed))
    _show_unseen_file(folder, run)
    say("")
    return run


def _remove_results(folder: Path) -> None:
    for name, mark in (("run", "run.json"), ("calibrated", "config.json")):
        if (folder / name / mark).is_file():
            shutil.rmtree(folder / name)


def _simulate(
    path: Path, n_objects: int, seed: int, overwrite: bool, workers: int, track: Track
) -> Archive:
    if overwrite or not is_archive(path):
        sample = Sample(survey="tiny", n_objects=n_objects, seed=seed)
        simulate_archive(sample, path, workers=workers, overwrite=overwrite, track=track)
    return Archive(path)


def comparison_lines(scores: dict[str, Any]) -> Iterator[str]:
    """Say how well each method does on objects that none has learnt from."""
    n_objects = scores[NETWORK]["n_objects"]
    yield f"  Share of right answers about {n_objects} held-out objects (mean over classes, 95 %):"
    for method, words in METHOD_WORDS.items():
        if method in scores:
            own = Interval.from_dict(scores[method]["macro_recall"])
            yield f"    {words:44} {own:.2f}"
    yield "  A network needs thousands of objects to pass trees; that of the first act had them."


def _calibrate(folder: Path, seed: int, overwrite: bool, workers: int, track: Track) -> None:
    if (folder / "calibrated" / "config.json").exists():
        return
    path = folder / "calibration"
    _simulate(path, CALIBRATION_OBJECTS, CALIBRATION_SEED + seed, overwrite, workers, track)
    calibrate(folder / "run" / "bundle", path, folder / "calibrated", overwrite=True)


def calibration_lines(folder: Path, archive: Archive) -> Iterator[str]:
    """Say how far probabilities were off on the held-out objects, before and after."""
    before = read_predictions(prediction_file(folder / "run", NETWORK))
    tested = set(before["object_id"])
    names = [name for name in archive.objects["object_id"] if name in tested]
    model = load_bundle(folder / "calibrated")
    after = pd.DataFrame(predict_table(model, (archive[name] for name in names)))
    last = [final_rows(table) for table in (before, after)]
    errors = [ece(rows, model.taxonomy, n_bootstrap=300, seed=0) for rows in last]
    yield f"  Calibration error about the same {len(last[1])} objects, before: {errors[0]:.2f}"
    yield f"    and after: {errors[1]:.2f}"
    yield "  It is the mean gap between the probability that is stated and the share that is right."
    yield "  Sets of classes would need a hundred calibration objects of each class."


def _classify_unseen_file(folder: Path, *, seed: int) -> str:
    simulated = simulate(survey_preset("tiny"), 1, seed=seed, classes=("SN",), start=UNSEEN)
    sequence, _ = next(iter(simulated))
    # the folder is what names a file's class
    file = folder / "unseen" / str(sequence.class_name) / UNSEEN_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    write_deep_tao(file, sequence, overwrite=True)
    output = folder / "unseen.csv"
    predict_files(folder / "calibrated", [file], output, overwrite=True)
    last = read_predictions(output).iloc[-1]
    best = last["predicted_class"]
    return (
        f"  {file}, truly {sequence.class_name}, after {last['n_epochs']} epochs:"
        f" {best}, probability {last[f'p_{best}']:.2f}"
    )


def _show_unseen_file(folder: Path, run: Path) -> None:
    """Let the report show the file and what was answered about it."""
    table = read_predictions(folder / "unseen.csv")
    file = folder / "unseen" / str(table["class_name"].iloc[0]) / UNSEEN_FILE
    sequence, _ = read_deep_tao(file)
    place = file.relative_to(folder).as_posix()
    add_unseen_files(run / "report.html", [place], [sequence], table, table_taxonomy(table))
