"""How real a preset is: can its objects be distinguished from real ones, and does training on them
help with real ones?"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from taonet.errors import InputError
from taonet.evaluation.intervals import Interval
from taonet.evaluation.realism import Separability, measure_separability, transfer_scores
from taonet.experiment.stages import write_json
from taonet.features.published import MIN_POINTS, PUBLISHED, published_features
from taonet.features.statistics import curve_statistics
from taonet.io.archive import Archive, is_archive
from taonet.io.atomic import atomic_file, atomic_folder, refuse_existing
from taonet.io.deep_tao.transient_list import is_transient_list
from taonet.io.lightcurves.tables import read_light_curves
from taonet.io.paths import paths_of
from taonet.io.tables import read_table
from taonet.reports.realism_figures import columns_figure, mix_figure
from taonet.simulation.catalogue import Detections
from taonet.simulation.objects import simulate, simulate_detections
from taonet.simulation.presets.by_name import survey_preset
from taonet.simulation.survey import Survey
from taonet.sky.taxonomy import QUIET_CLASS
from taonet.studies.frame_classifier import measure_frame_separability
from taonet.studies.transient_list_check import compare_with_list, list_summary
from taonet.types import AnyPath, Track, no_progress

ALIASES = {"Blazar": "BZ", "Blazar?": "BZ", "Non-Transient": "NON"}
"""What the classes of this package are called in published tables."""

CLASS_SETS = (("SN", "CV", "AGN", "BZ"), ("SN", "CV", "AGN", "BZ", "NON"))
"""Sets of classes between which a forest that was trained on simulation decides in real rows."""

CATALINA_TELESCOPE = "1"
"""Ids of the survey's constant objects begin with the telescope; the preset is the first one."""

FIELD_DIGITS = 7
"""So many digits of an id name the field: places of one field share their nights."""

LONGEST_DAYS = (53000.0, 58000.0)
"""Two times in the public table are absurd."""

LEAST_OBJECTS = 20

MARK = "realism.json"


def check_survey(
    survey_name: str,
    against: AnyPath | Sequence[AnyPath],
    output: AnyPath,
    *,
    n_objects: int = 1000,
    seed: int = 1,
    workers: int = 1,
    overwrite: bool = False,
    track: Track = no_progress,
) -> dict[str, Any]:
    """Compare a preset with real data; write figures and ``realism.json``.

    Parameters
    ----------
    against : sequence of Path
        Archives: single frames of their constant objects are compared. Tables: light curves of
        constant objects (one row a point), or the published features of labelled objects with a
        column ``split`` (train, test); only training rows are compared feature by feature, test
        rows only score. The survey's list of transients: dates, magnitudes and labels are
        compared, and the mix of classes over brightness and brightening.
    n_objects : int
        Simulated objects of each class.

    Raises
    ------
    InputError
        If a table is neither.
    """
    survey, output = survey_preset(survey_name), Path(output)
    refuse_existing(output, overwrite=overwrite, mark=MARK)
    results: dict[str, Any] = {"survey": survey_name, "seed": seed}
    figures: dict[str, Callable[[], Any]] = {}
    draw = _make_sampler(survey, n_objects, seed, workers, track)
    for path in paths_of(against):
        if is_archive(path):
            results[path.stem] = _check_frames(Archive(path), survey, seed, workers)
        elif is_transient_list(path):
            found = compare_with_list(path, survey, n_objects=n_objects, seed=seed, track=track)
            results[path.stem] = found
            figures["mix"] = partial(mix_figure, found["mix"], survey.taxonomy)
        elif set(PUBLISHED) <= set((table := read_table(path)).columns):
            results[path.stem] = _check_features(table, draw, figures, seed)
        else:
            results[path.stem] = _check_curves(path, draw, figures, seed)
    with atomic_folder(output, overwrite=overwrite, mark=MARK) as folder:
        write_json(folder / MARK, results)
        for name, draw_figure in figures.items():
            with atomic_file(folder / f"{name}.png") as temporary:
                draw_figure().savefig(temporary, format="png", dpi=130)
    return results


def _make_sampler(
    survey: Survey, n_objects: int, seed: int, workers: int, track: Track
) -> Callable[[str], list[Detections]]:
    """Return what draws the light curves of a class that are long enough to have features."""
    by_class: dict[str, list[Detections]] = {}

    def draw(class_name: str) -> list[Detections]:
        if class_name not in by_class:
            # faint objects are listed a few times only: draw more than are wanted
            stream = simulate_detections(
                survey, 4 * n_objects, seed=seed, classes=[class_name], workers=workers
            )
            long_enough = (one for _, one, _ in stream if len(one.mjd) >= MIN_POINTS)
            sample = (one for one, _ in zip(long_enough, range(n_objects), strict=False))
            by_class[class_name] = list(track(sample, n_objects, f"drawing {class_name}"))
        return by_class[class_name]

    return draw


