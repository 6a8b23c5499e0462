"""Ensemble photometry: how much light came through in each epoch, measured by the field's stars.

The stars' estimate of an epoch's scale (ADU per unit of calibrated flux) is weighed against that
expected without them (Honeycutt 1992, PASP 104, 435, solves for the former alone).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

ROUNDS = 6
"""Rounds in which stars that vary lose weight."""

STAR_SCATTER = 0.01
"""Relative scatter that stars are granted beyond their errors."""

WEATHER = 0.15
STATED = 0.02
"""Relative scatter of the transparency, and of stated zero points, before anything is measured."""

USUAL_TENSION = 1.0
"""The stars may differ by so many sigma from the expected scale before that is dropped."""

LEAST_CLEAR = 0.01
"""No cloud that one still observes through takes more than all but so much."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ExpectedScales:
    """What is known of the scales without the stars of the cutout.

    Parameters
    ----------
    scale : array (epoch,)
    stated : array (epoch,)
        Whether the survey states the zero point; else the scale is a guess that weather changes.
    """

    scale: Float[np.ndarray, " epoch"]
    stated: Bool[np.ndarray, " epoch"]

    @property
    def spread(self) -> Float[np.ndarray, " epoch"]:
        """Relative scatter about it, before anything is measured."""
        return np.where(self.stated, STATED, WEATHER)

    def take(self, index: Int[np.ndarray, " some"]) -> "ExpectedScales":
        """Return what is expected of some of the epochs."""
        return ExpectedScales(scale=self.scale[index], stated=self.stated[index])


@dataclass(frozen=True, kw_only=True, eq=False)
class StarFluxes:
    """What some epochs measured of the stars.

    ``common_err`` is the relative error that the width of the PSF gives all stars of an epoch
    alike.
    """

    flux: Float[np.ndarray, "epoch star"]
    error: Float[np.ndarray, "epoch star"]
    common_err: Float[np.ndarray, " epoch"]


def solve_scales(
    fluxes: StarFluxes, expected: ExpectedScales, scale: Float[np.ndarray, " epoch"]
) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
    """Solve for the scales of epochs and the fluxes of their stars in turn.

    Parameters
    ----------
    scale : array (epoch,)
        To begin with.

    Returns
    -------
    scale, error : arrays (epoch,)
        The error is relative.
    """
    error = expected.spread
    for _ in range(3):
        reference = _reference_flux(fluxes.flux, fluxes.error, scale)
        ratio, star_err, common = _ratio(fluxes, reference, expected)
        if np.isfinite(ratio).any():
            ratio = ratio / _common_ratio(ratio, expected)
        scatter = _scatters(ratio, np.hypot(star_err, common), expected, expected)
        scale, error = _combine_scales(ratio, star_err, common, expected, scatter)
    return scale, error


def later_epoch_scales(
    fluxes: StarFluxes,
    expected: ExpectedScales,
    earlier: StarFluxes,
    earlier_expected: ExpectedScales,
    earlier_scale: Float[np.ndarray, " earlier"],
) -> tuple[Float[np.ndarray, " later"], Float[np.ndarray, " later"]]:
    """Return the scales of later epochs and their relative errors, by star fluxes of earlier ones.

    Parameters
    ----------
    earlier_scale : array (earlier,)
        From `solve_scales` or an earlier call.
    """
    flux = _reference_flux(earlier.flux, earlier.error, earlier_scale)
    ratio, star_err, common = _ratio(earlier, flux, earlier_expected)
    scatter = _scatters(ratio, np.hypot(star_err, common), earlier_expected, expected)
    return _combine_scales(*_ratio(fluxes, flux, expected), expected, scatter)


def _ratio(
    fluxes: StarFluxes, reference: Float[np.ndarray, " star"], expected: ExpectedScales
) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
    """Return each epoch's scale over what was expected, its error, and that of the PSF's width."""
    star_scale, star_err = _star_scales(fluxes.flux, fluxes.error, reference)
    return star_scale / expected.scale, star_err / expected.scale, fluxes.common_err


