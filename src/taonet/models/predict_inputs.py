"""From a model and inputs of any kind to the rows of its answers, or to a table in memory."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from taonet.errors import InputError
from taonet.io.archive import Archive
from taonet.io.inputs import open_inputs, read_curve_inputs, read_sequences
from taonet.io.lightcurves.tables import Curve, bands_of, is_table
from taonet.io.paths import is_path
from taonet.io.predictions import Predictions
from taonet.io.tables import is_table_in_memory
from taonet.io.tally import Tally
from taonet.models.bundle_folder import TREES
from taonet.models.model import Model
from taonet.models.predict import bundle_prior, predict
from taonet.sky.sequence import ImageSequence
from taonet.types import Track, no_progress

log = logging.getLogger(__name__)


def predict_table(
    model: Model,
    inputs: Any,
    *,
    final: bool = False,
    prior: Mapping[str, object] | None = None,
    limit: int | None = None,
    workers: int = 1,
    track: Track = no_progress,
) -> Predictions:
    """Say what objects are, as a table in memory; see `taonet.models.model.Model.predict`.

    Raises
    ------
    InputError
        As there.
    """
    tally = Tally()
    answers = predict_inputs(
        model, inputs, tally, prior=prior, limit=limit, workers=workers, track=track
    )
    parts = list(tally.count_objects(rows.tail(1) if final else rows for rows in answers))
    tally.require_objects("nothing could be classified")
    tally.report(log)
    table = Predictions(pd.concat(parts, ignore_index=True))
    table.attrs.update(set_aside=tally.list_losses(), metadata=model.identity)
    return table


def predict_inputs(
    model: Model,
    inputs: Any,
    tally: Tally,
    *,
    prior: Mapping[str, object] | None = None,
    limit: int | None = None,
    workers: int = 1,
    track: Track = no_progress,
) -> Iterator[pd.DataFrame]:
    """Yield the rows of each object of the inputs in the prediction table.

    Parameters
    ----------
    inputs : path, object, or an iterable of them
        What `check_inputs` lets pass.
    tally : Tally
        Counts what cannot be used.
    limit : int, optional
        Read only so many objects: of all inputs together, for trees of each table.

    Raises
    ------
    InputError
        At once, if an input is not what the model reads or the prior is none for its classes.
    """
    check_inputs(model.format, inputs)
    mix = None if prior is None else bundle_prior(model, prior)
    if mix is not None:
        tally.remarks[mix.note] = 1
    objects: Iterable[ImageSequence] | Iterable[Curve]
    if model.format == TREES:
        curves = read_curve_inputs(inputs, tally, limit=limit, title="classifying", track=track)
        objects = _remark_on_bands(model, curves, tally)
    else:
        sources = open_inputs(inputs)
        objects = read_sequences(sources, tally, limit=limit, title="classifying", track=track)
        objects = _check_domain(model, objects, tally)
    return predict(model, objects, prior=mix, workers=workers, on_rejection=tally.reject)


def check_inputs(model_format: str, inputs: Any) -> None:
    """Refuse inputs of the kind that models of a format do not read, before anything is loaded.

    Raises
    ------
    InputError
    """
    for one in inputs if isinstance(inputs, list | tuple) else [inputs]:
        if model_format == TREES:
            _refuse_cutouts(one)
        else:
            _refuse_tables(one)


def _refuse_cutouts(given: Any) -> None:
    is_cutouts = isinstance(given, Archive | ImageSequence)
    if is_cutouts or (is_path(given) and Path(given).exists() and not is_table(Path(given))):
        raise InputError(
            "not a table of light curves, which is what these trees read",
            where=given if is_path(given) else None,
            got=None if is_path(given) else given,
            do="measure it first: taonet photometry",
        )


def _refuse_tables(given: Any) -> None:
    if isinstance(given, np.ndarray):
        do = "make a sequence of it: taonet.ImageSequence.from_frames(name, frames, mjd)"
        raise InputError("an array is no sequence of cutouts", got=given.shape, do=do)
    is_curve = isinstance(given, Curve) or is_table_in_memory(given)
    if is_curve or (is_path(given) and is_table(Path(given))):
        raise InputError(
            "a table; this bundle holds a network, which reads cutouts",
            where=given if is_path(given) else None,
            do="give it cutouts; for light curves train trees: taonet train --lightcurves",
        )


def _check_domain(
    model: Model, sequences: Iterator[ImageSequence], tally: Tally
) -> Iterator[ImageSequence]:
    # networks are imported where there is one
    from taonet.models.bundle import Bundle
    from taonet.models.domain_check import check_domain

    return check_domain(model, sequences, tally) if isinstance(model, Bundle) else sequences


def _remark_on_bands(model: Model, curves: Iterable[Curve], tally: Tally) -> Iterator[Curve]:
    known = model.facts.get("bands")
    for curve in curves:
        if known and not set(bands_of([curve])) & set(known):
            tally.remarks[
                f"in none of the bands that the trees learnt from: {' '.join(known)}"
            ] += 1
        yield curve
