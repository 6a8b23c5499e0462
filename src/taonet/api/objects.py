"""Objects of the sky in memory: read from files, or simulated."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taonet.errors import InputError
from taonet.progress import show_progress
from taonet.types import AnyPath, Track, no_progress

if TYPE_CHECKING:
    from taonet.io.archive import Archive
    from taonet.io.object_list import ObjectList
    from taonet.io.predictions import Predictions

log = logging.getLogger(__name__)


def read(
    path: AnyPath | Iterable[AnyPath],
    *,
    limit: int | None = None,
    track: Track = show_progress,
) -> "Archive | ObjectList[Any] | Predictions":
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
    from taonet.io.inputs import is_path
    from taonet.io.lightcurves.tables import is_table

    paths = [Path(path)] if is_path(path) else [Path(one) for one in path]  # type: ignore
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
    from taonet.io.prediction_table import is_prediction_table, read_predictions
    from taonet.io.predictions import Predictions
    from taonet.io.tables import read_table
    from taonet.io.tally import Tally

    if len(paths) == 1 and is_prediction_table(read_table(paths[0])):
        return Predictions(read_predictions(paths[0]))
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
    surveys = {source.survey for source in sources}
    return ObjectList(
        sequences,
        survey=surveys.pop() if len(surveys) == 1 else "",
        simulated=any(source.simulated for source in sources),
        set_aside=tally.list_losses(),
    )


def simulate(
    survey: str,
    n_objects: int = 6,
    *,
    classes: Sequence[str] | None = None,
    mix: str = "balanced",
    seed: int = 1,
    output: AnyPath | None = None,
    workers: int = 1,
    overwrite: bool = False,
    track: Track = show_progress,
) -> "ObjectList[Any] | Archive":
    """Simulate sequences of a survey with known truth, as ``taonet simulate`` does.

    Parameters
    ----------
    survey : {"crts", "hits", "ztf", "tiny"}
    n_objects : int
    classes : sequence of str, optional
        Classes to draw; those of the survey's taxonomy by default.
    mix : {"balanced", "realistic"}
        Equal shares, or the survey's own.
    seed : int
        Object number i is the same for any number of objects and workers.
    output : path, optional
        Write an archive here instead, one object at a time: any number fits.
    workers : int
        Processes that share the work.
    overwrite : bool
        Replace the output.
    track : function
        Shows progress.

    Returns
    -------
    ObjectList
        The sequences, with their truth in ``.truth``.
    Archive
        If ``output`` is given; the truth lies in its folder as ``truth.jsonl``.

    Raises
    ------
    ConfigError
        If there is no such survey, class or mix.
    OutputError
        If the output exists or there is no room.

    Examples
    --------
    >>> import taonet
    >>> taonet.simulate("tiny", 2, classes=["SN"])[0].class_name
    'SN'
    """
    from taonet.io.archive import Archive
    from taonet.io.object_list import ObjectList
    from taonet.tasks.simulate import Sample, simulate_archive, simulate_sequences

    sample = Sample(survey=survey, n_objects=n_objects, classes=classes, mix=mix, seed=seed)
    if output is not None:
        simulate_archive(sample, output, workers=workers, overwrite=overwrite, track=track)
        return Archive(output)
    drawn = list(simulate_sequences(sample, workers=workers, track=track))
    return ObjectList(
        [sequence for sequence, _ in drawn],
        survey=sample.taxonomy.name,
        simulated=True,
        truth=[truth for _, truth in drawn],
    )
