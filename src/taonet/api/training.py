"""Training, and what comes of it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taonet.errors import InputError
from taonet.markup import LINE, facts_html, shorten
from taonet.progress import show_progress
from taonet.types import AnyPath, Track

if TYPE_CHECKING:
    import pandas as pd

    from taonet.io.predictions import Predictions
    from taonet.models.model import Model
    from taonet.tasks.train import TrainingData

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
        return shorten(f"<Run {self.folder}: macro F1 {self._macro_f1()}>", LINE)

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
    settings: Mapping[str, object] | None = None,
    workers: int = 1,
    track: Track = show_progress,
) -> Run:
    """Carry out a recipe, as ``taonet train`` does, or go on with a run that was interrupted.

    Parameters
    ----------
    recipe : str or path
        The name of a recipe that ships (``"tiny"``, ``"hits"``, ``"forest"``, …) or a TOML file.
    data : Archive, path, list of sequences, or table of light curves
        What is learnt from. What is in memory is written first, beside the output.
    output : path, optional
        The run's folder; ``runs/NAME-DIGEST`` by default.
    test, calibration : Archive or path, optional
        Archives to test on and to calibrate on; without them the data is divided.
    start : str or path, optional
        A model whose network is tuned.
    shots : int, optional
        Train on so many objects of each class and test on the others.
    seed : int, optional
        Instead of the recipe's.
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
        If the recipe is not understood.
    InputError
        If the data is not what the recipe takes.

    Examples
    --------
    >>> import tempfile, taonet
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> archive = taonet.simulate("tiny", 24, seed=3, output=folder / "archive")
    >>> run = taonet.train("tiny", archive, output=folder / "run")
    >>> run.model.classes == archive.taxonomy.classes
    True
    """
    from taonet.tasks.train import RecipeChanges
    from taonet.tasks.train import train as carry_out

    changes = RecipeChanges(
        shots=shots,
        seed=seed,
        settings=tuple(f"{key}={_setting(value)}" for key, value in (settings or {}).items()),
    )
    data = _training_data(data, output, test=test, calibration=calibration, start=start)
    output = None if output is None else Path(output)
    folder = carry_out(
        recipe if isinstance(recipe, str) else Path(recipe),
        data,
        output,
        changes=changes,
        workers=workers,
        track=track,
        say=lambda line: log.info("%s", line),
    )
    return Run(folder=folder)


def _setting(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _training_data(
    data: Any, output: AnyPath | None, *, test: Any, calibration: Any, start: AnyPath | None
) -> "TrainingData":
    from taonet.io.inputs import is_path
    from taonet.io.lightcurves.tables import is_table
    from taonet.tasks.train import TrainingData

    path = _store(data, output, "data")
    has_curves = is_path(path) and is_table(path)
    return TrainingData(
        data=None if has_curves else path,
        lightcurves=path if has_curves else None,
        test=None if test is None else _store(test, output, "test"),
        calibration=None if calibration is None else _store(calibration, output, "calibration"),
        start=start if start is None or isinstance(start, str) else Path(start),
    )


def _store(data: Any, output: AnyPath | None, what: str) -> Path:
    """Return where data lies; what is in memory is written beside the output."""
    import pandas as pd

    from taonet.io.archive import Archive
    from taonet.io.inputs import is_path

    if isinstance(data, Archive):
        return data.path
    if is_path(data):
        return Path(data)
    if output is None:
        do = "give output=…: they are written beside it"
        raise InputError("objects in memory need a place to be stored", do=do)
    place = Path(output)
    # as for the run itself
    place.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(data, pd.DataFrame):
        from taonet.io.tables import write_table

        table = place.with_name(f"{place.name}.{what}.parquet")
        write_table(data, table, overwrite=True)
        return table
    return _pack(data, place.with_name(f"{place.name}.{what}"))


def _pack(sequences: Sequence[Any], path: Path) -> Path:
    from taonet.io.ingest import ingest
    from taonet.io.memory import memory_source

    ingest(memory_source(sequences), path, overwrite=True)
    return path
