"""A whole experiment: split, train, compare, refit, report — each stage once, resumable."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Int

from taonet.data.reading import find_inputs
from taonet.data.splits import Split, read_split, rounds_of, write_split
from taonet.evaluation.controls import TREES
from taonet.evaluation.scored_rows import restrict_classes
from taonet.experiment import baselines
from taonet.experiment.card import CARD, card_facts, model_card
from taonet.experiment.counterfactual_stage import score_test_counterfactuals
from taonet.experiment.encoding_stage import encode_all
from taonet.experiment.groups import all_with_groups
from taonet.experiment.joined_archives import JoinedArchives, join_archives
from taonet.experiment.photometry_stage import measure_all
from taonet.experiment.plan import (
    Experiment,
    check_same_kind,
    plan_experiment,
    run_digest,
    times_of,
    tuning_recipe,
)
from taonet.experiment.recipe import Recipe
from taonet.experiment.stages import (
    is_finished,
    prediction_file,
    reserve_run_folder,
    staged_predictions,
    summarise_scores,
    write_json,
)
from taonet.experiment.stored_inputs import StoredObjects, StoredSequences
from taonet.experiment.stored_photometry import read_features
from taonet.experiment.training_stage import train_round
from taonet.io.archive import Archive
from taonet.io.atomic import refuse_file
from taonet.io.prediction_table import write_predictions
from taonet.io.provenance import describe_simulation
from taonet.io.tables import write_table
from taonet.models.bundle import Bundle, save_bundle
from taonet.models.device import find_device
from taonet.models.predict import predict
from taonet.reports.contents import Note, ReportContents
from taonet.reports.page import write_report
from taonet.reports.paper_tables import write_paper_tables
from taonet.training.fit_temperature import undo_temperature
from taonet.types import AnyPath, Track, no_progress
from taonet.version import __version__

NETWORK = "TAO-Net"

COUNTERFACTUALS = "counterfactuals.parquet"
"""The table of scores of `taonet.experiment.counterfactual_stage`."""

PAPER_TABLES = "paper.md"
"""Scores in the form of the paper's tables, of runs on its classes."""


def run_experiment(
    recipe: Recipe,
    archive: Archive | JoinedArchives,
    folder: AnyPath | None = None,
    *,
    start: Bundle | None = None,
    photometry_folder: AnyPath | None = None,
    workers: int = 1,
    track: Track = no_progress,
    say: Callable[[str], None] = lambda _line: None,
) -> Path:
    """Carry out a recipe on an archive, or go on with a run that was interrupted.

    Parameters
    ----------
    archive : Archive or JoinedArchives
        One archive is divided into training and test as the recipe says; of several, each is what
        `taonet.experiment.joined_archives.join_archives` calls it.
    folder : Path, optional
        The run's folder; ``runs/<name>-<digest>`` by default.
    start : Bundle, optional
        The network to start from; see `taonet.experiment.plan.tuning_recipe`.
    photometry_folder : Path, optional
        Folder of the photometry, which runs on the same data can share; in the run's folder by
        default.
    workers : int
        Processes that share the photometry, and the drawing of light curves to pre-train on.
    track : function
        Wraps iterables to show progress.
    say : function
        Called with one line per stage.

    Returns
    -------
    Path
        The run's folder, with ``report.html``, ``scores.json``, ``counterfactuals.parquet``,
        ``predictions/`` and ``bundle/``.
    """
    recipe = recipe if start is None else tuning_recipe(recipe, start)
    torch.set_num_threads(recipe.threads or os.cpu_count() or 1)
    find_device(recipe.training.device)  # a missing one is an error before any work is done
    archives = archive if isinstance(archive, JoinedArchives) else join_archives(archive)
    if start is not None:
        check_same_kind(start, archives)
    archives.verify()
    digest = run_digest(recipe, archives, start)
    folder = Path(folder or f"runs/{recipe.name}-{digest[:12]}")
    experiment = plan_experiment(recipe, archives, folder, start=start, track=track)
    experiment = replace(experiment, workers=workers)
    photometry = folder / "measured" if photometry_folder is None else Path(photometry_folder)
    for place in (folder, photometry):
        refuse_file(place)
    reserve_run_folder(folder, digest)
    if is_finished(folder):
        say(f"finished already: {folder}")
        return folder
    _write_provenance(experiment)
    split = _open_split(experiment)
    say(f"split: {', '.join(f'{part} {len(ids)}' for part, ids in split.parts.items())}")
    parts = measure_all(experiment, photometry, workers=workers)
    experiment = _store_inputs(experiment, parts, photometry)
    features = read_features(parts)
    tables = _predict_rounds(experiment, split, features, say)
    counterfactuals = score_test_counterfactuals(experiment, split, workers=workers, say=say)
    objects = [name for part in split.parts.values() for name in part]
    notes = _notes(experiment)
    for text in baselines.tree_notes(features, tables, objects):
        say(f"note: {text}")
        notes.append(Note(text=text))
    bundle = _final_bundle(experiment, split, say)
    if counterfactuals is not None:
        write_table(counterfactuals, folder / COUNTERFACTUALS, overwrite=True)
    scores = _report(experiment, split, tables, bundle, notes, counterfactuals)
    facts = {
        **bundle.facts,
        "scores": summarise_scores(scores[NETWORK]),
        CARD: card_facts(experiment, split, scores, counterfactuals),
    }
    final = replace(bundle, facts=facts)
    save_bundle(final, folder / "bundle", card=model_card(final), overwrite=True)
    write_json(folder / "finished.json", {"digest": digest, "report": "report.html"})
    return folder


