"""Light curves as tables: one row an epoch."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from taonet.photometry.aperture import aperture_curve
from taonet.photometry.lightcurves import Image, light_curve
from taonet.photometry.nightly_means import nightly_means
from taonet.photometry.templates.files import TemplateFiles
from taonet.photometry.templates.template import Images, MjdRange
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence

PhotometryMode = Literal[Image, "aperture"]


@dataclass(frozen=True, kw_only=True)
class PhotometryOptions:
    """How light curves are measured.

    Parameters
    ----------
    mode : {"science", "difference", "aperture"}
        See `taonet.photometry.lightcurves.light_curve`; ``aperture`` sums the light within a
        circle in the science image, each epoch by itself.
    causal : bool
        Whether an epoch may depend on epochs up to it only.
    nightly : bool
        Whether the exposures of a night and band are averaged.
    template : MjdRange, TemplateFiles or None
        What is subtracted from the epochs; chosen automatically if not given.
    """

    mode: PhotometryMode = "science"
    causal: bool = True
    nightly: bool = False
    template: MjdRange | TemplateFiles | None = None

    def template_for(self, sequence: ImageSequence) -> MjdRange | Images | None:
        """Return the template that was chosen for an object."""
        template = self.template
        return template.images_for(sequence) if isinstance(template, TemplateFiles) else template


CAUSAL = PhotometryOptions()


def measure_curve(sequence: ImageSequence, how: PhotometryOptions = CAUSAL) -> LightCurve:
    """Measure the light curve of a sequence with some options."""
    if how.mode == "aperture":
        curve = replace(aperture_curve(sequence), quality=sequence.quality)
    else:
        template = how.template_for(sequence)
        curve = light_curve(sequence, mode=how.mode, causal=how.causal, template=template)
    return nightly_means(curve) if how.nightly else curve


def lightcurve_rows(curve: LightCurve) -> pd.DataFrame:
    """Lay out a light curve, one row an epoch.

    Returns
    -------
    DataFrame
        object_id, class_name, mjd, band, flux, flux_err, mag, magerr, limiting_mag, quality,
        zero_point_mag; every epoch is there, detected or not. Magnitudes are NaN where the flux is
        not positive; the limit is that of a detection at five sigma. Differences also have
        template: ``MIN:MAX (n)`` are the MJD of the n epochs in it; missing where a row has none.
    """
    n = len(curve.mjd)
    rows = pd.DataFrame(
        {
            "object_id": np.repeat(np.array([curve.object_id], dtype=object), n),
            "class_name": np.repeat(np.array([curve.class_name], dtype=object), n),
            "mjd": curve.mjd,
            "band": np.array(curve.band, dtype=object),
            "flux": curve.flux,
            "flux_err": curve.flux_err,
            "mag": curve.mag,
            "magerr": curve.magerr,
            "limiting_mag": curve.limiting_mag,
            "quality": np.zeros(n, np.int32) if curve.quality is None else curve.quality,
            "zero_point_mag": curve.zero_point_mag,
        }
    )
    if curve.template is not None:
        rows["template"] = np.array([name or None for name in curve.template], dtype=object)
    return rows
