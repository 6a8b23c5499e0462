"""The light curve that is shown beside an object's cutouts."""

from taonet.photometry.lightcurves import light_curve
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence


def measure_curve(sequence: ImageSequence) -> LightCurve:
    """Measure the light curve that a page shows: of differences, where the survey gives them.

    Parameters
    ----------
    sequence : ImageSequence

    Returns
    -------
    LightCurve
        See `taonet.photometry.lightcurves.light_curve`.
    """
    differs = "difference" in sequence.channels
    return light_curve(sequence, mode="difference" if differs else "science")
