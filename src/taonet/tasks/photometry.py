"""From inputs of any kind to a table of light curves or of their features."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from taonet.errors import InputError
from taonet.features.curve_tables import curve_features
from taonet.features.tables import feature_rows
from taonet.io.atomic import make_folder, refuse_existing
from taonet.io.inputs import read_curves, read_sequences
from taonet.io.lightcurves.tables import Curve, is_table, read_light_curves
from taonet.io.sources import sources_of
from taonet.io.tables import check_suffix, write_parts
from taonet.io.tally import Tally
from taonet.parallel import map_in_order
from taonet.photometry.tables import CAUSALLY, PhotometryOptions, lightcurve_rows, measure_curve
from taonet.photometry.template import MjdRange
from taonet.photometry.template_choice import ENOUGH
from taonet.reports.photometry_figures import draw_figures
from taonet.sky.lightcurve import LightCurve
from taonet.types import Track, no_progress


def measure(
    inputs: Sequence[str | Path],
    output: str | Path,
    *,
    features: str | None = None,
    how: PhotometryOptions = CAUSALLY,
    figures: str | Path | None = None,
    workers: int = 1,
    limit: int | None = None,
    overwrite: bool = False,
    track: Track = no_progress,
) -> Tally:
    """Measure every object of the inputs and write a table.

    Parameters
    ----------
    features : str, optional
        Write this set of features of each light curve instead of the curves (see
        `taonet.features.sets.SETS`).
    how : Measuring
        How light curves are measured in pixels.
    figures : Path, optional
        Also draw the first few objects into this folder.
    workers : int
        Processes that share the measuring; the table is the same for any number.

    Raises
    ------
    InputError
        If nothing could be measured; nothing is written then.
    """
    paths, output = [Path(path) for path in inputs], Path(output)
    check_suffix(output)
    refuse_existing(output, overwrite=overwrite)
    tally = Tally(output)
    if any(map(is_table, paths)):
        _refuse_pixel_options(paths, figures=figures, how=how)
        rows = _rows_of_tables(paths, tally, features=features, limit=limit, track=track)
    else:
        sources = sources_of(paths)
        sequences = read_sequences(sources, tally, limit=limit, title="measuring", track=track)
        if figures is not None:
            make_folder(Path(figures))
            sequences = draw_figures(sequences, Path(figures), how)
        curves = map_in_order(partial(measure_curve, how=how), sequences, workers=workers)
        curves = _note_missing_templates(curves, tally, how)
        rows = feature_rows(curves, features) if features else map(lightcurve_rows, curves)
    write_parts(tally.count_objects(rows), output, overwrite=overwrite)
    tally.require_objects("nothing could be measured")
    tally.write_list()
    return tally


def _refuse_pixel_options(
    inputs: list[Path], *, figures: str | Path | None, how: PhotometryOptions
) -> None:
    """Refuse what makes no sense where light curves are measured already."""
    where = next(path for path in inputs if is_table(path))
    if not all(map(is_table, inputs)):
        do = "give tables of light curves by themselves"
        raise InputError("tables beside cutouts", where=where, do=do)
    if figures is not None:
        raise InputError(
            "there are no cutouts to draw in a table", where=where, do="leave out --figures"
        )
    if how != CAUSALLY:
        do = "leave out --difference, --template, --aperture, --archival and --nightly"
        raise InputError("light curves in a table are measured already", where=where, do=do)


def _note_missing_templates(
    curves: Iterator[LightCurve], tally: Tally, how: PhotometryOptions
) -> Iterator[LightCurve]:
    """Pass light curves on, counting the objects of which a band has no template."""
    for curve in curves:
        if curve.template is not None:
            pairs = zip(curve.band, curve.template, strict=True)
            if set(curve.band) - {band for band, template in pairs if template}:
                tally.remarks[_missing_template_remark(how)] += 1
        yield curve


def _missing_template_remark(how: PhotometryOptions) -> str:
    if isinstance(how.template, MjdRange):
        return "no usable epoch in the range of --template-mjd in some band: no flux there"
    if how.template is not None:
        return "no --template of some band that shows the object and its stars: no flux there"
    why = "no usable epoch" if not how.causal else f"no more than {ENOUGH} usable epochs"
    do = "" if not how.causal else "; --archival or --template-mjd make one of those there are"
    return f"{why} in some band, so no template and no flux there{do}"


def _rows_of_tables(
    inputs: list[Path], tally: Tally, *, features: str | None, limit: int | None, track: Track
) -> Iterator[pd.DataFrame]:
    """Yield the features of light curves that are measured already."""
    if not features:
        read_light_curves(inputs[0])
        do = "give --features published for their features"
        raise InputError("these are light curves already", where=inputs[0], do=do)
    for path in inputs:
        for curve in track(*read_curves(path, tally, limit=limit), "measuring"):
            row = _features_of(curve, features, tally)
            if row is not None:
                yield row


def _features_of(curve: Curve, name: str, tally: Tally) -> pd.DataFrame | None:
    try:
        row = curve_features([curve], name)
    except InputError as error:
        tally.reject(curve.object_id, error)
        return None
    row.insert(0, "class_name", pd.Series([curve.class_name], dtype=object))
    row.insert(0, "object_id", pd.Series([curve.object_id], dtype=object))
    return row
