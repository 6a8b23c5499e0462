"""Sequences from wherever they are as one stream, and the light curves of a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from taonet.errors import InputError
from taonet.io.archive import Archive
from taonet.io.items import SequenceSource
from taonet.io.lightcurves.tables import Curve, light_curves_of, read_light_curves
from taonet.io.memory import memory_source
from taonet.io.paths import is_path, paths_of
from taonet.io.sources import archive_source, sources_of
from taonet.io.tables import is_table_in_memory
from taonet.io.tally import Tally
from taonet.sky.pixel_scale import with_survey_scale
from taonet.sky.sequence import ImageSequence
from taonet.types import Track


def open_inputs(given: Any) -> list[SequenceSource]:
    """Return the sources of whatever holds sequences.

    Parameters
    ----------
    given : path, Archive, ImageSequence, or a list or generator of them
        Paths are recognised as by `taonet.io.sources.sources_of`.

    Raises
    ------
    InputError
        If it holds no sequences.
    """
    if is_path(given) or isinstance(given, Archive | ImageSequence):
        several: Iterable[Any] = [given]
    elif isinstance(given, list | tuple):
        several = given
    elif isinstance(given, Iterable) and not isinstance(given, Mapping):
        first = list(islice(stream := iter(given), 1))
        several = chain(first, stream)
        if first and isinstance(first[0], ImageSequence):
            # a generator is read as answers are taken, never all at once
            return [memory_source(several)]
        several = list(several)
    else:
        got = f"an object of type {type(given).__name__}"
        raise InputError("neither a path nor sequences", got=got)
    if all(map(is_path, several)):
        return sources_of(paths_of(several))
    return [source for one in several for source in _open_input(one)]


def _open_input(given: Any) -> list[SequenceSource]:
    if isinstance(given, Archive):
        return [archive_source(given)]
    return sources_of(paths_of(given)) if is_path(given) else [memory_source([given])]


def read_sequences(
    sources: list[SequenceSource], tally: Tally, *, limit: int | None, title: str, track: Track
) -> Iterator[ImageSequence]:
    """Yield the sequences of the sources in order; what cannot be read is listed in the tally.

    Of several objects of one name the first is used, as in an archive.

    Parameters
    ----------
    limit : int, optional
        Stop after so many sequences.
    """
    check_limit(limit)
    names: set[str] = set()
    counts = [source.count for source in sources if source.count is not None]
    most = sum(counts) if len(counts) == len(sources) else limit
    most = most if limit is None or most is None else min(limit, most)
    tally.remarks.update(line for source in sources for line in source.remarks)
    results = ((result, source.survey) for source in sources for result in source.read(frozenset()))
    for result, survey in track(results, most or 0, title):
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
        yield with_survey_scale(result.sequence, survey)
        if len(names) == limit:
            return


def check_limit(limit: int | None) -> None:
    """Refuse a number of objects that is none.

    Raises
    ------
    InputError
    """
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise InputError("limit is no number of objects", got=repr(limit), do="give 1 or more")


def read_curve_inputs(
    given: Any, tally: Tally, *, limit: int | None, title: str, track: Track
) -> Iterator[Curve]:
    """Yield the light curves of whatever holds some: tables and curves, in order.

    Parameters
    ----------
    given : path, table, Curve, or a list or generator of them
    limit : int, optional
        Read only so many of each table.

    Raises
    ------
    InputError
        If something is no table of light curves.
    """
    single = is_path(given) or isinstance(given, Curve) or is_table_in_memory(given)
    several: Iterable[Any] = [given] if single else given
    for one in several:
        if isinstance(one, Curve):
            yield one
        else:
            curves, count = read_curves(one, tally, limit=limit)
            yield from track(curves, count, title)


def read_curves(
    given: Any, tally: Tally, *, limit: int | None = None
) -> tuple[Sequence[Curve], int]:
    """Return the light curves in a table and their number; corrections are noted in the tally.

    Parameters
    ----------
    given : path, or what `taonet.io.tables.table_in_memory` takes

    Raises
    ------
    InputError
        If it is no table of light curves.
    """
    if is_path(given):
        table, where = read_light_curves(given), f"{given}: "
    else:
        table, where = light_curves_of(given), ""
    if str(table.mending):
        tally.remarks[f"{where}{table.mending}"] += 1
    tally.remarks.update({f"{where}{what}": count for what, count in table.remarks.items()})
    check_limit(limit)
    if limit is None:
        for object_id in table.without_points:
            tally.reject(object_id, InputError("no point that can be used", where=object_id))
    curves = table.curves[:limit]
    return curves, len(curves)
