"""The template of a curve: the epochs of a band, or the image, that is subtracted from every epoch.

A curve has one: its fluxes are relative to the object's flux in the template, the zero level. The
noise of that level is in all of them; a deeper template later on could not take it away, and a
template that holds more of the object would move the level.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from taonet.errors import InputError
from taonet.photometry.calibration import Calibration
from taonet.photometry.cosmic_rays import remove_cosmic_rays
from taonet.photometry.prepared_frames import PreparedFrames
from taonet.photometry.profile import Profile
from taonet.photometry.reference import Reference, deepest_epochs, stack
from taonet.sky.cutout import Quality

OF_SURVEY = "survey"
"""Name of the template of a difference that came with the cutouts."""

DECIMALS = 5
"""Of the days in a template's name."""


@dataclass(frozen=True, kw_only=True)
class MjdRange:
    """Times from which the epochs of a template are taken, ends included.

    Parameters
    ----------
    first, last : float
        MJD; infinite where open.
    """

    first: float = -np.inf
    last: float = np.inf

    def __post_init__(self) -> None:
        if not self.first <= self.last:
            raise InputError("a range of times that holds none", got=f"{self.first}:{self.last}")

    @classmethod
    def parse(cls, text: str) -> "MjdRange":
        """Read ``MIN:MAX``; either may be left out, not both.

        Examples
        --------
        >>> MjdRange.parse(":58000")
        MjdRange(first=-inf, last=58000.0)
        """
        first, colon, last = (part.strip() for part in text.partition(":"))
        try:
            if not (colon and (first or last)):
                raise ValueError
            ends = float(first or "-inf"), float(last or "inf")
        except ValueError:
            do = "write MIN:MAX, MIN: or :MAX"
            raise InputError("no range of MJD", got=repr(text), do=do) from None
        return cls(first=ends[0], last=ends[1])

    def holds(self, mjd: Float[np.ndarray, " epoch"]) -> Bool[np.ndarray, " epoch"]:
        """Return which times lie in it."""
        return (mjd >= self.first) & (mjd <= self.last)


@dataclass(frozen=True, kw_only=True, eq=False)
class TemplateImage:
    """An image from elsewhere that is to be the template.

    Parameters
    ----------
    pixels : array (y, x)
        On the pixels of the cutouts, to a few pixels, in any unit; NaN = no data.
    name : str
    """

    pixels: Float[np.ndarray, "y x"]
    name: str = "image"


Images = Mapping[str, TemplateImage]
"""By band."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Template:
    """What is subtracted from all epochs of a band.

    Parameters
    ----------
    name : str
        ``MIN:MAX (n)`` of the n epochs in it, or what the image is called.
    stack : Reference
        ``epochs`` are those of the curve that are in it; −1 for an image.
    profile : Profile (member,)
    scale_err : array (member,)
        Relative error of the scale of each member.
    photon_noise : float
        Variance per unit of calibrated flux.
    light : array (member, y, x)
        Of the frames that were stacked, in ADU, cosmic rays taken off.
    """

    name: str
    stack: Reference
    light: Float[np.ndarray, "member y x"]
    profile: Profile
    scale_err: Float[np.ndarray, " member"]
    photon_noise: float

    def own_share(self, epoch: int) -> float:
        """Return the weight of an epoch in the stack."""
        return float(self.stack.share[self.stack.epochs == epoch].sum())

    @property
    def remaining_weight(self) -> Float[np.ndarray, " served"]:
        """Weight that is left of the stack without each of the epochs served."""
        return np.array([1 - self.own_share(epoch) for epoch in self.stack.serves.tolist()])


def template_of(
    frames: PreparedFrames,
    calibration: Calibration,
    mjd: Float[np.ndarray, " epoch"],
    *,
    chosen: Bool[np.ndarray, " epoch"],
    serves: Int[np.ndarray, " served"],
    object_light: Float[np.ndarray, "epoch y x"] | None = None,
    only_deepest: bool = True,
) -> Template | None:
    """Stack chosen epochs; None if none of them shows the object.

    Parameters
    ----------
    mjd : array (epoch,)
    chosen : array (epoch,)
    serves : array (served,)
        The epochs that are to be measured by it.
    object_light : array (epoch, y, x), optional
        Of the object, which may vary, in ADU; all else that differs is a cosmic ray.
    only_deepest : bool
        Leave out all but the deepest (`taonet.photometry.reference.STACK`).
    """
    known = np.flatnonzero(chosen & shows_object(frames, calibration))
    if not len(known):
        return None
    scale, fwhm_px = calibration.scale, calibration.profile.fwhm_px
    members = deepest_epochs(frames, known, scale=scale, fwhm_px=fwhm_px) if only_deepest else known
    shift = np.stack([calibration.shift_x, calibration.shift_y], axis=1)
    cleaned = _clean_frames(frames, members, scale, shift, object_light)
    stacked = stack(cleaned, members, serves, scale=scale, shift=shift)
    photons = frames.photon_noise[members] / calibration.scale[members]
    return Template(
        name=_name(mjd[members]),
        stack=stacked,
        light=cleaned.light[members],
        profile=calibration.profile.take(members),
        scale_err=calibration.scale_err[members],
        photon_noise=float((stacked.share**2 * photons).sum()),
    )


def _clean_frames(
    frames: PreparedFrames,
    members: Int[np.ndarray, " member"],
    scale: Float[np.ndarray, " epoch"],
    shift: Float[np.ndarray, "epoch two"],
    object_light: Float[np.ndarray, "epoch y x"] | None,
) -> PreparedFrames:
    varying = 0.0 if object_light is None else object_light[members]
    light = frames.light.copy()
    light[members] = varying + remove_cosmic_rays(
        frames.light[members] - varying,
        noise=frames.noise[members],
        scale=scale[members],
        shift=shift[members],
    )
    return replace(frames, light=light)


def shows_object(frames: PreparedFrames, calibration: Calibration) -> Bool[np.ndarray, " epoch"]:
    """Return which epochs show the object's place, with a PSF as good as usual."""
    bad = calibration.quality & int(Quality.BAD_PSF | Quality.TRAILED)
    y, x = (size // 2 for size in frames.light.shape[1:])
    middle = frames.valid[:, max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
    return np.asarray(frames.usable & (bad == 0) & (middle.mean(axis=(1, 2)) > 0.5))


def _name(mjd: Float[np.ndarray, " member"]) -> str:
    # rounded outwards: as --template-mjd it holds the same epochs
    unit = 10.0**DECIMALS
    first, last = np.floor(mjd.min() * unit) / unit, np.ceil(mjd.max() * unit) / unit
    return f"{first:.{DECIMALS}f}:{last:.{DECIMALS}f} ({len(mjd)})"
