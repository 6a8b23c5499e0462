"""The stage that calibrates: temperature, sets and typicality from objects of known class."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.errors import InputError
from taonet.io.tally import Tally
from taonet.models.answers import predict_examples
from taonet.models.bundle import Bundle
from taonet.models.preparation import PreparedSequence
from taonet.sky.taxonomy import Taxonomy
from taonet.training.fit_frame_typicality import fit_frame_typicality
from taonet.training.fit_sets import fit_thresholds
from taonet.training.fit_temperature import apply_temperature, fit_temperature, fitted_rows
from taonet.training.fit_typicality import fit_typicality
from taonet.trust.frame_typicality import FrameTypicality
from taonet.trust.trust import Thresholds, Trust
from taonet.trust.typicality import Typicality


@dataclass(frozen=True, kw_only=True, eq=False)
class CalibrationAnswers:
    """What trust is fitted on: uncalibrated predictions, and the features behind some of them.

    Parameters
    ----------
    table : DataFrame
        A prediction table.
    rows : DataFrame
        Of the table, those of `taonet.training.fit_temperature.fitted_rows`.
    features : array (row, feature)
        Of ``rows``.
    signature : array (row, number)
        What the frames of ``rows`` look like.
    """

    table: pd.DataFrame
    rows: pd.DataFrame
    features: Float[np.ndarray, "row feature"]
    signature: Float[np.ndarray, "row number"]


def collect_calibration_answers(
    bundle: Bundle, examples: Iterable[PreparedSequence], tally: Tally
) -> CalibrationAnswers:
    """Predict calibration objects, and keep what trust is fitted on.

    Raises
    ------
    InputError
        If there is no object.
    """
    plain = replace(bundle, trust=None)
    tables, features, signatures = [], [], []
    for prediction in tally.count_objects(predict_examples(plain, examples)):
        tables.append(prediction.rows)
        fitted = fitted_rows(prediction.rows)
        features.append(prediction.features[fitted].astype(np.float32))
        signatures.append(prediction.signature[fitted].astype(np.float32))
    tally.require_objects("nothing could be classified")
    table = pd.concat(tables, ignore_index=True)
    rows = table.loc[fitted_rows(table), ["object_id", "class_name", "n_epochs"]]
    return CalibrationAnswers(
        table=table,
        rows=rows.reset_index(drop=True),
        features=np.concatenate(features).astype(np.float64),
        signature=np.concatenate(signatures).astype(np.float64),
    )


def fit_trust(
    answers: CalibrationAnswers, taxonomy: Taxonomy, *, level: float = 0.9
) -> tuple[Trust, list[str]]:
    """Fit temperature, sets and typicality; return notes on what could not be fitted and why.

    Raises
    ------
    InputError
        If there are too few objects for anything.
    """
    temperature = fit_temperature(answers.table, taxonomy)
    calibrated = apply_temperature(answers.table, taxonomy, temperature)
    notes: list[str] = []
    thresholds: Thresholds | None = None
    typicality: Typicality | None = None
    frame_typicality: FrameTypicality | None = None
    try:
        thresholds = fit_thresholds(calibrated, taxonomy, level=level)
    except InputError as error:
        notes.append(f"no sets: {error}")
    try:
        typicality = fit_typicality(answers.rows, answers.features)
    except InputError as error:
        notes.append(f"no typicality: {error}")
    try:
        frame_typicality = fit_frame_typicality(answers.rows, answers.signature)
    except InputError as error:
        notes.append(f"frames are not compared: {error}")
    objects = int(answers.table["object_id"].nunique())
    trust = Trust(
        temperature=temperature,
        thresholds=thresholds,
        objects=objects,
        typicality=typicality,
        frame_typicality=frame_typicality,
    )
    return trust, notes
