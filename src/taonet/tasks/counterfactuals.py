"""Does the answer follow the change of an object, or something else? `benchmark counterfactuals`.

Sequences stream: of each, all counterfactuals are made and answered before the next one is read,
and only last answers are kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from taonet.data.counterfactuals import AS_IS, COUNTERFACTUALS, make_counterfactual
from taonet.errors import InputError, nearest
from taonet.evaluation.counterfactual_scores import score_counterfactuals
from taonet.io.atomic import refuse_existing
from taonet.io.inputs import open_inputs, read_sequences
from taonet.io.tables import check_suffix, write_table
from taonet.io.tally import Tally
from taonet.models.bundle_folder import TREES
from taonet.models.load import load_model
from taonet.models.model import Model
from taonet.models.predict import predict
from taonet.models.predict_inputs import check_inputs
from taonet.sky.sequence import ImageSequence
from taonet.types import AnyPath, Track, no_progress

PARTS = ": "
"""Stands between the name of a counterfactual and that of the object."""


def counterfactual_table(
    bundle_name: AnyPath,
    inputs: Sequence[AnyPath],
    output: AnyPath,
    *,
    names: Sequence[str] = (),
    limit: int | None = None,
    seed: int = 1,
    workers: int = 1,
    overwrite: bool = False,
    track: Track = no_progress,
) -> tuple[pd.DataFrame, Tally]:
    """Score a model on the objects of the inputs as they are and under each counterfactual.

    Parameters
    ----------
    bundle_name : str
        Of a network.
    inputs : sequence of Path
        What `taonet.io.sources.sources_of` opens.
    output : Path
        Where the table of scores is written.
    names : sequence of str
        Keys of `taonet.data.counterfactuals.COUNTERFACTUALS`; all by default.

    Returns
    -------
    DataFrame, Tally
        The columns of `taonet.evaluation.counterfactual_scores.score_counterfactuals`, and
        ``description`` and ``expected``.

    Raises
    ------
    InputError
        If the model reads no cutouts, a name is unknown, or nothing could be classified.
    OutputError
        If the table exists, or cannot be written.
    """
    check_suffix(Path(output))
    refuse_existing(Path(output), overwrite=overwrite)
    chosen = check_names(names)
    tally = Tally(Path(output))
    model = load_model(bundle_name)
    paths = [Path(path) for path in inputs]
    check_inputs(model.format, paths)
    sequences = read_sequences(
        open_inputs(paths), tally, limit=limit, title="asking what if", track=track
    )
    answers = counterfactual_answers(
        model, sequences, tally, names=chosen, seed=seed, workers=workers
    )
    table = score_answers(model, answers, seed=seed)
    write_table(table, output, metadata=model.identity, overwrite=overwrite)
    tally.write_list()
    return table, tally


def check_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the counterfactuals that are meant: all, if none is named.

    Raises
    ------
    InputError
        With the nearest name, if there is none of that name.
    """
    for name in names:
        if name not in COUNTERFACTUALS:
            raise InputError("no such counterfactual", got=name, do=nearest(name, COUNTERFACTUALS))
    return tuple(names) or tuple(COUNTERFACTUALS)


def counterfactual_answers(
    model: Model,
    sequences: Iterable[ImageSequence],
    tally: Tally,
    *,
    names: Sequence[str],
    seed: int,
    workers: int = 1,
) -> dict[str, pd.DataFrame]:
    """Return the last answers about each object by counterfactual, `AS_IS` first.

    An object of which the sequence as it is cannot be read is set aside.

    Raises
    ------
    InputError
        If the model reads no cutouts, or nothing could be classified.
    """
    if model.format == TREES:
        do = "give a bundle that holds a network"
        raise InputError("trees read light curves, not cutouts", where=model.name, do=do)

    def reject(source: str, error: Any, *, part: bool = False) -> None:
        # what holds of the sequence as it is holds of all that were made of it
        if _split_name(source)[0] == AS_IS:
            tally.reject(source, error, part=part)

    rows: dict[str, list[pd.DataFrame]] = {name: [] for name in (AS_IS, *names)}
    made = _with_counterfactuals(sequences, names, seed)
    for answer in predict(model, made, workers=workers, on_rejection=reject):
        last = answer.tail(1)
        name, object_id = _split_name(last["object_id"].iloc[0])
        rows[name].append(last.assign(object_id=object_id))
        tally.objects += name == AS_IS
    tally.require_objects("nothing could be classified")
    return {name: pd.concat(parts, ignore_index=True) for name, parts in rows.items() if parts}


def score_answers(model: Model, answers: dict[str, pd.DataFrame], *, seed: int) -> pd.DataFrame:
    """Return the scores of each counterfactual, with what it is and what should happen."""
    gone = [name for name, entry in COUNTERFACTUALS.items() if entry.expected == "becomes NON"]
    table = score_counterfactuals(
        answers, model.taxonomy, as_is=AS_IS, without_truth=gone, seed=seed
    )
    entries = [COUNTERFACTUALS.get(name) for name in table["counterfactual"]]
    table.insert(1, "description", [entry.description if entry else "" for entry in entries])
    table.insert(2, "expected", [entry.expected if entry else "" for entry in entries])
    return table


def _with_counterfactuals(
    sequences: Iterable[ImageSequence], names: Sequence[str], seed: int
) -> Iterator[ImageSequence]:
    for sequence in sequences:
        yield sequence
        for name in names:
            made = make_counterfactual(name, sequence, seed=seed)
            yield replace(made, object_id=f"{name}{PARTS}{sequence.object_id}")


def _split_name(made_name: str) -> tuple[str, str]:
    """Return the counterfactual and the object that a sequence is named after."""
    name, _, object_id = made_name.partition(PARTS)
    return (name, object_id) if name in COUNTERFACTUALS else (AS_IS, made_name)
