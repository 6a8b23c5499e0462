"""Does the answer follow the change of an object, or something else? A table of scores."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from taonet.data.counterfactuals import AS_IS, COUNTERFACTUALS
from taonet.errors import InputError, nearest
from taonet.experiment.counterfactual_stage import score_answers
from taonet.experiment.groups import all_with_groups
from taonet.io.atomic import refuse_existing
from taonet.io.inputs import open_inputs, read_sequences
from taonet.io.tables import check_suffix, write_table
from taonet.io.tally import Tally
from taonet.models.bundle_folder import TREES
from taonet.models.counterfactual_answers import COUNTERFACTUAL, counterfactual_answers
from taonet.models.device import AUTO
from taonet.models.load import load_model
from taonet.models.predict_inputs import check_inputs
from taonet.types import AnyPath, Track, no_progress


def counterfactual_table(
    bundle_name: AnyPath,
    inputs: Sequence[AnyPath],
    output: AnyPath,
    *,
    names: Sequence[str] = (),
    limit: int | None = None,
    seed: int = 1,
    workers: int = 1,
    device: str = AUTO,
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
    device : str
        Where the network runs: one of `taonet.models.device.DEVICES`.

    Returns
    -------
    DataFrame, Tally
        As from `taonet.experiment.counterfactual_stage.score_answers`.

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
    model = load_model(bundle_name, device=device)
    if model.format == TREES:
        do = "give a bundle that holds a network"
        raise InputError("trees read light curves, not cutouts", where=model.name, do=do)
    paths = [Path(path) for path in inputs]
    check_inputs(model.format, paths)
    sequences = read_sequences(
        open_inputs(paths), tally, limit=limit, title="asking what if", track=track
    )
    answers = counterfactual_answers(
        model, sequences, names=chosen, seed=seed, workers=workers, on_rejection=tally.reject
    )
    tally.objects = 0 if answers.empty else int((answers[COUNTERFACTUAL] == AS_IS).sum())
    tally.require_objects("nothing could be classified")
    grouped = all_with_groups({"": answers})[""]
    table = score_answers(grouped, model.taxonomy, seed=seed)
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
