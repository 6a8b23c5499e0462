"""An experiment on a table of light curves: split, measure, grow trees, compare, save, report."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from taonet.data.redraw import draw_copies
from taonet.data.splits import Split, draw_folds, draw_holdout, read_split, rounds_of, write_split
from taonet.errors import InputError
from taonet.experiment import baselines
from taonet.experiment.curves.card import KINDS, curve_card
from taonet.experiment.curves.recipe import CurveRecipe
from taonet.experiment.groups import all_with_groups
from taonet.experiment.stages import is_finished, reserve_run_folder, staged_table, write_json
from taonet.features.tables import curve_features, usual_colour
from taonet.io.lightcurves.tables import Curve, bands_of, read_light_curves
from taonet.io.prediction_table import write_predictions
from taonet.io.provenance import truth_path
from taonet.io.rejection import remark_lines
from taonet.models.trees.bundle import FeatureColumns, save_trees
from taonet.models.trees.predict import curve_rows
from taonet.models.trees.selection import choose_config
from taonet.models.trees.trees import GRID, Trees, kind_of
from taonet.reports.contents import Note, ReportContents
from taonet.reports.page import write_report
from taonet.sky.taxonomy import Taxonomy, taxonomy_for
from taonet.trust.prior import LEARNT_MIX
from taonet.types import AnyPath, Track, no_progress
from taonet.version import __version__

Say = Callable[[str], None]

CONTROL_TREES = 300


@dataclass(frozen=True, kw_only=True, eq=False)
class CurveExperiment:
    """A recipe put together with a table: all that the stages need.

    Parameters
    ----------
    recipe : CurveRecipe
    table : Path
    folder : Path
        The run's folder.
    curves : tuple of Curve
        Those whose class is known.
    taxonomy : Taxonomy
    digest, data_digest : str
        Of everything the run depends on; of the table alone.
    left_out : int
        Objects without a class.
    """

    recipe: CurveRecipe
    table: Path
    folder: Path
    curves: tuple[Curve, ...]
    taxonomy: Taxonomy
    digest: str
    data_digest: str
    left_out: int
    track: Track

    @property
    def label(self) -> Int[np.ndarray, " object"]:
        """Label of every object."""
        return np.array([self.taxonomy.label(c.class_name or "") for c in self.curves], np.int64)

    @property
    def objects(self) -> pd.DataFrame:
        """The objects as a split wants them: one curve under two names is one object."""
        return pd.DataFrame(
            {
                "object_id": [c.object_id for c in self.curves],
                "class_name": [c.class_name for c in self.curves],
                "ra": [c.ra for c in self.curves],
                "dec": [c.dec for c in self.curves],
                "field_id": [c.object_id for c in self.curves],
                "content": [_content_hash(c) for c in self.curves],
            }
        )

    @cached_property
    def colour(self) -> tuple[str, str] | None:
        """The two bands whose colour is measured."""
        return usual_colour(self.curves)

    @property
    def is_simulated(self) -> bool:
        """Whether the simulator wrote the table: it leaves the truth beside it."""
        return truth_path(self.table).is_file()


def run_curves(
    recipe: CurveRecipe,
    table: AnyPath,
    folder: AnyPath | None = None,
    *,
    track: Track = no_progress,
    say: Say = lambda _line: None,
) -> Path:
    """Carry out a recipe on a table of light curves, or go on with a run that was interrupted.

    Parameters
    ----------
    folder : Path, optional
        The run's folder; ``runs/<name>-<digest>`` by default.
    say : function
        Told of what was mended and of each stage, in a line.

    Returns
    -------
    Path
        The run's folder, with ``report.html``, ``scores.json``, ``predictions/`` and ``bundle/``.

    Raises
    ------
    InputError
        If the table cannot be read, or there is nothing to learn from it.
    OutputError
        If something else than this run is in the folder.
    """
    place = None if folder is None else Path(folder)
    experiment = _plan(recipe, Path(table), place, track=track, say=say)
    split = _draw_split(experiment)
    folder = experiment.folder
    reserve_run_folder(folder, experiment.digest)
    if is_finished(folder):
        say(f"finished already: {folder}")
        return folder
    _write_provenance(experiment)
    split = _open_split(experiment, split)
    say(f"split: {', '.join(f'{part} {len(ids)}' for part, ids in split.parts.items())}")
    features = staged_table(folder / "features.parquet", lambda: _measure_features(experiment))
    values = features.drop(columns="object_id").to_numpy(np.float64)
    tables, trees, count = _run_rounds(experiment, split, values, say)
    scores = _report(experiment, split, tables)
    facts = _facts(experiment, split, scores, count, trees)
    save_trees(
        trees,
        folder / "bundle",
        name=recipe.name,
        taxonomy=experiment.taxonomy,
        features=FeatureColumns(
            set_name=recipe.features, names=tuple(map(str, features.columns[1:]))
        ),
        card=curve_card(recipe, experiment.taxonomy, facts, scores),
        facts=facts,
        overwrite=True,
    )
    write_json(folder / "finished.json", {"digest": experiment.digest, "report": "report.html"})
    return folder


def _plan(
    recipe: CurveRecipe, table: Path, folder: Path | None, *, track: Track, say: Say
) -> CurveExperiment:
    light_curves = read_light_curves(table)
    if str(light_curves.mending):
        say(f"{table}: {light_curves.mending}")
    for line in remark_lines(light_curves.remarks):
        say(line)
    labelled = tuple(curve for curve in light_curves.curves if curve.class_name is not None)
    classes = {curve.class_name for curve in labelled}
    if len(classes) < 2:
        got = f"only {classes.pop()}" if classes else "no class_name"
        raise InputError("nothing to tell apart: trees need two classes", where=table, got=got)
    data_digest = hashlib.sha256(table.read_bytes()).hexdigest()
    identity = f"{recipe.digest}:{data_digest}:{__version__}"
    digest = hashlib.sha256(identity.encode()).hexdigest()
    return CurveExperiment(
        recipe=recipe,
        table=table,
        folder=folder or Path("runs") / f"{recipe.name}-{digest[:12]}",
        curves=labelled,
        taxonomy=taxonomy_for(table.stem, classes),
        digest=digest,
        data_digest=data_digest,
        left_out=len(light_curves.curves) + len(light_curves.without_points) - len(labelled),
        track=track,
    )


def _content_hash(curve: Curve) -> str:
    columns = [curve.mjd, curve.mag, curve.magerr]
    if curve.flux is not None and curve.flux_err is not None:
        columns += [curve.flux, curve.flux_err]
    points = np.stack(columns)
    return hashlib.sha256(points.tobytes()).hexdigest()


def _draw_split(experiment: CurveExperiment) -> Split:
    settings, seed = experiment.recipe.split, experiment.recipe.seed
    if settings.kind == "folds":
        return draw_folds(experiment.objects, settings.folds, seed=seed)
    return draw_holdout(experiment.objects, valid=0.0, test=settings.test, seed=seed)


def _open_split(experiment: CurveExperiment, split: Split) -> Split:
    path = experiment.folder / "split.json"
    if not path.exists():
        write_split(split, path)
    return read_split(path, experiment.objects)


def _write_provenance(experiment: CurveExperiment) -> None:
    folder = experiment.folder
    (folder / "predictions").mkdir(exist_ok=True)
    write_json(folder / "recipe.json", asdict(experiment.recipe))
    data = {"path": str(experiment.table), "digest": experiment.data_digest}
    write_json(folder / "data.json", data)


def _measure_features(experiment: CurveExperiment) -> pd.DataFrame:
    curves = experiment.curves
    tracked = experiment.track(curves, len(curves), "measuring features")
    features = curve_features(tracked, experiment.recipe.features, colour=experiment.colour)
    features.insert(0, "object_id", [curve.object_id for curve in curves])
    return features


def _run_rounds(
    experiment: CurveExperiment, split: Split, values: Float[np.ndarray, "n feature"], say: Say
) -> tuple[dict[str, pd.DataFrame], Trees, int]:
    """Return the tables of all methods, the trees to keep, and on how many objects they grew."""
    ids = [curve.object_id for curve in experiment.curves]
    by_method: dict[str, list[pd.DataFrame]] = {}
    for name, train, test in rounds_of(split, ids):
        say(f"{name}: growing on {len(train)} objects, testing on {len(test)}")
        trees = _grow_trees(experiment, values, train, say)
        answers = {_method(experiment): trees.probabilities(values[test])}
        answers |= _controls(experiment, train, test)
        tested = [experiment.curves[i] for i in test.tolist()]
        for method, probabilities in answers.items():
            part = curve_rows(tested, probabilities, experiment.taxonomy)
            by_method.setdefault(method, []).append(part)
    if experiment.recipe.split.kind == "folds":
        train = np.arange(len(ids))
        say(f"growing once more on all {len(ids)} objects")
        trees = _grow_trees(experiment, values, train, say)
    tables = {method: pd.concat(parts, ignore_index=True) for method, parts in by_method.items()}
    for method, table in tables.items():
        file = experiment.folder / "predictions" / f"{method.replace(' ', '-')}.parquet"
        write_predictions(table, file, overwrite=True)
    return tables, trees, len(train)


def _grow_trees(
    experiment: CurveExperiment,
    values: Float[np.ndarray, "n feature"],
    train: Int[np.ndarray, " m"],
    say: Say,
) -> Trees:
    recipe, n_classes = experiment.recipe, len(experiment.taxonomy.classes)
    label = experiment.label[train]
    features, source = values[train], np.arange(len(train))
    if recipe.redraw:
        more, copied = _redraw_features(experiment, train, label)
        say(f"{len(copied)} redrawn light curves added")
        features, source = np.concatenate([features, more]), np.concatenate([source, copied])
    config = recipe.trees
    if recipe.grid and recipe.method == "forest":
        config = choose_config(
            GRID, features, label[source], groups=source, seed=recipe.seed
        ).config
        say(f"chosen of the grid: {config}")
    trees = Trees(config, n_classes=n_classes, seed=recipe.seed)
    class_mix = np.bincount(label, minlength=n_classes) / len(label)
    trees.fit(features, label[source], class_mix=class_mix)
    return trees


def _redraw_features(
    experiment: CurveExperiment, train: Int[np.ndarray, " m"], label: Int[np.ndarray, " m"]
) -> tuple[Float[np.ndarray, "copy feature"], Int[np.ndarray, " copy"]]:
    """Return the features of redrawn training curves, and which training object each is of."""
    curves = [experiment.curves[i] for i in train.tolist()]
    copies = list(draw_copies(curves, label, seed=experiment.recipe.seed))
    redrawn = (curve for _, curve in copies)
    features = curve_features(redrawn, experiment.recipe.features, colour=experiment.colour)
    return features.to_numpy(np.float64), np.array([i for i, _ in copies], np.int64)


def _method(experiment: CurveExperiment) -> str:
    return kind_of(experiment.recipe.trees)


def _controls(
    experiment: CurveExperiment, train: Int[np.ndarray, " n"], test: Int[np.ndarray, " m"]
) -> dict[str, Float[np.ndarray, "m class"]]:
    return baselines.metadata_controls(
        [curve.mjd for curve in experiment.curves],
        experiment.label,
        train,
        test,
        n_classes=len(experiment.taxonomy.classes),
        seed=experiment.recipe.seed,
        trees=min(CONTROL_TREES, experiment.recipe.forest.trees),
    )


def _report(
    experiment: CurveExperiment, split: Split, tables: dict[str, pd.DataFrame]
) -> dict[str, Any]:
    recipe, method = experiment.recipe, _method(experiment)
    notes = [Note(text=recipe.about)] if recipe.about else []
    if experiment.is_simulated:
        text = (
            "Trained and tested on SIMULATED light curves: the scores say nothing about real sky."
        )
        notes.append(Note(text=text, is_warning=True))
    if experiment.left_out:
        text = f"{experiment.left_out} objects without a class or a point were left out."
        notes.append(Note(text=text))
    contents = ReportContents(
        title=f"{KINDS[method].capitalize()} on {experiment.table.name}: {recipe.name}",
        taxonomy=experiment.taxonomy,
        tables=all_with_groups(tables, experiment.objects),
        primary=method,
        notes=notes,
        details={
            "recipe": f"{recipe.name} ({recipe.digest[:12]})",
            "run": experiment.digest[:12],
            "data": f"{experiment.table.name}, {len(experiment.curves)} objects "
            f"({experiment.data_digest[:12]})",
            "split": f"{recipe.split.kind}, by object, position and content ({split.digest[:12]})",
            "features": recipe.features,
            "software": f"taonet {__version__}",
        },
        descriptions={
            **baselines.DESCRIPTIONS,
            method: f"{KINDS[method]} on the features of light curves ({recipe.features})",
        },
    )
    scores = write_report(
        experiment.folder / "report.html",
        contents,
        seed=recipe.seed,
        n_bootstrap=recipe.bootstrap,
    )
    write_json(experiment.folder / "scores.json", scores)
    return scores


def _facts(
    experiment: CurveExperiment, split: Split, scores: dict[str, Any], count: int, trees: Trees
) -> dict[str, Any]:
    mix = zip(experiment.taxonomy.classes, trees.learnt_mix.tolist(), strict=True)
    return {
        "survey": experiment.table.stem,
        "trained_on_simulation": experiment.is_simulated,
        "recipe_digest": experiment.recipe.digest,
        "data_digest": experiment.data_digest,
        "split_digest": split.digest,
        "run_digest": experiment.digest,
        "bands": list(bands_of(experiment.curves)),
        "colour": experiment.colour,
        "objects": count,
        LEARNT_MIX: dict(mix),
        "scores": scores[_method(experiment)],
    }
