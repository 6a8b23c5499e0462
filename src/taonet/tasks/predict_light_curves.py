"""From saved trees and tables of light curves to a prediction table."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from taonet.errors import InputError
from taonet.experiment.curves.predictions import curve_predictions
from taonet.features.curve_tables import bands_of, curve_features
from taonet.features.sets import SETS
from taonet.io.atomic import refuse_existing
from taonet.io.inputs import read_curves
from taonet.io.lightcurves.tables import Curve, is_table
from taonet.io.tables import check_suffix, write_parts
from taonet.io.tally import Tally
from taonet.models.trees.bundle import TreesBundle, load_trees
from taonet.models.trees.trees import measured_rows
from taonet.trust.prior import Prior, learnt_shares
from taonet.types import Track, no_progress

OBJECTS_AT_ONCE = 1000

UPGRADE = "upgrade taonet, or get the bundle again"


def classify_curves(
    bundle_name: str | Path,
    inputs: Sequence[str | Path],
    output: str | Path,
    *,
    limit: int | None = None,
    prior: Mapping[str, object] | None = None,
    overwrite: bool = False,
    track: Track = no_progress,
) -> Tally:
    """Classify every object in tables of light curves and write the prediction table.

    An object too short to have features is answered for with the class mix of the training set,
    or with the prior.

    Parameters
    ----------
    prior : mapping, optional
        How common each class is among the objects, as shares or counts. What mix the
        probabilities of trees speak of is a fact of their bundle (`Trees.learnt_mix`).

    Raises
    ------
    InputError
        If an input is no table, nothing could be classified, or the prior is none for the
        classes; nothing is written then.
    OutputError
        If the table exists, or cannot be written.
    """
    paths, output = [Path(path) for path in inputs], Path(output)
    check_suffix(output)
    refuse_existing(output, overwrite=overwrite)
    for path in paths:
        if path.exists() and not is_table(path):
            raise InputError(
                "not a table of light curves, which is what these trees read",
                where=path,
                do="measure it first: taonet photometry",
            )
    bundle = load_trees(bundle_name)
    if bundle.feature_set not in SETS:
        what = "the bundle reads a set of features that is not known here"
        raise InputError(what, where=bundle.name, got=bundle.feature_set, do=UPGRADE)
    mix = None if prior is None else _prior_of(bundle, prior)
    tally = Tally(output)
    parts = (
        part for path in paths for part in _predict_table(bundle, path, tally, limit, mix, track)
    )
    write_parts(parts, output, overwrite=overwrite)
    tally.require_objects("nothing could be classified")
    tally.write_list()
    if mix is not None:
        tally.remarks[mix.note] = 1
    return tally


def _prior_of(bundle: TreesBundle, given: Mapping[str, object]) -> Prior:
    classes = bundle.taxonomy.classes
    return Prior.from_shares(given, classes, learnt_shares(bundle.facts, classes))


def _predict_table(
    bundle: TreesBundle,
    path: Path,
    tally: Tally,
    limit: int | None,
    prior: Prior | None,
    track: Track,
) -> Iterator[pd.DataFrame]:
    curves, count = read_curves(path, tally, limit=limit)
    starts = range(0, count, OBJECTS_AT_ONCE)
    for start in track(starts, len(starts), "classifying"):
        some = curves[start : start + OBJECTS_AT_ONCE]
        tally.objects += len(some)
        _note_bands(bundle, some, tally)
        yield predict_curves(bundle, some, prior)


def _note_bands(bundle: TreesBundle, curves: Sequence[Curve], tally: Tally) -> None:
    known = bundle.facts.get("bands")
    for curve in curves:
        if known and not set(bands_of([curve])) & set(known):
            tally.remarks[
                f"in none of the bands that the trees learnt from: {' '.join(known)}"
            ] += 1


def predict_curves(
    bundle: TreesBundle, curves: Sequence[Curve], prior: Prior | None = None
) -> pd.DataFrame:
    """Return the prediction rows of some light curves."""
    colour = bundle.facts.get("colour")
    pair = (str(colour[0]), str(colour[1])) if colour else None
    features = curve_features(curves, bundle.feature_set, colour=pair)
    missing = [name for name in bundle.feature_names if name not in features]
    if missing:
        what = "the bundle reads features that are not known here"
        raise InputError(what, where=bundle.name, got=", ".join(missing[:5]), do=UPGRADE)
    values = features[list(bundle.feature_names)].to_numpy(float)
    said = bundle.probabilities(values)
    if prior is None:
        return curve_predictions(curves, said, bundle.taxonomy)
    # of what was not measured nothing is known but how common classes are
    known = measured_rows(values)[:, None]
    restated = np.where(known, prior.restate(said), prior.shares)
    return curve_predictions(curves, restated, bundle.taxonomy).assign(prior=str(prior))
