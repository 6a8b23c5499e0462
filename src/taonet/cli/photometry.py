"""The verb `photometry`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from taonet.cli.options import Limit, Output, Overwrite
from taonet.cli.output import exit_on_failures, track

if TYPE_CHECKING:
    from taonet.photometry.template import MjdRange
    from taonet.photometry.template_files import TemplateFiles


class Features(StrEnum):
    """The sets of light-curve features that `photometry` knows."""

    published = "published"
    modern = "modern"


def photometry(
    inputs: Annotated[
        list[Path],
        typer.Argument(help="Archives, files that ingest reads, or tables of light curves."),
    ],
    output: Output,
    features: Annotated[
        Optional[Features],  # noqa: UP045
        typer.Option(help="Features of the light curves instead of the curves."),
    ] = None,
    difference: Annotated[
        bool, typer.Option("--difference", help="Measure what changed since a template.")
    ] = False,
    template_mjd: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--template-mjd",
            metavar="MIN:MAX",
            help="The template of differences is the stack of the epochs of these MJD; "
            "either end may be left out.",
        ),
    ] = None,
    template: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--template",
            metavar="[BAND=]FILE",
            help="The template is this FITS image, on the cutouts' pixels or with a WCS; once for "
            "each band. A folder holds one for each object, OBJECT.fits.",
        ),
    ] = None,
    aperture: Annotated[
        bool, typer.Option("--aperture", help="Sum a circle instead of fitting the PSF.")
    ] = False,
    archival: Annotated[
        bool,
        typer.Option("--archival", help="Calibrate each epoch by all, not only earlier ones."),
    ] = False,
    nightly: Annotated[
        bool, typer.Option("--nightly", help="Average the exposures of each night and band.")
    ] = False,
    figures: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Also draw the first twelve objects into this folder."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes; same result for any.")] = 1,
    limit: Limit = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure light curves at the centre of the cutouts, or their features, into a table.

    The flux at the object's place is measured in every epoch, detected or not. The field's own
    stars tell how each epoch is shifted, blurred and dimmed; no catalogue is needed.
    """
    from taonet.errors import InputError
    from taonet.photometry.tables import PhotometryMode, PhotometryOptions
    from taonet.tasks.photometry import measure

    if difference and aperture:
        raise InputError("--difference fits the PSF", do="leave out --aperture")
    chosen = _template(template_mjd, template or [], difference=difference)
    mode: PhotometryMode = "difference" if difference else "aperture" if aperture else "science"
    result = measure(
        inputs,
        output,
        features=None if features is None else str(features),
        how=PhotometryOptions(mode=mode, causal=not archival, nightly=nightly, template=chosen),
        figures=figures,
        workers=workers,
        limit=limit,
        overwrite=overwrite,
        track=track,
    )
    typer.echo(str(result))
    exit_on_failures(result.objects, result.set_aside_count)


def _template(
    mjd: str | None, files: list[str], *, difference: bool
) -> "MjdRange | TemplateFiles | None":
    from taonet.errors import InputError
    from taonet.photometry.template import MjdRange
    from taonet.photometry.template_files import TemplateFiles

    if mjd is None and not files:
        return None
    if not difference:
        option = "--template-mjd" if mjd is not None else "--template"
        raise InputError(f"{option} is for differences", do="add --difference")
    if mjd is not None and files:
        raise InputError("two kinds of template", do="leave out --template-mjd or --template")
    if mjd is not None:
        return MjdRange.parse(mjd)
    chosen = TemplateFiles.parse(files)
    chosen.check()
    return chosen
