"""Training, and what comes of it."""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taonet.errors import InputError, TaoNetError
from taonet.io.paths import is_path, path_of
from taonet.markup import LINE, facts_html, shorten
from taonet.progress import show_progress
from taonet.types import AnyPath, Track

if TYPE_CHECKING:
    import pandas as pd

    from taonet.io.predictions import Predictions
    from taonet.models.model import Model

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, repr=False)
class Run:
    """A finished training run.

    Parameters
    ----------
    folder : Path
        Its folder, with everything that follows as files.
    """

    folder: Path

    @property
    def model(self) -> "Model":
        """The model, trained on all objects."""
        from taonet.models.load import load_model

        return load_model(self.folder / "bundle")

    @cached_property
    def _scores(self) -> dict[str, Any]:
        from taonet.experiment.stages import read_scores

        return read_scores(self.folder)

    @property
    def scores(self) -> "pd.DataFrame":
        """Scores on objects not trained on, with 95 % intervals; a row a method, ours first."""
        from taonet.evaluation.score_table import score_table

        return score_table(self._scores)

    @property
    def predictions(self) -> "Predictions":
        """The predictions about the objects not trained on."""
        from taonet.experiment.stages import prediction_file
        from taonet.io.prediction_table import read_predictions
        from taonet.io.predictions import Predictions

        return Predictions(read_predictions(prediction_file(self.folder, next(iter(self._scores)))))

    @property
    def report(self) -> Path:
        """The report, a page for a browser."""
        return self.folder / "report.html"

    def _macro_f1(self) -> str:
        from taonet.evaluation.intervals import Interval

        return str(Interval.from_dict(next(iter(self._scores.values()))["macro_f1"]))

    def __repr__(self) -> str:
        return shorten(f"<Run {self.folder.name}: macro F1 {self._macro_f1()}>", LINE)

    def _repr_html_(self) -> str:
        facts = {
            "macro F1": self._macro_f1(),
            "scores": "run.scores",
            "model": "run.model",
            "report": self.report,
        }
        return facts_html(f"Run {self.folder}", facts)


