"""Figures of the first few objects that are measured."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from taonet.io.atomic import atomic_file
from taonet.photometry.lightcurves import measure_bands
from taonet.photometry.tables import PhotometryOptions, measure_curve
from taonet.reports.lightcurve_figures import light_curve_figure, subtraction_figure
from taonet.sky.sequence import ImageSequence
from taonet.types import AnyPath

MOST = 12
DOTS_PER_INCH = 110


def draw_figures(
    sequences: Iterable[ImageSequence], folder: AnyPath, how: PhotometryOptions
) -> Iterator[ImageSequence]:
    """Pass sequences on; draw the light curves of the first twelve into a folder.

    Where epochs are subtracted from each other, they are also shown before and after.
    """
    folder = Path(folder)
    for number, sequence in enumerate(sequences):
        if number < MOST:
            _draw(sequence, folder / _file_name(sequence), how)
        yield sequence


def _draw(sequence: ImageSequence, stem: Path, how: PhotometryOptions) -> None:
    curve = measure_curve(sequence, how)
    if not (curve.flux_err > 0).any():
        return
    with atomic_file(stem.with_name(f"{stem.name}.png"), overwrite=True) as path:
        light_curve_figure(curve).savefig(path, dpi=DOTS_PER_INCH, format="png")
    if how.mode != "difference":
        return
    template = how.template_for(sequence)
    for part in measure_bands(sequence, mode="difference", causal=how.causal, template=template):
        if part.difference is None or not (part.difference.noise > 0).any():
            continue
        band = sequence.band[part.epochs[0]]
        with atomic_file(
            stem.with_name(f"{stem.name}-{band or 'all'}.png"), overwrite=True
        ) as path:
            template_names = "; ".join(one.name for one in part.difference.templates)
            title = f"{sequence.object_id} {sequence.class_name or ''}".strip()
            title = f"{title}, template {template_names}"
            subtraction_figure(part, title=title).savefig(path, dpi=DOTS_PER_INCH, format="png")


def _file_name(sequence: ImageSequence) -> str:
    # names may hold colons and slashes
    return "".join(c if c.isalnum() or c in "+-._" else "_" for c in sequence.object_id)
