"""One object out of whatever holds some: what a figure or a film is of."""

from collections.abc import Iterable
from typing import Any

from taonet.errors import InputError
from taonet.io.archive import Archive
from taonet.io.inputs import is_path
from taonet.io.lightcurves.tables import Curve, light_curves_of
from taonet.io.object_list import ObjectList
from taonet.io.prediction_table import is_prediction_table, prediction_table
from taonet.io.tables import is_table_in_memory
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence

MOST_NAMES = 3
"""Objects that are named where one has to be chosen."""


def choose_object(what: Any, object_id: str | None) -> Any:
    """Return one object: a sequence, a light curve, or the rows of predictions about it.

    Parameters
    ----------
    what : ImageSequence, LightCurve, Curve, DataFrame, Archive, list of objects, or path
    object_id : str, optional
        Which one; not needed where there is one.

    Raises
    ------
    InputError
        If there is no such object, or several and none is chosen.
    """
    if is_path(what):
        from taonet.api.reading import read

        what = read(what)
    if isinstance(what, ImageSequence | LightCurve | Curve):
        if object_id not in (None, what.object_id):
            raise InputError("another object", where=object_id, got=what.object_id)
        return what
    if is_table_in_memory(what):
        return _choose_in_table(what, object_id)
    if isinstance(what, Archive):
        return what[_choose_name(what.objects["object_id"], object_id)]
    if isinstance(what, Iterable):
        objects = ObjectList(what)
        return objects[_choose_name([one.object_id for one in objects], object_id)]
    got = f"an object of type {type(what).__name__}"
    do = "give a sequence, a light curve, predictions, or the path of some"
    raise InputError("nothing that can be drawn", got=got, do=do)


def _choose_in_table(table: Any, object_id: str | None) -> Any:
    rows = prediction_table(table)
    if is_prediction_table(rows):
        return rows[rows["object_id"] == _choose_name(rows["object_id"], object_id)]
    curves = ObjectList(light_curves_of(table).curves)
    return curves[_choose_name([one.object_id for one in curves], object_id)]


def _choose_name(names: Iterable[str], object_id: str | None) -> str:
    known = list(dict.fromkeys(names))
    if object_id is None and len(known) == 1:
        return known[0]
    shown = ", ".join(map(repr, known[:MOST_NAMES])) + (", …" if len(known) > MOST_NAMES else "")
    if object_id is None:
        do = f"choose one with object_id=…: {shown}"
        raise InputError(f"{len(known)} objects" if known else "no object", do=do if known else "")
    if object_id not in known:
        raise InputError("no object of this name", got=object_id, do=f"there are {shown}")
    return object_id
