"""The demo: the whole road on simulated sequences, in minutes, in one folder."""

import shutil
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

from taonet.errors import OutputError
from taonet.experiment.recipe import read_recipe
from taonet.experiment.run import run_experiment
from taonet.experiment.stages import read_scores
from taonet.io.archive import Archive, is_archive
from taonet.io.atomic import make_folder
from taonet.io.deep_tao.reader import read_deep_tao
from taonet.io.deep_tao.writer import write_deep_tao
from taonet.io.prediction_table import read_predictions
from taonet.reports.answer_figures import table_taxonomy
from taonet.reports.unseen_section import add_unseen_files
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset
from taonet.tasks.predict import predict_files
from taonet.tasks.simulate import Sample, simulate_archive
from taonet.types import AnyPath, Track, no_progress

OBJECTS = 480
UNSEEN = 1_000_003
"""Number of the object that is written to a file of its own; training stays far below it."""

UNSEEN_FILE = "unseen.fits"


def run_demo(
    folder: AnyPath,
    *,
    seed: int = 1,
    overwrite: bool = False,
    track: Track = no_progress,
    say: Callable[[str], None] = lambda _line: None,
) -> Path:
    """Simulate, train, compare, classify a file never seen; return the report's path.

    A demo that was interrupted goes on; one that is finished is shown again.

    Raises
    ------
    OutputError
        If the folder holds something else, or cannot be made.
    """
    folder, archive = Path(folder), Path(folder) / "archive"
    make_folder(folder)
    if not (folder / "run").exists() and not _is_demo_folder(folder):
        raise OutputError("exists and is not a demo", where=folder, do="choose another --output")
    if overwrite and (folder / "run" / "run.json").is_file():
        shutil.rmtree(folder / "run")
    if overwrite or not is_archive(archive):
        say(f"1 of 3: simulating {OBJECTS} objects")
        simulate_archive(
            Sample(survey="tiny", n_objects=OBJECTS, seed=seed),
            archive,
            overwrite=overwrite,
            track=track,
        )
    say("2 of 3: training the network and the forest, comparing both on held-out objects")
    with as_file(files("taonet.tasks") / "demo.toml") as recipe:
        run = run_experiment(
            read_recipe(recipe), Archive(archive), folder / "run", track=track, say=say
        )
    say("3 of 3: classifying a file the network has never seen")
    say(_classify_unseen_file(folder, run, seed=seed))
    _show_unseen_file(folder, run)
    for method, score in read_scores(run).items():
        say(f"  {method:24} macro F1 {score['macro_f1']['value']:.2f}")
    return run / "report.html"


def _is_demo_folder(folder: Path) -> bool:
    return all(path.name.startswith(("archive", "run", "unseen")) for path in folder.iterdir())


def _show_unseen_file(folder: Path, run: Path) -> None:
    """Let the report show the file and what was answered about it."""
    table = read_predictions(folder / "unseen.csv")
    file = folder / "unseen" / str(table["class_name"].iloc[0]) / UNSEEN_FILE
    sequence, _ = read_deep_tao(file)
    place = file.relative_to(folder).as_posix()
    add_unseen_files(run / "report.html", [place], [sequence], table, table_taxonomy(table))


def _classify_unseen_file(folder: Path, run: Path, *, seed: int) -> str:
    simulated = simulate(survey_preset("tiny"), 1, seed=seed, classes=("SN",), start=UNSEEN)
    sequence, _ = next(iter(simulated))
    # the folder is what names a file's class
    file = folder / "unseen" / str(sequence.class_name) / UNSEEN_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    write_deep_tao(file, sequence, overwrite=True)
    output = folder / "unseen.csv"
    predict_files(str(run / "bundle"), [file], output, overwrite=True)
    last = read_predictions(output).iloc[-1]
    return (
        f"  {file} (a simulated {sequence.class_name}) after {last['n_epochs']} epochs:"
        f" {last['predicted_class']}, p = {last['p_' + last['predicted_class']]:.2f}"
        f" (all answers in {output})"
    )