def _check_frames(archive: Archive, survey: Survey, seed: int, workers: int) -> dict[str, Any]:
    """Compare single frames of constant objects, at most as many as the archive has."""
    real = [archive[i] for i, name in enumerate(archive.class_names) if name == QUIET_CLASS]
    if len(real) < LEAST_OBJECTS:
        got = f"{len(real)} of class {QUIET_CLASS}"
        raise InputError("too few constant objects to compare", where=archive.path, got=got)
    simulated = simulate(survey, len(real), seed=seed, classes=[QUIET_CLASS], workers=workers)
    separability = measure_frame_separability(
        real, [sequence for sequence, _ in simulated], seed=seed
    )
    return {"told_apart": {f"{QUIET_CLASS}, single frames": separability.to_dict()}}


def _features(curves: Sequence[Detections]) -> pd.DataFrame:
    return pd.DataFrame([published_features(one.mjd, one.mag, one.magerr) for one in curves])


def _check_features(
    table: pd.DataFrame,
    draw: Callable[[str], list[Detections]],
    figures: dict[str, Callable[[], Any]],
    seed: int,
) -> dict[str, Any]:
    missing = {"label", "split"} - set(table.columns)
    if missing:
        raise InputError(f"a table of features needs {', '.join(sorted(missing))}")
    table = table.assign(class_name=table["label"].replace(ALIASES))
    train, test = (table[table["split"] == part] for part in ("train", "test"))
    simulated = {name: _features(draw(name)) for name in CLASS_SETS[-1]}
    separability: dict[str, Separability] = {}
    for name, rows in simulated.items():
        real = train.loc[train["class_name"] == name, list(PUBLISHED)]
        separability[name] = measure_separability(real, rows, seed=seed)
        title = f"{name}: features"
        figures[f"features-{name}"] = partial(columns_figure, real, rows, title)
    everything = pd.concat(rows.assign(class_name=name) for name, rows in simulated.items())
    transfer = [
        transfer_scores(
            everything, train, test, columns=tuple(PUBLISHED), classes=classes, seed=seed
        )
        for classes in CLASS_SETS
    ]
    return {"told_apart": {k: v.to_dict() for k, v in separability.items()}, "transfer": transfer}


def _check_curves(
    path: Path,
    draw: Callable[[str], list[Detections]],
    figures: dict[str, Callable[[], Any]],
    seed: int,
) -> dict[str, Any]:
    real, fields = [], []
    for curve in read_light_curves(path).curves:
        good = (curve.mjd > LONGEST_DAYS[0]) & (curve.mjd < LONGEST_DAYS[1])
        points = np.unique(np.stack([curve.mjd, curve.mag, curve.magerr])[:, good], axis=1)
        ours = curve.object_id.startswith(CATALINA_TELESCOPE)
        if ours and points.shape[1] >= MIN_POINTS:
            # stored in single precision: the database has two decimals
            real.append(curve_statistics(points[0], *np.round(points[1:], 2)))
            fields.append(curve.object_id[:FIELD_DIGITS])
    if not real:
        raise InputError("no light curve of this telescope", where=path)
    mine = pd.DataFrame([curve_statistics(o.mjd, o.mag, o.magerr) for o in draw(QUIET_CLASS)])
    theirs, title = pd.DataFrame(real), f"{QUIET_CLASS}: light curves"
    figures[f"curves-{QUIET_CLASS}"] = partial(columns_figure, theirs, mine, title)
    separability = measure_separability(theirs, mine, seed=seed, groups=fields)
    return {"told_apart": {QUIET_CLASS: separability.to_dict()}}


def summary(results: dict[str, Any]) -> str:
    """Return the numbers of a check as a few lines of text."""
    lines = []
    for name, part in results.items():
        if not isinstance(part, dict):
            continue
        lines.append(name)
        if "mix" in part:
            lines += list_summary(part)
            continue
        for class_name, separability in part["told_apart"].items():
            lines.append(_separability_line(class_name, separability))
        lines.extend(map(_transfer_line, part.get("transfer", [])))
    return "\n".join(lines)


def failures(results: dict[str, Any]) -> list[str]:
    """Return in sentences where one class owns a region that reality does not give it."""
    parts = (part for part in results.values() if isinstance(part, dict))
    return [sentence for part in parts for sentence in part.get("failures", [])]


def _separability_line(class_name: str, separability: dict[str, Any]) -> str:
    columns = ", ".join(f"{k} {v:.2f}" for k, v in list(separability["by_column"].items())[:3])
    auc = Interval(value=separability["auc"], low=separability["low"], high=separability["high"])
    return (
        f"  {class_name}: distinguished from real ones with AUC {auc:.2f}, {separability['n']} each"
        + (f"; most by {columns}" if columns else "")
    )


def _transfer_line(transfer: dict[str, Any]) -> str:
    classes, simulated, real = (transfer[name] for name in ("classes", "simulated", "real"))
    low, high = transfer["ratio_interval"]
    ratio = Interval(value=transfer["ratio"], low=low, high=high)
    return (
        f"  {', '.join(classes)}: macro F1 {simulated['macro_f1']:.3f} trained on simulation, "
        f"{real['macro_f1']:.3f} on real rows, ratio {ratio:.2f}"
    )
