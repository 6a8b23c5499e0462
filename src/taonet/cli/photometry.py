"""The verb `photometry`."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from taonet.cli.options import Limit, Output, Overwrite
from taonet.cli.output import exit_on_failures, track


def photometry(
    inputs: Annotated[
        list[Path],
        typer.Argument(help="Archives, files that ingest reads, or tables of light curves."),
    ],
    output: Output,
    features: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="SET",
            help="Features of the light curves instead of the curves, e.g. modern. "
            "A name that does not exist is answered with those that do.",
        ),
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

    The flux at the object's position is measured in every epoch, detected or not. The field stars
    are used to measure the shift, seeing and transparency of each epoch; no catalogue is needed.
    """
    from taonet.tasks.photometry import Products, measure_light_curves, read_options

    tally = measure_light_curves(
        inputs,
        output,
        products=Products(features=features, figures=figures),
        how=read_options(
            difference=difference,
            aperture=aperture,
            archival=archival,
            nightly=nightly,
            template_mjd=template_mjd,
            templates=template or [],
        ),
        workers=workers,
        limit=limit,
        overwrite=overwrite,
        track=track,
    )
    typer.echo(str(tally))
    exit_on_failures(tally.objects, tally.set_aside_count)
