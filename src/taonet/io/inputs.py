"""The sequences of several sources as one stream, and the light curves of a table."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from taonet.errors import InputError
from taonet.io.items import SequenceSource
from taonet.io.lightcurves.tables import Curve, read_light_curves
from taonet.io.tally import Tally
from taonet.sky.sequence import ImageSequence
from taonet.types import AnyPath, Track


def read_sequences(
    sources: list[SequenceSource], tally: Tally, *, limit: int | None, title: str, track: Track
) -> Iterator[ImageSequence]:
    """Yield the sequences of the sources in order; what cannot be read is listed in the tally.

    Of several objects of one name the first is used, as in an archive.
    """
    names: set[str] = set()
    total = sum(source.count for source in sources)
    total = total if limit is None else min(limit, total)
    tally.remarks.update(line for source in sources for line in source.remarks)
    results = (result for source in sources for result in source.read(frozenset()))
    for result in track(islice(results, total), total, title):
        for rejection in (*result.parts, result.rejection):
            if rejection is not None:
                tally.rejected.add(rejection)
        tally.remarks.update(result.remarks)
        if result.sequence is None:
            continue
        if result.sequence.object_id in names:
            tally.reject(result.item, InputError("an object of this name is there already"))
            continue
        names.add(result.sequence.object_id)
        yield result.sequence


def read_curves(
    path: AnyPath, tally: Tally, *, limit: int | None = None
) -> tuple[Sequence[Curve], int]:
    """Return the light curves in a table and their number; corrections are noted in the tally.

    Raises
    ------
    InputError
        If it is no table of light curves.
    """
    path = Path(path)
    table = read_light_curves(path)
    if str(table.mending):
        tally.remarks[f"{path}: {table.mending}"] += 1
    tally.remarks.update({f"{path}: {what}": count for what, count in table.remarks.items()})
    if limit is None:
        for object_id in table.without_points:
            tally.reject(object_id, InputError("no point that can be used", where=object_id))
    curves = table.curves[:limit]
    return curves, len(curves)
