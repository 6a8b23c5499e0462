"""The sequence: the cutouts of one object in time order, and what is known of each."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from taonet.errors import InputError
from taonet.markup import LINE, count_words, shorten
from taonet.sky.cutout import Levels, Quality, frame_quality, sky_and_noise
from taonet.sky.known_values import known_place, known_scale, plain_frames
from taonet.sky.no_data import with_gaps, without_sentinels
from taonet.sky.plain_values import (
    plain_mjd,
    plain_moment,
    plain_numbers,
    plain_words,
)
from taonet.sky.spoilt_frames import find_spoilt
from taonet.sky.unknown import EPOCH_NUMBERS, known_numbers

JD_OF_MJD_ZERO = 2_400_000.5
"""MJD = JD − 2400000.5."""


def check_mjd(mjd: Float[np.ndarray, " epoch"], *, where: object) -> None:
    """Refuse times that cannot be Modified Julian Dates.

    Raises
    ------
    InputError
        With the formula, where the values look like Julian Dates.
    """
    if not np.isfinite(mjd).all():
        raise InputError("a time is not a number", where=where, do="give an MJD for every epoch")
    if len(mjd) and mjd.max() > 2_000_000:
        raise InputError(
            "times look like JD, not MJD",
            where=where,
            got=f"{mjd.max():.3f}",
            do="use MJD = JD - 2400000.5",
        )


def repair_mjd(
    mjd_raw: Float[np.ndarray, " epoch"],
) -> tuple[Float[np.ndarray, " epoch"], Int[np.ndarray, " epoch"]]:
    """Make times that belong to an already known order non-decreasing.

    Each time that is earlier than one before it is lifted to the latest time so far.

    Returns
    -------
    mjd : array (epoch,)
        Never decreasing.
    quality : array (epoch,)
        `Quality.MJD_REPAIRED` where a time was changed.

    Examples
    --------
    >>> repair_mjd(np.array([1.0, 3.0, 2.0]))[0]
    array([1., 3., 3.])
    """
    mjd = np.maximum.accumulate(mjd_raw)
    bits = np.where(mjd != mjd_raw, int(Quality.MJD_REPAIRED), 0).astype(np.int32)
    return mjd, bits


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ImageSequence:
    """The cutouts of one object in time order, complete; build one with `from_frames`.

    Parameters
    ----------
    object_id : str
        The survey's name of the object (for Deep-TAO the file's stem).
    frames : array (epoch, channel, y, x)
        In the survey's own units and dtype; NaN = no data.
    mjd : array (epoch,)
        Modified Julian Date, UTC, never decreasing.
    mjd_raw : array (epoch,)
        The times that the source stated, before any repair.
    band : tuple of str
        Photometric band of each epoch; ``""`` where unknown.
    seeing_fwhm_px, zero_point_mag : array (epoch,)
        PSF width in pixels, and the AB magnitude of one unit of flux; NaN where unknown.
    quality : array (epoch,)
        Bits of `taonet.sky.cutout.Quality`.
    exposure_id : tuple of str
        What the survey calls the exposure; ``""`` where unknown.
    ra, dec : float
        J2000 degrees; NaN where unknown.
    class_name : str or None
        The class it is known to be, if any.
    raw_label : str
        What the source wrote about the class, verbatim.
    field_id : str
        What it was cut from; its own ``object_id`` unless it shares a field with another.
    survey_field : str
        The survey's own name of the pointing.
    channels : tuple of str
        What each channel shows.
    pixel_scale_arcsec : float
        Side of a pixel on the sky; NaN where unknown.

    Raises
    ------
    InputError
        If shapes disagree, times decrease or look like JD, or there is no frame.
    """

    object_id: str
    frames: Shaped[np.ndarray, "epoch channel y x"]
    mjd: Float[np.ndarray, " epoch"]
    mjd_raw: Float[np.ndarray, " epoch"]
    band: tuple[str, ...]
    seeing_fwhm_px: Float[np.ndarray, " epoch"]
    zero_point_mag: Float[np.ndarray, " epoch"]
    quality: Int[np.ndarray, " epoch"]
    exposure_id: tuple[str, ...]
    ra: float
    dec: float
    class_name: str | None
    raw_label: str
    field_id: str
    survey_field: str
    channels: tuple[str, ...]
    pixel_scale_arcsec: float = float("nan")

    PER_EPOCH: ClassVar[tuple[str, ...]] = (
        "mjd",
        "mjd_raw",
        "band",
        "seeing_fwhm_px",
        "zero_point_mag",
        "quality",
        "exposure_id",
    )

    def __post_init__(self) -> None:
        where = f"sequence {self.object_id}"
        n = len(self.frames)
        if n == 0:
            raise InputError("no frames", where=where)
        if len(self.channels) != self.frames.shape[1]:
            raise InputError(
                "the channels and their names disagree",
                where=where,
                got=f"{self.frames.shape[1]} channels, names {self.channels}",
            )
        columns = {name: getattr(self, name) for name in self.PER_EPOCH}
        check_lengths(columns, n, of="frame", where=where)
        check_mjd(self.mjd, where=where)
        if np.any(np.diff(self.mjd) < 0):
            raise InputError("times decrease", where=where, do="use ImageSequence.from_frames")

    @classmethod
    def from_frames(
        cls,
        object_id: str,
        frames: Any,
        mjd: Any,
        *,
        mjd_raw: Any = None,
        band: Any = (),
        seeing_fwhm_px: Any = None,
        zero_point_mag: Any = None,
        quality: Int[np.ndarray, " epoch"] | None = None,
        exposure_id: Any = (),
        position: Any = None,
        ra: Any = float("nan"),
        dec: Any = float("nan"),
        class_name: str | None = None,
        raw_label: str = "",
        field_id: str = "",
        survey_field: str = "",
        channels: tuple[str, ...] = ("science",),
        pixel_scale_arcsec: Any = float("nan"),
    ) -> "ImageSequence":
        """Put frames into time order, collapse duplicates, flag blank frames.

        Positions, seeing and zero points that stand for "not known" (−999 and the like) are NaN,
        and so is whatever the mask of a masked array covers. Epochs of equal time keep the order
        given. Two epochs are duplicates if they name the same exposure and time; the first one
        with a picture in it is kept.

        Arrays may be those of numpy, numpy.ma, astropy or pandas, or lists.

        Parameters
        ----------
        frames : array (epoch, channel, y, x), or (epoch, y, x) of a single channel
            In the survey's own units: that of a Quantity is dropped. Also NDData or CCDData, or a
            list of these or of arrays.
        mjd : array (epoch,)
            Days, or an astropy Time of any scale, which becomes UTC.
        mjd_raw : array (epoch,), optional
            What the source stated, where that differs.
        band : str, or sequence of str (epoch,)
            One band stands for all epochs.
        seeing_fwhm_px : array (epoch,), or one number for all, optional
            Pixels.
        zero_point_mag : array (epoch,), or one number for all, optional
            AB magnitudes of one unit of flux.
        quality : array (epoch,), optional
            Bits known to the source; those that the pixels show are added.
        exposure_id : sequence of str (epoch,), optional
        position : SkyCoord or pair (ra, dec), optional
            In place of ``ra`` and ``dec``; a SkyCoord of any frame becomes ICRS.
        ra, dec : float or angle
            Degrees, or with a unit.
        pixel_scale_arcsec : float or angle, optional
            Side of a pixel in arcsec, or with a unit.

        Raises
        ------
        InputError
            If shapes disagree, a unit is that of another quantity, times are no MJD, or there is
            no frame.

        Examples
        --------
        >>> import numpy as np
        >>> import taonet
        >>> cutouts = np.random.default_rng(1).normal(100, 5, (30, 64, 64))
        >>> mjd = 59000 + np.arange(30.0)
        >>> taonet.ImageSequence.from_frames("mine", cutouts, mjd, band="r", ra=10.0, dec=-5.0)
        <Sequence mine: 30 epochs, 64 × 64 px, MJD 59000–59029, r>
        """
        # 18 parameters, one a column: an object of settings would only repeat the list
        where = f"sequence {object_id}"
        frames = without_sentinels(plain_frames(frames, channels, where=where))
        n = len(frames)
        unknown = np.full(n, np.nan)
        pixels = frame_quality(frames) if n else np.zeros(0, np.int32)
        sequence: dict[str, Any] = {
            "mjd": plain_mjd(mjd, where=where).astype(np.float64),
            "mjd_raw": plain_mjd(mjd if mjd_raw is None else mjd_raw, where=where).astype(float),
            "band": plain_words(band, n) or ("",) * n,
            "seeing_fwhm_px": unknown if seeing_fwhm_px is None else seeing_fwhm_px,
            "zero_point_mag": unknown if zero_point_mag is None else zero_point_mag,
            "quality": pixels if quality is None else np.asarray(quality, np.int32) | pixels,
            "exposure_id": plain_words(exposure_id, n) or ("",) * n,
        }
        for name in EPOCH_NUMBERS:
            sequence[name] = _epoch_numbers(sequence[name], name, n, where=where)
        check_lengths(sequence, n, of="frame", where=where)
        check_mjd(sequence["mjd"], where=where)
        ra, dec = known_place(position, ra, dec, where=where)
        keep = _order_without_duplicates(sequence)
        frames = frames if np.array_equal(keep, np.arange(n)) else frames[keep]
        sequence = {name: _take(column, keep) for name, column in sequence.items()}
        sequence["quality"] |= find_spoilt(frames, sequence["band"])
        return cls(
            object_id=object_id,
            frames=frames,
            ra=ra,
            dec=dec,
            class_name=None if class_name is None else str(class_name),
            raw_label=raw_label,
            field_id=field_id or object_id,
            survey_field=survey_field,
            channels=channels,
            pixel_scale_arcsec=known_scale(pixel_scale_arcsec, where=where),
            **sequence,
        )

    def __len__(self) -> int:
        return len(self.frames)

    def __repr__(self) -> str:
        _, height, width = self.frames.shape[1:]
        bands = " ".join(sorted(set(self.band) - {""}))
        facts = [self.class_name or "", count_words(len(self), "epoch"), f"{height} × {width} px"]
        facts += [f"MJD {self.mjd[0]:.0f}–{self.mjd[-1]:.0f}", bands]
        return shorten(f"<Sequence {self.object_id}: {', '.join(filter(None, facts))}>", LINE)

    def _repr_html_(self) -> str:
        # pictures are for notebooks alone
        from taonet.sky.pictures import sequence_html

        return sequence_html(self)

    @property
    def usable(self) -> Bool[np.ndarray, " epoch"]:
        """True for the epochs that hold information: those flagged neither BLANK nor CLIPPED."""
        return np.asarray((self.quality & (Quality.BLANK | Quality.CLIPPED)) == 0)

    @property
    def readable(self) -> Bool[np.ndarray, " epoch"]:
        """True for the epochs that a network reads: usable, and not spoilt where the object is."""
        spoilt = Quality.HOLE | Quality.STRAY_LIGHT
        return np.asarray(self.usable & ((self.quality & spoilt) == 0))

    @cached_property
    def pixels(self) -> Shaped[np.ndarray, "epoch channel y x"]:
        """The frames, with NaN in borders filled with one value (`taonet.sky.no_data.with_gaps`).

        Whatever measures or classifies reads these; ``frames`` are as the source gave them.
        """
        return with_gaps(self.frames)

    @cached_property
    def levels(self) -> Levels:
        """Sky and noise of each frame and channel (`taonet.sky.cutout.sky_and_noise`).

        Detection, signature and encoder all need them: they are measured once.
        """
        return sky_and_noise(self.pixels)

    def take(self, epochs: Int[np.ndarray, " some"]) -> "ImageSequence":
        """Return the sequence of the epochs named by index, in time order."""
        if np.array_equal(epochs, np.arange(len(self))):
            return self  # with all that was measured of it
        columns = {name: _take(getattr(self, name), epochs) for name in self.PER_EPOCH}
        return replace(self, frames=self.frames[epochs], **columns)

    def up_to(self, mjd: Any) -> "ImageSequence":
        """Return what was known at a time: the epochs not later than ``mjd``.

        Parameters
        ----------
        mjd : float or Time
            MJD, or one moment of astropy.

        Raises
        ------
        InputError
            If nothing had been observed by then, or it is no MJD.
        """
        where = f"sequence {self.object_id}"
        moment = plain_moment(mjd, where=where)
        check_mjd(np.array([moment]), where=where)
        return self.take(np.flatnonzero(self.mjd <= moment))


def check_lengths(columns: dict[str, Any], n: int, *, of: str, where: object) -> None:
    """Refuse columns that have not one value for each of ``n`` frames, or points.

    Parameters
    ----------
    of : str
        What each value belongs to, for errors.

    Raises
    ------
    InputError
        With the name of the column.
    """
    for name, column in columns.items():
        if np.ndim(column) != 1 or len(column) != n:
            got = f"{len(column) if np.ndim(column) else 1} for {n} {of}s"
            raise InputError(f"{name} has not one value a {of}", where=where, got=got)


def _epoch_numbers(given: Any, name: str, n: int, *, where: str) -> Float[np.ndarray, " epoch"]:
    """Return a number for each epoch; a single one stands for all of them, as one band does."""
    unit, limits = EPOCH_NUMBERS[name]
    values = plain_numbers(given, unit, name=name, where=where)
    return known_numbers(np.full(n, values) if values.ndim == 0 else values, limits)


def _take(column: Any, index: Int[np.ndarray, " some"]) -> Any:
    if isinstance(column, tuple):
        return tuple(column[i] for i in index)
    return column[index]


def _order_without_duplicates(columns: dict[str, Any]) -> Int[np.ndarray, " kept"]:
    order = np.argsort(columns["mjd"], kind="stable")
    by_exposure: dict[object, int] = {}
    for i in order.tolist():
        exposure = columns["exposure_id"][i]
        key = (exposure, columns["mjd"][i]) if exposure else i
        if key not in by_exposure or columns["quality"][by_exposure[key]] & Quality.BLANK:
            by_exposure[key] = i
    return np.fromiter(by_exposure.values(), dtype=np.int64, count=len(by_exposure))