def _combine_scales(
    ratio: Float[np.ndarray, " epoch"],
    star_err: Float[np.ndarray, " epoch"],
    common_err: Float[np.ndarray, " epoch"],
    expected: ExpectedScales,
    scatter: Float[np.ndarray, " epoch"],
) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
    """Weigh the stars' estimate against the expected scale; return scale and error."""
    error = np.nan_to_num(np.hypot(star_err, common_err), nan=np.inf)
    ratio = np.nan_to_num(ratio, nan=1.0)
    # clouds now and then take far more than usual: then the stars are trusted, unless the
    # survey states zero points, which know of clouds by far more stars
    tension = np.abs(ratio - 1) / np.hypot(scatter, error)
    looser = np.maximum(1, tension / USUAL_TENSION) ** 2
    loose = scatter * np.where(expected.stated, 1.0, looser)
    weight, own = loose**-2.0, error**-2.0
    star_share = own / (weight + own)
    scale = expected.scale * np.maximum(star_share * ratio + 1 - star_share, LEAST_CLEAR)
    # a PSF fitted too wide brightens the object like the stars: it matters where they have little
    # weight
    missing = np.hypot(loose, common_err)
    from_stars = star_share * np.nan_to_num(star_err)
    return scale, np.hypot(from_stars, (1 - star_share) * missing)


def _reference_flux(
    flux: Float[np.ndarray, "earlier star"],
    error: Float[np.ndarray, "earlier star"],
    scale: Float[np.ndarray, " earlier"],
) -> Float[np.ndarray, " star"]:
    """Return the mean calibrated flux of each star, outliers left out."""
    calibrated = flux / scale[:, None]
    variance = (error / scale[:, None]) ** 2 + (STAR_SCATTER * calibrated) ** 2
    usual = np.nanmedian(np.where(np.isfinite(calibrated).any(axis=0), calibrated, 0), axis=0)
    near = np.abs(calibrated - usual) < 4 * np.sqrt(variance) + 0.3 * np.abs(usual)
    weight = np.where(near & np.isfinite(calibrated), 1 / variance, 0.0)
    total = weight.sum(axis=0)
    mean = (weight * np.nan_to_num(calibrated)).sum(axis=0) / np.where(total > 0, total, np.nan)
    return np.where(mean > 0, mean, np.nan)


def _star_scales(
    flux: Float[np.ndarray, "some star"],
    error: Float[np.ndarray, "some star"],
    reference: Float[np.ndarray, " star"],
) -> tuple[Float[np.ndarray, " some"], Float[np.ndarray, " some"]]:
    """Return the scale of each epoch that its stars give, and its error."""
    variance = error**2 + (STAR_SCATTER * flux) ** 2
    good = np.isfinite(variance) & np.isfinite(reference)
    star_flux = np.nan_to_num(reference)
    weight = np.where(good, 1 / variance, 0.0)
    value = np.nan_to_num(flux)
    for _ in range(ROUNDS):
        total = (weight * star_flux**2).sum(axis=1)
        total = np.where(total > 0, total, np.nan)
        scale = (weight * star_flux * value).sum(axis=1) / total
        pull = np.abs(value - scale[:, None] * star_flux) / np.sqrt(np.where(good, variance, 1.0))
        # a star far from the others' scale is a variable one
        weight = np.where(good, np.minimum(1, 2.5 / np.maximum(pull, 1e-9)) / variance, 0.0)
    return scale, np.sqrt(1 / total)


def _common_ratio(ratio: Float[np.ndarray, " epoch"], expected: ExpectedScales) -> float:
    """Return the median ratio of the epochs with a stated zero point, or else of all epochs."""
    sure = expected.stated & np.isfinite(ratio)
    return float(np.nanmedian(ratio[sure] if sure.any() else ratio))


def _scatters(
    ratio: Float[np.ndarray, " earlier"],
    error: Float[np.ndarray, " earlier"],
    earlier: ExpectedScales,
    later: ExpectedScales,
) -> Float[np.ndarray, " later"]:
    """Return the scatter to expect of later epochs: that of earlier ones with or without a stated
    zero point, as they have one or not.
    """
    scatters = [
        _scatter(ratio[earlier.stated == stated], error[earlier.stated == stated], spread)
        for stated, spread in ((False, WEATHER), (True, STATED))
    ]
    return np.where(later.stated, scatters[1], scatters[0])


def _scatter(
    ratio: Float[np.ndarray, " earlier"], error: Float[np.ndarray, " earlier"], spread: float
) -> float:
    """Return how far transparencies scatter about what was expected, errors taken off.

    ``spread`` counts as so many epochs' worth of measurement: few epochs constrain little.
    """
    usable = np.isfinite(ratio) & np.isfinite(error)
    prior_weight = 5.0
    if not usable.any():
        return spread
    ratio, error = ratio[usable], error[usable]
    square = np.clip((ratio - np.median(ratio)) ** 2, 0, (5 * spread) ** 2) - error**2
    # epochs with large errors hardly constrain the scatter
    weight = 1 / (1 + (error / spread) ** 2) ** 2
    total = (weight * square).sum() + prior_weight * spread**2
    return float(np.sqrt(max(total / (weight.sum() + prior_weight), (spread / 5) ** 2)))