def train(
    recipe: AnyPath,
    data: Any,
    *,
    output: AnyPath | None = None,
    test: Any = None,
    calibration: Any = None,
    start: AnyPath | None = None,
    shots: int | None = None,
    seed: int | None = None,
    encoder: AnyPath | None = None,
    device: str | None = None,
    settings: Mapping[str, object] | None = None,
    workers: int = 1,
    track: Track = show_progress,
) -> Run:
    """Carry out a recipe, as ``taonet train`` does, or go on with a run that was interrupted.

    Parameters
    ----------
    recipe : str or path
        A TOML file, or the name of a recipe that ships: ``"tiny"`` (seconds; to try things),
        ``"tao-net"`` (survey cutouts), ``"tao-net-2020"`` (the paper's network), ``"hits"``,
        ``"hits-sim"``, ``"crts-sim"``, ``"ztf-sim"`` (how the models that ship were made),
        ``"finetune"`` (with ``start``); for tables of light curves ``"forest"``, ``"forest-tiny"``.
        ``taonet recipes`` lists all.
    data : Archive, path, list of sequences or of light curves, or table of light curves
        What is learnt from. What is in memory is written first, beside the output.
    output : path, optional
        The run's folder; ``runs/NAME-DIGEST`` by default. Needed where data is in memory.
    test, calibration : Archive or path, optional
        Archives to test on and to calibrate on; without them the data is divided.
    start : str or path, optional
        A model whose network is tuned.
    shots : int, optional
        Train on so many objects of each class and test on the others.
    seed : int, optional
        Instead of the recipe's.
    encoder : str or path, optional
        The frame encoder that the network reads (recipes with ``model.encoded``): the name of one
        that ships, or its folder.
    device : {"auto", "cpu", "cuda", "mps"}, optional
        Where the network runs, instead of the recipe's; ``auto`` takes a GPU if there is one.
    settings : mapping, optional
        Settings instead of the recipe's: ``{"training.steps": 20}``.
    workers : int
        Processes that share the photometry.
    track : function
        Shows progress. What is being done is said to the logger ``taonet`` at level INFO.

    Returns
    -------
    Run
        ``run.model``, ``run.scores``, ``run.predictions`` and ``run.report``.

    Raises
    ------
    ConfigError
        If the recipe is not understood, or there is no such device.
    MissingError
        If this machine has no such device.
    InputError
        If the data is not what the recipe takes.

    Examples
    --------
    >>> import tempfile, taonet
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> archive = taonet.simulate("tiny", 24, seed=3, output=folder / "archive")
    >>> few = {"training.steps": 2, "prediction.bootstrap": 10}
    >>> run = taonet.train("tiny", archive, output=folder / "run", settings=few)
    >>> run.model.classes == archive.taxonomy.classes
    True
    """
    from taonet.experiment.shipped_recipes import find_recipe
    from taonet.tasks.train import RecipeChanges, TrainingData
    from taonet.tasks.train import train as carry_out

    find_recipe(recipe)
    changes = RecipeChanges(
        shots=shots,
        seed=seed,
        encoder=None if encoder is None else str(encoder),
        device=device,
        settings=tuple(f"{key}={_setting(value)}" for key, value in (settings or {}).items()),
    )
    place = None if output is None else path_of(output, what="a folder for the run")
    with _storage(place) as store:
        path = store(data, "data")
        has_curves = _is_table(path)
        folder = carry_out(
            recipe if isinstance(recipe, str) else Path(recipe),
            TrainingData(
                data=None if has_curves else path,
                lightcurves=path if has_curves else None,
                test=None if test is None else store(test, "test"),
                calibration=None if calibration is None else store(calibration, "calibration"),
                start=start if start is None or isinstance(start, str) else Path(start),
            ),
            place,
            changes=changes,
            workers=workers,
            track=track,
            say=lambda line: log.info("%s", line),
        )
    return Run(folder=folder)


def _setting(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_table(path: Path) -> bool:
    from taonet.io.lightcurves.tables import is_table

    return is_table(path)


@contextmanager
def _storage(output: Path | None) -> Iterator[Callable[[Any, str], Path]]:
    """Yield what stores data that is in memory beside the output, and tells where data lies.

    What was stored for a run that could not begin is removed.
    """
    written: list[Path] = []

    def store(data: Any, what: str) -> Path:
        from taonet.io.archive import Archive

        if isinstance(data, Archive):
            return data.path
        if is_path(data):
            return path_of(data, what="an archive or a table of light curves")
        if output is None:
            do = "give output=…: they are written beside it"
            raise InputError("objects in memory need a place to be stored", do=do)
        # as for the run itself
        output.parent.mkdir(parents=True, exist_ok=True)
        path = output.with_name(f"{output.name}.{what}")
        written.append(_write(data, path))
        return written[-1]

    try:
        yield store
    except TaoNetError:
        if output is None or not (output / "run.json").is_file():
            for path in written:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise


def _write(data: Any, path: Path) -> Path:
    """Write light curves as a table, sequences as an archive; return where."""
    from taonet.io.ingest import ingest
    from taonet.io.lightcurves.tables import Curve, curve_table
    from taonet.io.memory import memory_source
    from taonet.io.tables import is_table_in_memory, table_in_memory, write_table

    if not is_table_in_memory(data) and not isinstance(data, Iterable):
        got = f"an object of type {type(data).__name__}"
        raise InputError("nothing to learn from", got=got, do="give an archive or sequences")
    several = data if is_table_in_memory(data) else list(data)
    if isinstance(several, list) and several and isinstance(several[0], Curve):
        several = curve_table(several)
    if isinstance(several, list):
        ingest(memory_source(data if isinstance(data, list) else several), path, overwrite=True)
        return path
    table = path.with_name(f"{path.name}.parquet")
    write_table(table_in_memory(several), table, overwrite=True)
    return table
