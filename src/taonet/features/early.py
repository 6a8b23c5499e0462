"""What trees read of each object: features of what was known after chosen numbers of epochs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from jaxtyping import Int

from taonet.features.context import CONTEXT, context_features
from taonet.features.curves import Curves
from taonet.features.sets import feature_table
from taonet.photometry.aperture import aperture_curve, default_radius_px
from taonet.photometry.lightcurves import SMALL_PX, BandMeasurement, curve_of
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence

EARLY_SETS = ("published", "modern")
"""Those of `taonet.features.sets.SETS` that the baselines of a run read; on purpose not all of
them, as each is measured after every number of epochs. The columns of each begin with its name,
those of the context with ``context``."""


def early_features(
    objects: Iterable[tuple[ImageSequence, Sequence[BandMeasurement]]],
    epochs: Sequence[int],
    *,
    use_times: bool,
) -> pd.DataFrame:
    """Return what trees read of objects that were measured.

    They were measured once and causally, so a light curve up to an epoch is what was known then
    (`taonet.photometry.lightcurves`). Memory grows with the light curves, not with the pixels.

    Parameters
    ----------
    objects : iterable of (ImageSequence, list of BandMeasurement)
        The epochs that a network reads of each object, and nothing else; those without an epoch
        are left out.
    epochs : sequence of int
        Numbers of epochs to stop after; the end of each sequence is one more.
    use_times : bool
        Else the number of the epoch stands in for its MJD, in days.

    Returns
    -------
    DataFrame
        One row an object and number of epochs: object_id, n_epochs, and the features.
    """
    curves: list[LightCurve] = []
    rows: list[pd.DataFrame] = []
    for sequence, parts in objects:
        counts = epoch_counts(len(sequence), epochs)
        days = sequence.mjd if use_times else np.arange(len(sequence), dtype=np.float64)
        curves += _truncate_curve(replace(curve_for_trees(sequence, parts), mjd=days), counts)
        context = context_features(parts, days, counts.tolist())
        row = pd.DataFrame(context, columns=[f"context.{name}" for name in CONTEXT])
        row.insert(0, "n_epochs", counts)
        row.insert(0, "object_id", sequence.object_id)
        rows.append(row)
    all_curves = Curves.from_light_curves(curves)
    measured = (feature_table(all_curves, name).add_prefix(f"{name}.") for name in EARLY_SETS)
    empty = pd.DataFrame({"object_id": np.zeros(0, object), "n_epochs": np.zeros(0, np.int64)})
    known = pd.concat(rows, ignore_index=True) if rows else empty
    return pd.concat([known, *measured], axis=1)


def curve_for_trees(sequence: ImageSequence, parts: Sequence[BandMeasurement]) -> LightCurve:
    """Return the light curve that serves trees best, causally.

    Forced photometry; in cutouts too small for field stars the sum within an aperture whose
    radius is set by the first epoch, with errors that leave the unknown transparency out. On real
    stamps of 21 pixels (HiTS, without times) boosted trees on modern features reach a macro recall
    of 0.89 so, 0.84 with errors that hold it, and forests on published ones 0.80 and 0.79.
    """
    if min(sequence.frames.shape[-2:]) >= SMALL_PX:
        return curve_of(sequence, parts)
    radius_px = default_radius_px(sequence.take(np.zeros(1, np.int64)))
    return aperture_curve(sequence, radius_px=radius_px)


def epoch_counts(length: int, epochs: Sequence[int]) -> Int[np.ndarray, " count"]:
    """Return the numbers of epochs that a sequence is answered for after: its end is the last.

    Examples
    --------
    >>> epoch_counts(7, (3, 5, 10)).tolist()
    [3, 5, 7]
    """
    return np.array([*(n for n in sorted(set(epochs)) if n < length), length], np.int64)


def _truncate_curve(curve: LightCurve, counts: Int[np.ndarray, " count"]) -> Iterator[LightCurve]:
    """Yield a light curve up to each number of epochs."""
    for n in counts.tolist():
        columns = ("mjd", "flux", "flux_err", "zero_point_mag", "band")
        yield replace(curve, quality=None, **{name: getattr(curve, name)[:n] for name in columns})
