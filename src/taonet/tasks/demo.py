"""The demo: a model that ships at work, then the whole road in miniature, in one folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from taonet.errors import OutputError
from taonet.io.atomic import make_folder
from taonet.tasks.demo_shipped import show_shipped_model
from taonet.tasks.demo_training import show_training
from taonet.types import AnyPath, Track, no_progress

OWN: Final = (
    "answers",
    "archive",
    "calibrat",
    "forest",
    "objects",
    "run",
    "sky",
    "unseen",
)
"""What the names begin with of all that a demo's folder holds."""


def run_demo(
    folder: AnyPath,
    *,
    seed: int = 1,
    overwrite: bool = False,
    workers: int = 2,
    track: Track = no_progress,
    say: Callable[[str], None] = lambda _line: None,
) -> Path:
    """Show a shipped model on fresh objects, then simulate, train, compare and calibrate.

    A demo that was interrupted goes on; one that is finished is shown again.

    Parameters
    ----------
    folder : path
    seed : int
    overwrite : bool
        Make everything anew.
    workers : int
        Processes that simulate and measure; the numbers are the same for any number.
    track : function
        Shows progress.
    say : function
        Called with each line that is for the reader.

    Returns
    -------
    Path
        The report of the second act.

    Raises
    ------
    OutputError
        If the folder holds something else, or cannot be made.
    """
    folder = Path(folder)
    make_folder(folder)
    if not (folder / "run").exists() and not is_demo_folder(folder):
        raise OutputError("exists and is not a demo", where=folder, do="choose another --output")
    show_shipped_model(
        folder, seed=seed, overwrite=overwrite, workers=workers, track=track, say=say
    )
    run = show_training(
        folder, seed=seed, overwrite=overwrite, workers=workers, track=track, say=say
    )
    return run / "report.html"


def is_demo_folder(folder: Path) -> bool:
    """Return whether a folder holds nothing but what a demo writes."""
    return all(path.name.startswith(OWN) for path in folder.iterdir())


def next_steps(folder: AnyPath) -> list[str]:
    """Return what a reader may do after the demo, a line each."""
    folder = Path(folder)
    return [
        "Everything above is simulated: it says nothing about the real sky.",
        "What to open in a browser:",
        f"  {folder}/objects/*.html   five objects as films, each page in one file",
        f"  {folder}/run/report.html  the report of the second act",
        "What to do with your own files (README: other kinds than FITS cutouts):",
        "  taonet ingest fits DIR --table T -o A",
        "  taonet predict crts-sim A -o answers.parquet",
        "How to open the page with all objects of the first act (works offline):",
        f"  taonet serve {folder}/answers.parquet --data {folder}/sky"
        f" --compare {folder}/forest.parquet",
    ]
