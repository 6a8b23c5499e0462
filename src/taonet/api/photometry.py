"""Light curves, and features of them, as tables in memory."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from taonet.progress import show_progress
from taonet.types import Track

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)


def light_curves(
    inputs: Any,
    *,
    features: str | None = None,
    difference: bool = False,
    aperture: bool = False,
    archival: bool = False,
    nightly: bool = False,
    template_mjd: str | None = None,
    templates: Sequence[str] = (),
    limit: int | None = None,
    workers: int = 1,
    track: Track = show_progress,
) -> "pd.DataFrame":
    """Measure the flux at the object's place in every epoch, as ``taonet photometry`` does.

    Parameters
    ----------
    inputs : path, Archive, ImageSequence, or a list or generator of them
        For ``features`` also tables of light curves: paths, DataFrames or curves.
    features : {"published", "published+ratios", "modern"}, optional
        Return this set of features of each light curve instead, one row an object.
    difference : bool
        Measure what changed since a template. By default the PSF is fitted to the science image.
    aperture : bool
        Sum the light within a circle instead.
    archival : bool
        An epoch may also depend on later ones.
    nightly : bool
        Average the exposures of a night and band.
    template_mjd : str, optional
        ``"MIN:MAX"``: the epochs that are stacked into the template.
    templates : sequence of str
        FITS files of templates: ``"FILE"`` or ``"BAND=FILE"``.
    limit : int, optional
        Stop after so many objects.
    workers : int
        Processes that share the work.
    track : function
        Shows progress.

    Returns
    -------
    DataFrame
        One row an epoch, detected or not: object_id, class_name, mjd (UTC), band, flux, flux_err,
        mag, magerr (AB; instrumental, with a zero point of 25, where quality has the bit 128),
        limiting_mag (five sigma), quality, zero_point_mag. Bits of quality: 1 blank, 2 some pixels
        missing, 4 time repaired, 8 padded, 16 saturated, 32 trailed, 64 unusual PSF, 128 not
        calibrated, 256 no star's profile, 512 clipped. Differences also have template.

    Raises
    ------
    InputError
        If nothing could be measured, or options contradict each other.

    Examples
    --------
    >>> import taonet
    >>> table = taonet.light_curves(taonet.simulate("tiny", 1))
    >>> {"mjd", "flux", "flux_err"} <= set(table.columns)
    True
    """
    import pandas as pd

    from taonet.io.tables import table_in_memory
    from taonet.io.tally import Tally
    from taonet.tasks.photometry import Products, measured_rows, read_options

    how = read_options(
        difference=difference,
        aperture=aperture,
        archival=archival,
        nightly=nightly,
        template_mjd=template_mjd,
        templates=templates,
    )
    tally = Tally()
    rows = measured_rows(
        inputs,
        tally,
        products=Products(features=features),
        how=how,
        workers=workers,
        limit=limit,
        track=track,
    )
    parts = list(tally.count_objects(rows))
    tally.require_objects("nothing could be measured")
    tally.report(log)
    table = table_in_memory(pd.concat(parts, ignore_index=True))
    table.attrs["set_aside"] = tally.list_losses()
    return table
