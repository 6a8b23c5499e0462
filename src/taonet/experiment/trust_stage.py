"""From a bundle and objects of known class to a bundle whose answers can be trusted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.data.reading import Example
from taonet.errors import InputError, LeakError
from taonet.evaluation.calibration import ece_by_epochs
from taonet.experiment.card import calibration_text, with_calibration
from taonet.io.archive import Archive
from taonet.io.atomic import refuse_existing
from taonet.io.rejection import summarise_kinds
from taonet.io.tally import Tally
from taonet.models.bundle import Bundle, load_bundle, round_to_half, save_bundle
from taonet.models.bundle_folder import find_bundle
from taonet.models.predict import predict_with_features, prepare_examples
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy
from taonet.training.fit_sets import check_level, fit_thresholds
from taonet.training.fit_temperature import apply_temperature, fit_temperature, fitted_rows
from taonet.training.fit_typicality import fit_typicality
from taonet.trust.trust import Trust
from taonet.types import Track, no_progress


def calibrate(
    bundle_name: str | Path,
    data: str | Path,
    output: str | Path,
    *,
    level: float = 0.9,
    workers: int = 1,
    overwrite: bool = False,
    track: Track = no_progress,
) -> str:
    """Fit a bundle's temperature and sets on an archive, and write the bundle that has them.

    Parameters
    ----------
    data : Path
        An archive of objects of known class that were not trained on.
    level : float
        How often the set of an object shall hold its class, in each class.

    Returns
    -------
    str
        What was found, in a line or two.

    Raises
    ------
    LeakError
        If the bundle was trained on the archive.
    InputError
        If it has too few objects, or other classes.
    """
    data, output = Path(data), Path(output)
    refuse_existing(output, overwrite=overwrite, mark="config.json")
    check_level(level)
    bundle, archive = replace(load_bundle(bundle_name), trust=None), Archive(data)
    bundle.network.load_state_dict(round_to_half(bundle.network.state_dict()))
    _refuse_training_data(bundle, archive)
    tally = Tally(archive.path)
    known = _labelled_objects(bundle, archive)
    sequences = (archive[i] for i in track(known, len(known), "calibrating"))
    found = collect_calibration_answers(
        bundle, prepare_examples(bundle, sequences, tally, workers=workers), tally
    )
    trust, notes = fit_trust(found, bundle.taxonomy, level=level)
    facts = {**bundle.facts, "calibrated_on": archive.digest}
    file = find_bundle(bundle_name) / "README.md"
    card = file.read_text(encoding="utf-8") if file.is_file() else ""
    kind = "simulated" if archive.is_simulated else "real"
    card = with_calibration(card, calibration_text(trust, kind, archive.digest), trust)
    honest = replace(bundle, trust=trust, facts=facts)
    save_bundle(honest, output, card=card, overwrite=overwrite)
    before = ece_by_epochs(found.table, bundle.taxonomy, n_bootstrap=2)["ece"].iloc[-1]
    line = f"{trust.objects} objects -> {output}; calibration error before: {before:.3f}"
    kinds = summarise_kinds(tally.rejected.items)
    aside = [f"{tally.set_aside_count} set aside ({kinds})"] if tally.set_aside_count else []
    return "\n".join([line, *aside, *notes])


@dataclass(frozen=True, kw_only=True, eq=False)
class CalibrationAnswers:
    """What is fitted on: answers that were not calibrated, and what some were made from.

    Parameters
    ----------
    table : DataFrame
        A prediction table.
    rows : DataFrame
        Of the table, those of `taonet.training.fit_temperature.fitted_rows`.
    features : array (row, feature)
        Of ``rows``.
    """

    table: pd.DataFrame
    rows: pd.DataFrame
    features: Float[np.ndarray, "row feature"]


def collect_calibration_answers(
    bundle: Bundle, ready: Iterable[tuple[ImageSequence, Example]], tally: Tally
) -> CalibrationAnswers:
    """Let a network answer for calibration objects, and keep what trust is fitted on.

    Raises
    ------
    InputError
        If there is no object.
    """
    plain, turns = replace(bundle, trust=None), int(bundle.facts.get("turns", 1))
    tables, features = [], []
    for rows, remembered in tally.count_objects(predict_with_features(plain, ready, turns=turns)):
        tables.append(rows)
        features.append(remembered[fitted_rows(rows)].astype(np.float32))
    tally.require_objects("nothing could be classified")
    table = pd.concat(tables, ignore_index=True)
    kept = table.loc[fitted_rows(table), ["object_id", "class_name", "n_epochs"]]
    together = np.concatenate(features).astype(np.float64)
    return CalibrationAnswers(table=table, rows=kept.reset_index(drop=True), features=together)


def fit_trust(
    found: CalibrationAnswers, taxonomy: Taxonomy, *, level: float = 0.9
) -> tuple[Trust, list[str]]:
    """Fit what makes answers honest, and say what could not be fitted and why.

    Raises
    ------
    InputError
        If there are too few objects for anything.
    """
    temperature = fit_temperature(found.table, taxonomy)
    honest = apply_temperature(found.table, taxonomy, temperature)
    notes: list[str] = []
    thresholds = typicality = None
    try:
        thresholds = fit_thresholds(honest, taxonomy, level=level)
    except InputError as error:
        notes.append(f"no sets: {error}")
    try:
        typicality = fit_typicality(found.rows, found.features)
    except InputError as error:
        notes.append(f"no typicality: {error}")
    objects = int(found.table["object_id"].nunique())
    fitted = Trust(
        temperature=temperature, thresholds=thresholds, objects=objects, typicality=typicality
    )
    return fitted, notes


def _refuse_training_data(bundle: Bundle, archive: Archive) -> None:
    learnt = {bundle.facts.get("data_digest"), bundle.facts.get("learnt_from")}
    if archive.digest in learnt:
        do = "calibrate on objects that it has not seen"
        raise LeakError("the bundle was trained on this archive", where=archive.path, do=do)


def _labelled_objects(bundle: Bundle, archive: Archive) -> list[int]:
    known = [i for i, name in enumerate(archive.class_names) if name in bundle.taxonomy.classes]
    if not known:
        got = ", ".join(sorted({str(name) for name in archive.class_names})[:5])
        raise InputError("no object of a class that the bundle knows", where=archive.path, got=got)
    return known
