"""From inputs of any kind to a table of light curves or of their features."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from taonet.errors import InputError
from taonet.features.sets import check_set
from taonet.features.tables import curve_row, feature_rows
from taonet.io.atomic import make_folder, refuse_existing
from taonet.io.inputs import open_inputs, read_curve_inputs, read_sequences
from taonet.io.lightcurves.tables import Curve, is_table
from taonet.io.paths import is_path, paths_of
from taonet.io.tables import check_suffix, is_table_in_memory, write_parts
from taonet.io.tally import Tally
from taonet.parallel import map_in_order
from taonet.photometry.tables import CAUSAL, PhotometryOptions, lightcurve_rows, measure_curve
from taonet.photometry.templates.choice import ENOUGH
from taonet.photometry.templates.files import TemplateFiles
from taonet.photometry.templates.template import MjdRange
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence
from taonet.types import AnyPath, Track, no_progress


@dataclass(frozen=True, kw_only=True)
class Products:
    """What is made of light curves besides their table, or instead of it.

    Parameters
    ----------
    features : str, optional
        Write this set of features of each light curve instead of the curves (see
        `taonet.features.sets.SETS`).
    figures : Path, optional
        Also draw the first few objects into this folder.
    """

    features: str | None = None
    figures: AnyPath | None = None

    def __post_init__(self) -> None:
        if self.features is not None:
            check_set(self.features)


TABLE_ALONE = Products()


def measure_light_curves(
    inputs: AnyPath | Sequence[AnyPath],
    output: AnyPath,
    *,
    products: Products = TABLE_ALONE,
    how: PhotometryOptions = CAUSAL,
    workers: int = 1,
    limit: int | None = None,
    overwrite: bool = False,
    track: Track = no_progress,
) -> Tally:
    """Measure the light curve of every object of the inputs and write a table.

    Parameters
    ----------
    inputs : sequence of path
        Archives and files of cutouts; or tables of light curves, for their features.
    output : path
        A table of one of the formats in `taonet.io.tables`.
    products : Products
        Features instead of light curves, figures besides.
    how : PhotometryOptions
        How light curves are measured in pixels.
    workers : int
        Processes that share the photometry; the table is the same for any number.
    limit : int, optional
        Stop after so many objects.
    track : function
        Shows progress.

    Raises
    ------
    InputError
        If nothing could be measured; nothing is written then.
    """
    paths, output = paths_of(inputs), Path(output)
    check_suffix(output)
    refuse_existing(output, overwrite=overwrite)
    tally = Tally(output)
    rows = measured_rows(
        paths, tally, products=products, how=how, workers=workers, limit=limit, track=track
    )
    write_parts(tally.count_objects(rows), output, overwrite=overwrite)
    tally.require_objects("nothing could be measured")
    tally.write_list()
    return tally


def measured_rows(
    inputs: Any,
    tally: Tally,
    *,
    products: Products = TABLE_ALONE,
    how: PhotometryOptions = CAUSAL,
    workers: int = 1,
    limit: int | None = None,
    track: Track = no_progress,
) -> Iterator[pd.DataFrame]:
    """Yield the rows of each object in the table of light curves, or of features.

    Parameters
    ----------
    inputs : path, Archive, ImageSequence, or a list or generator of them
        For features also tables of light curves (paths, DataFrames) and curves.
    tally : Tally
        Counts what cannot be used.
    products, how, workers, limit, track
        As those of `measure_light_curves`.

    Raises
    ------
    InputError
        At once, if an input or an option does not fit the others.
    """
    given = inputs if isinstance(inputs, list | tuple) else [inputs]
    if any(map(_holds_curves, given)):
        _refuse_pixel_options(given, figures=products.figures, how=how)
        return _rows_of_tables(given, tally, features=products.features, limit=limit, track=track)
    sources = open_inputs(inputs)
    sequences = read_sequences(sources, tally, limit=limit, title="measuring", track=track)
    if products.figures is not None:
        sequences = _draw_figures(sequences, Path(products.figures), how)
    curves = map_in_order(partial(measure_curve, how=how), sequences, workers=workers)
    return _table_rows(_note_missing_templates(curves, tally, how), products.features)


def _holds_curves(given: Any) -> bool:
    is_curves = isinstance(given, Curve) or is_table_in_memory(given)
    return is_curves or (is_path(given) and is_table(Path(given)))


def read_options(
    *,
    difference: bool = False,
    aperture: bool = False,
    archival: bool = False,
    nightly: bool = False,
    template_mjd: str | None = None,
    templates: Sequence[str] = (),
) -> PhotometryOptions:
    """Return the options of photometry that the words of a command line stand for.

    Parameters
    ----------
    difference, aperture : bool
        Which mode; the science image with its PSF by default.
    archival, nightly : bool
    template_mjd : str, optional
        ``MIN:MAX``, the times whose epochs are stacked.
    templates : sequence of str
        ``FILE`` or ``BAND=FILE``.

    Raises
    ------
    InputError
        If options contradict each other, or a template cannot be read.
    """
    if difference and aperture:
        raise InputError("--difference fits the PSF", do="leave out --aperture")
    return PhotometryOptions(
        mode="difference" if difference else "aperture" if aperture else "science",
        causal=not archival,
        nightly=nightly,
        template=_read_template(template_mjd, templates, difference=difference),
    )


def _read_template(
    mjd: str | None, files: Sequence[str], *, difference: bool
) -> MjdRange | TemplateFiles | None:
    if mjd is None and not files:
        return None
    if not difference:
        option = "--template-mjd" if mjd is not None else "--template"
        raise InputError(f"{option} is for differences", do="add --difference")
    if mjd is not None and files:
        raise InputError("two kinds of template", do="leave out --template-mjd or --template")
    if mjd is not None:
        return MjdRange.parse(mjd)
    templates = TemplateFiles.parse(files)
    templates.check()
    return templates


def _draw_figures(
    sequences: Iterator[ImageSequence], folder: Path, how: PhotometryOptions
) -> Iterator[ImageSequence]:
    from taonet.reports.photometry_figures import draw_figures  # matplotlib is for figures alone

    make_folder(folder)
    return draw_figures(sequences, folder, how)


def _table_rows(curves: Iterator[LightCurve], features: str | None) -> Iterator[pd.DataFrame]:
    return map(lightcurve_rows, curves) if features is None else feature_rows(curves, features)


def _refuse_pixel_options(
    inputs: Sequence[Any], *, figures: AnyPath | None, how: PhotometryOptions
) -> None:
    """Refuse what makes no sense where light curves are measured already."""
    where = next((one for one in inputs if is_path(one) and is_table(Path(one))), None)
    if not all(map(_holds_curves, inputs)):
        do = "give tables of light curves by themselves"
        raise InputError("tables beside cutouts", where=where, do=do)
    if figures is not None:
        raise InputError(
            "there are no cutouts to draw in a table", where=where, do="leave out --figures"
        )
    if how != CAUSAL:
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
    inputs: Sequence[Any], tally: Tally, *, features: str | None, limit: int | None, track: Track
) -> Iterator[pd.DataFrame]:
    """Yield the features of light curves that are measured already."""
    curves = read_curve_inputs(inputs, tally, limit=limit, title="measuring", track=track)
    if not features:
        next(curves, None)  # a table of anything else says so first
        where = inputs[0] if is_path(inputs[0]) else None
        do = "give --features published for their features"
        raise InputError("these are light curves already", where=where, do=do)
    for curve in curves:
        try:
            row = curve_row(curve, features)
        except InputError as error:
            tally.reject(curve.object_id, error)
        else:
            yield row
