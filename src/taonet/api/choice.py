"""One object out of whatever holds some: what a figure or a film is of."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from taonet.errors import InputError
from taonet.io.archive import Archive
from taonet.io.lightcurves.tables import Curve, light_curves_of
from taonet.io.object_list import ObjectList
from taonet.io.paths import is_path, path_of
from taonet.io.prediction_columns import is_prediction_table
from taonet.io.prediction_table import prediction_table, read_predictions
from taonet.io.tables import is_table_in_memory
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence

NUMBERS = ("mjd", "flux", "flux_err", "zero_point_mag")
MEASURED = {*NUMBERS, "quality", "object_id", "class_name", "band"}
"""Columns of a light curve that was measured here."""

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
        _choose_name([what.object_id], object_id)
        return what
    if is_table_in_memory(what):
        return _choose_in_table(what, object_id)
    if isinstance(what, Archive):
        return what[_choose_name(what.objects["object_id"], object_id)]
    if isinstance(what, Iterable) and not isinstance(what, np.ndarray | Mapping):
        objects = ObjectList(what)
        if not all(isinstance(one, ImageSequence | LightCurve | Curve) for one in objects):
            raise _drawing_error(objects[0])
        return objects[_choose_name([one.object_id for one in objects], object_id)]
    raise _drawing_error(what)


def _drawing_error(what: Any) -> InputError:
    got = f"an object of type {type(what).__name__}"
    do = "give a sequence, a light curve, predictions, or the path of some"
    if isinstance(what, np.ndarray):
        do = "make a sequence of it: taonet.ImageSequence.from_frames(name, frames, mjd)"
    return InputError("nothing that can be drawn", got=got, do=do)


def open_predictions(given: Any) -> pd.DataFrame:
    """Return a prediction table, in memory or a file.

    Raises
    ------
    InputError
        If it is none.
    """
    return read_predictions(path_of(given)) if is_path(given) else prediction_table(given)


def _choose_in_table(table: Any, object_id: str | None) -> Any:
    rows = prediction_table(table)
    if is_prediction_table(rows):
        return rows[rows["object_id"] == _choose_name(rows["object_id"], object_id)]
    if set(rows.columns) >= MEASURED:
        # as `taonet.light_curves` returns it: with flags
        name = _choose_name(rows["object_id"], object_id)
        return _measured_curve(rows[rows["object_id"] == name], name)
    curves = ObjectList(light_curves_of(table).curves)
    return curves[_choose_name([one.object_id for one in curves], object_id)]


def _measured_curve(rows: pd.DataFrame, object_id: str) -> LightCurve:
    numbers: dict[str, Any] = {name: rows[name].to_numpy(np.float64) for name in NUMBERS}
    return LightCurve(
        object_id=object_id,
        class_name=next(iter(rows["class_name"].dropna()), None),
        band=tuple(rows["band"].fillna("")),
        quality=rows["quality"].to_numpy(np.int64),
        **numbers,
    )


def _choose_name(names: Iterable[str], object_id: str | None) -> str:
    known = list(dict.fromkeys(names))
    if object_id is None and len(known) == 1:
        return known[0]
    shown = ", ".join(map(repr, known[:MOST_NAMES])) + (", …" if len(known) > MOST_NAMES else "")
    if object_id is None:
        do = f"choose one with object_id=…: {shown}"
        raise InputError(f"{len(known)} objects" if known else "no object", do=do if known else "")
    if not isinstance(object_id, str) or object_id not in known:
        raise InputError("no object of this name", got=repr(object_id), do=f"there are {shown}")
    return object_id
