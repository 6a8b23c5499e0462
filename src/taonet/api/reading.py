"""Reading: whatever a path holds, as objects in memory."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taonet.errors import InputError
from taonet.progress import show_progress
from taonet.types import AnyPath, Track, no_progress

if TYPE_CHECKING:
    from taonet.io.object_list import ObjectList
    from taonet.io.predictions import Predictions

log = logging.getLogger(__name__)


def read(
    path: AnyPath | Iterable[AnyPath],
    *,
    limit: int | None = None,
    track: Track = show_progress,
) -> Any:
    """Read a file or folder, or several; what kind it is shows in the files themselves.

    Parameters
    ----------
    path : path, or a list of paths
        Deep-TAO FITS files, npz arrays, alert packets, or folders of them; a table of light
        curves; a prediction table; an archive's folder.
    limit : int, optional
        Read only so many objects.
    track : function
        Shows progress.

    Returns
    -------
    Archive
        Of an archive; its frames stay on disk until they are used.
    ObjectList
        Of everything else: a list of sequences, or of light curves, all in memory. More than
        memory holds is for ``taonet ingest``, which packs an archive. What could not be read is in
        its ``set_aside``, and said in a warning of the logger ``taonet``.
    Predictions
        Of a prediction table: a DataFrame.

    Raises
    ------
    InputError
        If it does not exist, or is nothing that is read here.

    Examples
    --------
    >>> import taonet
    >>> taonet.read("no/such/file.fits")
    Traceback (most recent call last):
        ...
    taonet.errors.InputError: no/such/file.fits: no such file or folder
    """
    from taonet.io.archive import Archive, is_archive
    from taonet.io.lightcurves.tables import is_table
    from taonet.io.paths import paths_of

    paths = paths_of(path)
    for one in paths:
        _refuse_models(one)
    if len(paths) == 1 and is_archive(paths[0]):
        return Archive(paths[0])
    if any(map(is_table, paths)):
        return _read_tables(paths, limit=limit)
    return _read_sequences(paths, limit=limit, track=track)


def _refuse_models(path: Path) -> None:
    for mark, what in (("run.json", "a run"), ("config.json", "a model")):
        if (path / mark).is_file():
            raise InputError(f"{what}, not data", where=path, do="taonet.load(…) loads it")


def _read_tables(paths: Sequence[Path], *, limit: int | None) -> "ObjectList[Any] | Predictions":
    from taonet.io.inputs import read_curve_inputs
    from taonet.io.object_list import ObjectList
    from taonet.io.prediction_columns import is_prediction_table
    from taonet.io.prediction_table import read_predictions
    from taonet.io.predictions import Predictions
    from taonet.io.tally import Tally

    if len(paths) == 1 and is_prediction_table(table := read_predictions(paths[0])):
        return Predictions(table)
    tally = Tally()
    curves = list(read_curve_inputs(paths, tally, limit=limit, title="reading", track=no_progress))
    tally.objects = len(curves)
    tally.report(log)
    return ObjectList(curves, set_aside=tally.list_losses())


def _read_sequences(paths: Sequence[Path], *, limit: int | None, track: Track) -> "ObjectList[Any]":
    from taonet.io.inputs import open_inputs, read_sequences
    from taonet.io.object_list import ObjectList
    from taonet.io.tally import Tally

    sources = open_inputs(list(paths))
    tally = Tally()
    stream = read_sequences(sources, tally, limit=limit, title="reading", track=track)
    sequences = list(tally.count_objects(stream))
    tally.require_objects("nothing could be read")
    tally.report(log)
    # files that do not name their survey are archived under the name of their kind
    surveys = {"" if source.survey == source.kind else source.survey for source in sources}
    return ObjectList(
        sequences,
        survey=surveys.pop() if len(surveys) == 1 else "",
        simulated=any(source.simulated for source in sources),
        set_aside=tally.list_losses(),
    )
