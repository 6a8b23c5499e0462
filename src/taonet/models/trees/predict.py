"""The answers of saved trees about light curves: one each, after its last point."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.errors import InputError
from taonet.features.sets import SETS
from taonet.features.tables import curve_features
from taonet.io.lightcurves.tables import Curve
from taonet.io.prediction_rows import Answers, make_rows
from taonet.models.trees.bundle import TreesBundle
from taonet.models.trees.trees import measured_rows
from taonet.sky.taxonomy import Taxonomy
from taonet.trust.prior import Prior

OBJECTS_AT_ONCE = 1000

UPGRADE = "upgrade taonet, or get the bundle again"


def check_feature_set(bundle: TreesBundle) -> None:
    """Refuse trees that read a set of features of another version.

    Raises
    ------
    InputError
    """
    if bundle.feature_set not in SETS:
        what = "the bundle reads a set of features that is not known here"
        raise InputError(what, where=bundle.name, got=bundle.feature_set, do=UPGRADE)


def predict_curves(
    bundle: TreesBundle, curves: Iterable[Curve], *, prior: Prior | None = None
) -> Iterator[pd.DataFrame]:
    """Yield the row of each light curve in the prediction table, in order.

    An object too short to have features gets the class mix of the training set, or the prior, as
    its answer.

    Raises
    ------
    InputError
        If the trees read features that are not known here.
    """
    remaining = iter(curves)
    while some := list(islice(remaining, OBJECTS_AT_ONCE)):
        probabilities = _probabilities(bundle, some, prior)
        table = curve_rows(
            some, probabilities, bundle.taxonomy, prior=None if prior is None else str(prior)
        )
        yield from (table.iloc[i : i + 1] for i in range(len(table)))


def curve_rows(
    curves: Sequence[Curve],
    probabilities: Float[np.ndarray, "object class"],
    taxonomy: Taxonomy,
    *,
    prior: str | None = None,
) -> pd.DataFrame:
    """Lay out one answer a light curve as a prediction table; its epochs are the points it has."""
    answers = Answers(
        n_epochs=np.array([len(curve.mjd) for curve in curves], np.int64),
        mjd_last=np.array([curve.mjd[-1] for curve in curves], np.float64),
        probabilities=probabilities,
        prior=prior,
    )
    return make_rows(curves, answers, taxonomy=taxonomy)


def _probabilities(
    bundle: TreesBundle, curves: Sequence[Curve], prior: Prior | None
) -> Float[np.ndarray, "object class"]:
    colour = bundle.facts.get("colour")
    pair = (str(colour[0]), str(colour[1])) if colour else None
    features = curve_features(curves, bundle.feature_set, colour=pair)
    missing = [name for name in bundle.feature_names if name not in features]
    if missing:
        what = "the bundle reads features that are not known here"
        raise InputError(what, where=bundle.name, got=", ".join(missing[:5]), do=UPGRADE)
    values = features[list(bundle.feature_names)].to_numpy(float)
    probabilities = bundle.probabilities(values)
    if prior is None:
        return probabilities
    # of an object that was not measured nothing is known but how common classes are
    known = measured_rows(values)[:, None]
    return np.where(known, prior.restate(probabilities), prior.shares)