def _store_inputs(experiment: Experiment, measured: Sequence[Path], folder: Path) -> Experiment:
    """Return the experiment with stored photometry and encodings, as far as the network reads."""
    reading = experiment.reading
    if not (reading.measured or reading.encoded):
        return experiment
    sequences = StoredSequences(
        experiment.archive,
        photometry=StoredObjects(measured) if reading.measured else None,
        encodings=StoredObjects(encode_all(experiment, folder)) if reading.encoded else None,
    )
    return replace(experiment, sequences=sequences)


def _write_provenance(experiment: Experiment) -> None:
    folder, archive = experiment.folder, experiment.archive
    (folder / "predictions").mkdir(exist_ok=True)
    write_json(folder / "recipe.json", asdict(experiment.recipe))
    write_json(folder / "environment.json", environment())
    write_json(folder / "data.json", {"path": str(archive.path), "digest": archive.digest})


def environment() -> dict[str, str | int]:
    """Return what a run ran on."""
    return {
        "taonet": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
    }


def _open_split(experiment: Experiment) -> Split:
    path = experiment.folder / "split.json"
    if not path.exists():
        write_split(experiment.split, path)
    return read_split(path, experiment.archive.objects.iloc[experiment.usable])


def _predict_rounds(
    experiment: Experiment, split: Split, features: pd.DataFrame, say: Callable[[str], None]
) -> dict[str, pd.DataFrame]:
    by_method: dict[str, list[pd.DataFrame]] = {}
    ids = experiment.archive.objects["object_id"].tolist()
    for name, train, test in rounds_of(split, ids):
        say(f"{name}: training on {len(train)} objects, testing on {len(test)}")
        bundle = train_round(experiment, split, name, train, say)
        for method, table in _predict_round(
            experiment, bundle, name, train, test, features
        ).items():
            by_method.setdefault(method, []).append(table)
    # a method that was left out of a round has no predictions for its objects
    rounds = len(by_method[NETWORK])
    tables = {
        method: pd.concat(parts, ignore_index=True)
        for method, parts in by_method.items()
        if len(parts) == rounds
    }
    for method, table in tables.items():
        file = prediction_file(experiment.folder, method)
        if not file.exists():
            write_predictions(table, file)
    return tables


