"""Simulation: objects of known truth, in memory or as an archive."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from taonet.io.paths import path_of
from taonet.progress import show_progress
from taonet.types import AnyPath, Track

if TYPE_CHECKING:
    from taonet.io.archive import Archive
    from taonet.io.object_list import ObjectList
    from taonet.sky.sequence import ImageSequence


@overload
def simulate(
    survey: str,
    n_objects: int = ...,
    *,
    classes: Sequence[str] | None = ...,
    mix: str = ...,
    seed: int = ...,
    output: None = ...,
    workers: int = ...,
    overwrite: bool = ...,
    track: Track = ...,
) -> "ObjectList[ImageSequence]": ...
@overload
def simulate(
    survey: str,
    n_objects: int = ...,
    *,
    classes: Sequence[str] | None = ...,
    mix: str = ...,
    seed: int = ...,
    output: AnyPath,
    workers: int = ...,
    overwrite: bool = ...,
    track: Track = ...,
) -> "Archive": ...
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
) -> "ObjectList[ImageSequence] | Archive":
    """Simulate sequences of a survey with known truth, as ``taonet simulate`` does.

    Parameters
    ----------
    survey : {"crts", "crts-catalogue", "hits", "ztf", "tiny"}
    n_objects : int
    classes : sequence of str, optional
        Classes to draw; those of the survey's taxonomy by default.
    mix : {"balanced", "realistic", "wide"}
        Equal shares, the survey's own, or equal shares of objects at every brightness and place,
        in every field, in good and bad frames (`taonet.simulation.wide`; images only).
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

    if isinstance(classes, str):
        classes = [classes]
    output = None if output is None else path_of(output, what="the name of an archive")
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
