"""From a bundle and inputs of any kind to a prediction table: the verb `predict`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from taonet.io.atomic import refuse_existing
from taonet.io.prediction_table import write_predictions
from taonet.io.tables import check_suffix
from taonet.io.tally import Tally
from taonet.models.bundle_folder import bundle_config, find_bundle
from taonet.models.device import AUTO
from taonet.models.load import load_model
from taonet.models.predict_inputs import check_inputs, predict_inputs
from taonet.types import AnyPath, Track, no_progress


def predict_files(
    bundle_name: AnyPath,
    inputs: Sequence[AnyPath],
    output: AnyPath,
    *,
    final: bool = False,
    limit: int | None = None,
    workers: int = 1,
    prior: Mapping[str, object] | None = None,
    device: str = AUTO,
    overwrite: bool = False,
    track: Track = no_progress,
) -> Tally:
    """Say what every object of the inputs is and write the prediction table.

    Parameters
    ----------
    bundle_name : str
        A shipped bundle's name or a bundle's folder, of a network or of trees.
    inputs : sequence of Path
        What `taonet.io.sources.sources_of` opens; for trees tables of light curves.
    final : bool
        Keep only each object's last answer. Trees give no other.
    limit : int, optional
        Read only so many objects: of all inputs together, for trees of each table.
    workers : int
        Processes that measure what a network reads beside the pixels.
    prior : mapping, optional
        How common each class is among the objects: see `taonet.models.predict.bundle_prior`.
    device : str
        Where a network runs: one of `taonet.models.device.DEVICES`.

    Raises
    ------
    ConfigError
        If there is no such device.
    InputError
        If an input is not what the bundle reads, nothing could be classified, or the prior is none
        for the classes; nothing is written then.
    OutputError
        If the table exists, or cannot be written.
    """
    paths, output = [Path(path) for path in inputs], Path(output)
    check_suffix(output)
    refuse_existing(output, overwrite=overwrite)
    # wrong inputs are refused before a network is loaded
    check_inputs(bundle_config(find_bundle(bundle_name))["format"], paths)
    tally = Tally(output)
    model = load_model(bundle_name, device=device)
    answers = predict_inputs(
        model,
        paths,
        tally,
        prior=prior,
        limit=limit,
        workers=workers,
        track=track,
    )
    parts = tally.count_objects(rows.tail(1) if final else rows for rows in answers)
    write_predictions(parts, output, metadata=model.identity, overwrite=overwrite)
    tally.require_objects("nothing could be classified")
    tally.write_list()
    return tally
