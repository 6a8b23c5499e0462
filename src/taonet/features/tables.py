"""Tables of features: one row an object, from measured light curves or from tables of curves."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.features.curves import Curves
from taonet.features.sets import feature_table
from taonet.io.lightcurves.tables import Curve, bands_of
from taonet.sky.bands import sort_bands
from taonet.sky.flux import POGSON, ZERO_POINT_MAG, flux_of
from taonet.sky.lightcurve import LightCurve

Pair = tuple[str, str]

AT_ONCE = 32
"""Objects whose features are worked out together: many at once are faster, memory stays bounded."""


def feature_rows(curves: Iterable[LightCurve], name: str) -> Iterator[pd.DataFrame]:
    """Measure a set of features of light curves.

    Parameters
    ----------
    name : str
        Of `taonet.features.sets.SETS`.

    Yields
    ------
    DataFrame
        One row an object: object_id, class_name and one column a feature.
    """
    for some in _take_chunks(curves):
        features = feature_table(Curves.from_light_curves(some), name)
        for i, curve in enumerate(some):
            yield _name_row(features.iloc[[i]].reset_index(drop=True), curve)


def _take_chunks(curves: Iterable[LightCurve]) -> Iterator[list[LightCurve]]:
    part: list[LightCurve] = []
    for curve in curves:
        part.append(curve)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _name_row(row: pd.DataFrame, curve: LightCurve | Curve) -> pd.DataFrame:
    row.insert(0, "class_name", pd.Series([curve.class_name], dtype=object))
    row.insert(0, "object_id", pd.Series([curve.object_id], dtype=object))
    return row


def curve_row(curve: Curve, name: str) -> pd.DataFrame:
    """Measure a set of features of a light curve from a table; the columns are `feature_rows`'."""
    return _name_row(curve_features([curve], name), curve)


def curve_features(
    curves: Iterable[Curve], name: str, *, colour: Pair | None = None
) -> pd.DataFrame:
    """Measure a set of features of each light curve.

    Parameters
    ----------
    name : str
        Of `taonet.features.sets.SETS`.
    colour : (str, str), optional
        The two bands whose colour is measured; see `taonet.features.curves.Curves`.

    Returns
    -------
    DataFrame
        One row a curve, one column a feature, NaN where it is not defined. It depends on the curve
        alone, whatever bands others have.
    """
    return feature_table(replace(concatenate_curves(tuple(curves)), colour=colour), name)


def concatenate_curves(curves: Sequence[Curve]) -> Curves:
    """Return curves of a table as features want them.

    Those that were given in fluxes keep them, negative ones too.
    """
    bands = sort_bands(name for curve in curves for name in _bands(curve)) or ("",)
    index = {name: i for i, name in enumerate(bands)}
    columns = ("mjd", "flux", "flux_err", "mag", "magerr")
    rows = [np.stack([curve.mjd, *_fluxes(curve), curve.mag, curve.magerr]) for curve in curves]
    values = np.concatenate([np.zeros((len(columns), 0)), *rows], axis=1)
    return Curves.from_both(
        **dict(zip(columns, values, strict=True)),
        counts=np.array([len(curve.mjd) for curve in curves], np.int64),
        band=np.array([index[name] for curve in curves for name in _bands(curve)], np.int64),
        bands=bands,
    )


def usual_colour(curves: Sequence[Curve]) -> Pair | None:
    """Return the two neighbouring bands, by plain names, that most objects have both of.

    Of pairs that are as frequent the bluest counts. Trees that learnt from one colour must not be
    shown another in its place.
    """
    pairs: Counter[Pair] = Counter()
    for curve in curves:
        pairs.update(pairwise(bands_of([curve])))
    most = max(pairs.values(), default=0)
    frequent = [pair for pair, count in pairs.items() if count == most]
    if not frequent:
        return None
    order = sort_bands(name for pair in frequent for name in pair)
    return min(frequent, key=lambda pair: (order.index(pair[0]), order.index(pair[1])))


def _fluxes(
    curve: Curve,
) -> tuple[Float[np.ndarray, " point"], Float[np.ndarray, " point"]]:
    if curve.flux is not None and curve.flux_err is not None:
        return curve.flux, curve.flux_err
    flux = flux_of(np.asarray(curve.mag, np.float64), ZERO_POINT_MAG)
    return flux, flux * curve.magerr / POGSON


def _bands(curve: Curve) -> tuple[str, ...]:
    return curve.band or ("",) * len(curve.mjd)
