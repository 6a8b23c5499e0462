"""Photometry of the epochs of a sequence, as a network reads it.

This is the one module between networks and photometry. Nothing imports it but the functions that
measure, and those only where a network asks for it: one that reads pixels only does without.
"""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from taonet.data.epoch_photometry import EpochPhotometry
from taonet.photometry import lightcurves
from taonet.photometry.centroids import measure_centroids
from taonet.sky.sequence import ImageSequence


def measure_epochs(
    sequence: ImageSequence, parts: Sequence[lightcurves.BandMeasurement] | None = None
) -> EpochPhotometry:
    """Measure every epoch of a sequence, each by what was known by then.

    Parameters
    ----------
    sequence : ImageSequence
        Only with epochs that can be read.
    parts : sequence, optional
        Its science images as measured already; they serve where there are no differences.
    """
    differs = "difference" in sequence.channels
    if parts is None or differs:
        mode: lightcurves.Image = "difference" if differs else "science"
        parts = lightcurves.measure_bands(sequence, mode=mode)
    n = len(sequence)
    sky, noise = sequence.levels
    columns = {f.name: np.full(n, np.nan) for f in fields(EpochPhotometry)[2:]}
    for part in parts:
        calibration, fluxes, centroids = part.calibration, part.fluxes, measure_centroids(part)
        measured = {
            "scale": calibration.scale,
            "scale_err": np.hypot(calibration.scale_err, calibration.zero_point_err),
            "fwhm_px": calibration.profile.fwhm_px,
            "oval_x": calibration.profile.stretch.real,
            "oval_y": calibration.profile.stretch.imag,
            "shift_x": calibration.shift_x,
            "shift_y": calibration.shift_y,
            "n_stars": calibration.n_stars,
            "flux": fluxes.flux / calibration.scale,
            "flux_err": fluxes.flux_err / calibration.scale,
            "dx": fluxes.dx,
            "dy": fluxes.dy,
            "chi2": fluxes.chi2,
            "place_x": centroids.x,
            "place_y": centroids.y,
            "place_err": centroids.err,
        }
        for name, values in measured.items():
            columns[name][part.epochs] = values
    return EpochPhotometry(
        sky=np.asarray(sky, np.float64), noise=np.asarray(noise, np.float64), **columns
    )


def measure_altered(
    sequence: ImageSequence, copies: Sequence[ImageSequence]
) -> list[EpochPhotometry]:
    """Measure copies of a sequence whose pixels were altered, with the calibration that it has.

    Where the object's own light is part of the calibration, each copy is calibrated anew: in small
    cutouts, and where there are differences.

    Parameters
    ----------
    sequence : ImageSequence
        Only with epochs that can be read.
    copies : sequence of ImageSequence
        The same epochs with other frames.
    """
    is_small = min(sequence.frames.shape[-2:]) < lightcurves.SMALL_PX
    if is_small or "difference" in sequence.channels:
        return [measure_epochs(copy) for copy in copies]
    parts = lightcurves.measure_bands(sequence)
    return [measure_epochs(copy, lightcurves.measure_science_again(copy, parts)) for copy in copies]