def _predict_round(
    experiment: Experiment,
    bundle: Bundle,
    name: str,
    train: Int[np.ndarray, " n"],
    test: Int[np.ndarray, " m"],
    features: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    file = experiment.folder / "training" / name / "predictions.parquet"
    archive, seed = experiment.archive, experiment.recipe.seed

    def predict_all() -> pd.DataFrame:
        sequences = experiment.sequences
        tested = experiment.track((archive[i] for i in test.tolist()), len(test), f"testing {name}")
        precomputed = (find_inputs(sequences, i) for i in test.tolist())
        turns = experiment.recipe.prediction.turns
        # calibration was fitted to whole sequences and does not hold for altered ones
        uncalibrated = replace(bundle, trust=None)
        finals = {
            **baselines.pixel_controls(uncalibrated, sequences, test, turns=turns, seed=seed),
            **baselines.metadata_controls(
                times_of(experiment),
                experiment.label,
                train,
                test,
                n_classes=len(bundle.taxonomy.classes),
                seed=seed,
                trees=min(TREES, experiment.recipe.forest.trees),
            ),
        }
        parts = [
            pd.concat(predict(bundle, tested, precomputed=precomputed, turns=turns)).assign(
                method=NETWORK
            )
        ]
        for method, table in baselines.tree_tables(features, experiment, train, test).items():
            parts.append(table.assign(method=method))
        for method, probabilities in finals.items():
            table = baselines.final_table(
                (archive[i] for i in test.tolist()), bundle.reading, probabilities, bundle.taxonomy
            )
            parts.append(table.assign(method=method))
        return pd.concat(parts, ignore_index=True)

    everything = staged_predictions(file, predict_all)
    return {
        str(method): part.drop(columns="method")
        for method, part in everything.groupby("method", sort=False)
    }


def _final_bundle(experiment: Experiment, split: Split, say: Callable[[str], None]) -> Bundle:
    """Return the network to keep: refitted on everything after folds, else the one tested."""
    ids = experiment.archive.objects["object_id"].tolist()
    if "train" in split.parts:
        return train_round(experiment, split, "holdout", rounds_of(split, ids)[0][1], say)
    everything = np.sort(np.concatenate([split.members(part, ids) for part in split.parts]))
    say(f"refitting on all {len(everything)} objects")
    return train_round(experiment, split, "all", everything, say)


def _report(
    experiment: Experiment,
    split: Split,
    tables: dict[str, pd.DataFrame],
    bundle: Bundle,
    notes: list[Note],
    counterfactuals: pd.DataFrame | None,
) -> dict[str, Any]:
    recipe, archive, taxonomy = experiment.recipe, experiment.archive, experiment.taxonomy
    tables = all_with_groups(tables, archive.objects)
    write_paper_tables(
        experiment.folder / PAPER_TABLES,
        tables,
        taxonomy,
        title=f"{recipe.name} on {archive.survey}, beside published figures",
        detailed=[method for method in (NETWORK, *baselines.READ) if method in tables],
        notes=[note.text for note in notes],
        n_bootstrap=recipe.prediction.bootstrap,
        seed=recipe.seed,
    )
    before, scored = _uncalibrated_table(tables[NETWORK], bundle), recipe.prediction.scored
    if scored:
        few = {name: restrict_classes(t, taxonomy, scored) for name, t in tables.items()}
        before = None if before is None else restrict_classes(before, taxonomy, scored)[0]
        tables, taxonomy = {name: t for name, (t, _) in few.items()}, few[NETWORK][1]
    sets = None if bundle.trust is None else bundle.trust.thresholds
    contents = ReportContents(
        title=f"TAO-Net on {archive.survey}: {recipe.name}",
        taxonomy=taxonomy,
        tables=tables,
        primary=NETWORK,
        notes=notes,
        details=_details(experiment, split, bundle),
        examples=_examples(experiment, tables[NETWORK]),
        descriptions=baselines.DESCRIPTIONS,
        uncalibrated=before,
        level=sets.level if sets is not None else None,
        counterfactuals=counterfactuals,
    )
    scores = write_report(
        experiment.folder / "report.html",
        contents,
        seed=recipe.seed,
        n_bootstrap=recipe.prediction.bootstrap,
    )
    write_json(experiment.folder / "scores.json", scores)
    return scores


def _details(experiment: Experiment, split: Split, bundle: Bundle) -> dict[str, str]:
    """Return what a run was made of, for its page."""
    recipe, archive = experiment.recipe, experiment.archive
    kind = recipe.split.kind if len(archive.parts) == 1 else "archives of their own"
    details = {
        "recipe": f"{recipe.name} ({recipe.digest[:12]})",
        "run": run_digest(recipe, archive, experiment.start)[:12],
        "data": f"{archive.survey}, {len(archive)} objects ({archive.digest[:12]})",
        "split": f"{kind}, by position, field and content ({split.digest[:12]})",
        "network": f"{sum(p.numel() for p in bundle.network.parameters()):,} weights",
        "times": "read" if recipe.model.use_times else "not read",
        "epochs": "all"
        if recipe.data.mjd_max is None
        else f"before {recipe.data.mjd_max:g} (MJD, modified Julian date)",
        "software": f"taonet {__version__}, torch {torch.__version__}",
    }
    origins = {part: describe_simulation(own.path) for part, own in archive.by_name.items()}
    if any(origins.values()):
        details["simulation"] = "; ".join(f"{part}: {how}" for part, how in origins.items() if how)
    return details


def _uncalibrated_table(table: pd.DataFrame, bundle: Bundle) -> pd.DataFrame | None:
    """Return the network's predictions before calibration, if there was any."""
    if bundle.trust is None:
        return None
    return undo_temperature(table, bundle.taxonomy, bundle.trust.temperature)


def _notes(experiment: Experiment) -> list[Note]:
    notes = [Note(text=experiment.recipe.about)] if experiment.recipe.about else []
    if experiment.archive.is_simulated:
        text = "Trained and tested on SIMULATED sequences: the scores say nothing about real sky."
        notes.append(Note(text=text, is_warning=True))
    left_out = len(experiment.archive) - len(experiment.usable)
    if left_out:
        text = f"{left_out} objects without a class or a readable epoch were left out."
        notes.append(Note(text=text))
    return notes


def _examples(experiment: Experiment, table: pd.DataFrame) -> list[Any]:
    """Pick objects of every class in turn, the first of each class in the table."""
    by_class = [
        ids.drop_duplicates().tolist() for _, ids in table.groupby("class_name")["object_id"]
    ]
    n_examples = experiment.recipe.prediction.examples
    names = [ids[k] for k in range(n_examples) for ids in by_class if k < len(ids)][:n_examples]
    index = {name: i for i, name in enumerate(experiment.archive.objects["object_id"])}
    reading = experiment.reading
    sequences = [experiment.archive[index[name]] for name in names]
    return [sequence.take(reading.epochs_of(sequence)) for sequence in sequences]
