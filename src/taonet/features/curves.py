"""Many light curves end to end, checked and in order of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from taonet.errors import InputError
from taonet.features.segments import Segments
from taonet.sky.bands import sort_bands
from taonet.sky.flux import POGSON, ZERO_POINT_MAG, flux_of, magnitude, magnitude_error
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import check_mjd

BLOCK_POINTS = 16_000
"""Arrays below 128 KiB stay in the cache and are not allocated anew each time."""

Points = Float[np.ndarray, " point"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Curves:
    """Light curves end to end; build them with `from_magnitudes`, `from_fluxes` or `of`.

    Each is sorted by time, without points that are not finite and without exact repetitions.

    Parameters
    ----------
    segments : Segments
        Which points belong to which object; an object may have none.
    mjd : array (point,)
        Never decreasing within an object.
    flux, flux_err : arrays (point,)
        With a zero point of 25.
    mag, magerr : arrays (point,)
        NaN where the flux is not positive.
    band : array (point,)
        Index into ``bands``.
    bands : tuple of str
        Names of the bands, from blue to red.
    colour : (str, str), optional
        The two bands whose colour is measured; by default each object's own, see
        `taonet.sky.bands.colour_bands`.
    """

    segments: Segments
    mjd: Points
    flux: Points
    flux_err: Points
    mag: Points
    magerr: Points
    band: Int[np.ndarray, " point"]
    bands: tuple[str, ...]
    colour: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        if len(self.band) and not 0 <= self.band.min() <= self.band.max() < len(self.bands):
            got = f"{self.band.min()} to {self.band.max()}"
            raise InputError(f"a point is in none of the bands {self.bands}", got=got)

    @classmethod
    def from_magnitudes(
        cls,
        mjd: Float[np.ndarray, " n"],
        mag: Float[np.ndarray, " m"],
        magerr: Float[np.ndarray, " e"],
        *,
        counts: Int[np.ndarray, " object"],
        band: Int[np.ndarray, " b"] | None = None,
        bands: tuple[str, ...] = ("",),
    ) -> "Curves":
        """Prepare curves that are given in magnitudes.

        Parameters
        ----------
        mjd, mag, magerr : arrays (point,)
            The points of all objects, one object after the other; within an object in any order.
        counts : array (object,)
            Number of points of each object.
        band : array (point,), optional
            Index into ``bands``; by default all points are of the first one.
        bands : tuple of str
            From blue to red.

        Raises
        ------
        InputError
            If lengths differ, an error is not positive, a band is not there, or times look like
            JD.
        """
        mag, magerr = _floats(mag), _floats(magerr)
        flux = flux_of(mag, ZERO_POINT_MAG)
        return cls.from_both(
            mjd, flux, flux * magerr / POGSON, mag, magerr, counts=counts, band=band, bands=bands
        )

    @classmethod
    def from_fluxes(
        cls,
        mjd: Float[np.ndarray, " n"],
        flux: Float[np.ndarray, " m"],
        flux_err: Float[np.ndarray, " e"],
        *,
        counts: Int[np.ndarray, " object"],
        zero_point_mag: Float[np.ndarray, " n"] | float = ZERO_POINT_MAG,
        band: Int[np.ndarray, " b"] | None = None,
        bands: tuple[str, ...] = ("",),
    ) -> "Curves":
        """Prepare curves that are given in fluxes, which may be negative.

        Parameters
        ----------
        mjd, flux, flux_err : arrays (point,)
            The points of all objects, one object after the other; within an object in any order.
        counts : array (object,)
            Number of points of each object.
        zero_point_mag : array (point,) or float
            Magnitude of one unit of flux; points without one are left out.
        band : array (point,), optional
            Index into ``bands``; by default all points are of the first one.
        bands : tuple of str
            From blue to red.

        Raises
        ------
        InputError
            If lengths differ, an error is not positive, a band is not there, or times look like
            JD.
        """
        unit = flux_of(_floats(zero_point_mag), ZERO_POINT_MAG)
        flux, flux_err = flux * unit, flux_err * unit
        mag, magerr = magnitude(flux, ZERO_POINT_MAG), magnitude_error(flux, flux_err)
        return cls.from_both(
            mjd, flux, flux_err, mag, magerr, counts=counts, band=band, bands=bands
        )

    @classmethod
    def from_both(
        cls,
        mjd: Float[np.ndarray, " n"],
        flux: Float[np.ndarray, " m"],
        flux_err: Float[np.ndarray, " e"],
        mag: Float[np.ndarray, " m"],
        magerr: Float[np.ndarray, " e"],
        *,
        counts: Int[np.ndarray, " object"],
        band: Int[np.ndarray, " b"] | None = None,
        bands: tuple[str, ...] = ("",),
    ) -> "Curves":
        """Prepare curves whose fluxes, with a zero point of 25, and magnitudes are both known.

        Parameters
        ----------
        mjd, flux, flux_err, mag, magerr : arrays (point,)
            The points of all objects, one object after the other; within an object in any order.
            Magnitudes are NaN where the flux is not positive.
        counts, band, bands
            As in `from_fluxes`.

        Raises
        ------
        InputError
            As `from_fluxes`.
        """
        band = np.zeros(len(mjd), np.int64) if band is None else band
        # the brightest first, as magnitudes sort
        order, segments = _sort_points(mjd, -_floats(flux), _floats(flux_err), band, counts)
        return cls(
            segments=segments,
            mjd=_floats(mjd)[order],
            flux=_floats(flux)[order],
            flux_err=_floats(flux_err)[order],
            mag=_floats(mag)[order],
            magerr=_floats(magerr)[order],
            band=band[order],
            bands=bands,
        )

    @classmethod
    def from_light_curves(cls, curves: Sequence[LightCurve]) -> "Curves":
        """Lay light curves end to end.

        Raises
        ------
        InputError
            If an error is not positive.
        """
        bands = sort_bands(name for curve in curves for name in curve.band) or ("",)
        index = {name: i for i, name in enumerate(bands)}
        columns = ("mjd", "flux", "flux_err", "zero_point_mag")
        mjd, flux, flux_err, zero_point_mag = (
            np.concatenate([_floats(getattr(curve, name)) for curve in curves] or [np.zeros(0)])
            for name in columns
        )
        return cls.from_fluxes(
            mjd,
            flux,
            flux_err,
            counts=np.array([len(curve.mjd) for curve in curves], np.int64),
            zero_point_mag=zero_point_mag,
            band=np.array([index[name] for curve in curves for name in curve.band], np.int64),
            bands=bands,
        )

    def __len__(self) -> int:
        return len(self.segments.counts)

    def select(self, keep: Bool[np.ndarray, " point"]) -> "Curves":
        """Return the same objects with some of their points."""
        columns = ("mjd", "flux", "flux_err", "mag", "magerr", "band")
        values = {name: getattr(self, name)[keep] for name in columns}
        return replace(self, segments=self.segments.select(keep), **values)

    def with_magnitudes(self) -> "Curves":
        """Return the same objects, without the points whose flux is not positive."""
        known = np.isfinite(self.mag)
        return self if known.all() else self.select(known)

    def blocks(self, most_points: int = BLOCK_POINTS) -> Iterator["Curves"]:
        """Yield the same objects, some at a time: as many as have about so many points."""
        edges, first = self.segments.offsets, 0
        while first < len(self):
            end = int(np.searchsorted(edges, edges[first] + most_points, side="right")) - 1
            last = max(first + 1, end)
            yield self._slice(first, last)
            first = last

    def _slice(self, first: int, last: int) -> "Curves":
        edges = self.segments.offsets[first : last + 1]
        columns = ("mjd", "flux", "flux_err", "mag", "magerr", "band")
        values = {name: getattr(self, name)[edges[0] : edges[-1]] for name in columns}
        return replace(self, segments=Segments(edges - edges[0]), **values)


def _floats(values: Float[np.ndarray, "*n"] | float) -> Float[np.ndarray, "*n"]:
    return np.asarray(values, dtype=np.float64)


def _sort_points(
    mjd: Float[np.ndarray, " n"],
    value: Float[np.ndarray, " m"],
    error: Float[np.ndarray, " e"],
    band: Int[np.ndarray, " b"],
    counts: Int[np.ndarray, " object"],
) -> tuple[Int[np.ndarray, " point"] | slice, Segments]:
    """Return which points to keep, in which order, and which object has which of them."""
    if not len(mjd) == len(value) == len(error) == len(band) == counts.sum():
        got = f"{len(mjd)} times, {len(value)} values, {len(error)} errors"
        raise InputError("a light curve needs a time and an error for each point", got=got)
    columns = [band, *map(_floats, (error, value, mjd))]
    points: Int[np.ndarray, " point"] | slice = slice(None)
    segments = Segments.from_counts(counts)
    finite = np.isfinite(mjd) & np.isfinite(value) & np.isfinite(error)
    if not finite.all():
        points, segments = np.flatnonzero(finite), segments.select(finite)
    _check(mjd[points], error[points], segments)
    if _is_later(mjd[points], segments).all():
        return points, segments
    keys = [column[points] for column in columns]
    order = np.lexsort([*keys, segments.owner])
    keys = [key[order] for key in (*keys, segments.owner)]
    # exact repetitions hold no information
    new = np.ones(len(order), bool)
    new[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return np.arange(len(mjd))[points][order[new]], segments.select(new)


def _check(mjd: Points, error: Points, segments: Segments) -> None:
    if len(error) and error.min() <= 0:
        which = segments.owner[np.argmin(error)]
        raise InputError(
            "an error is not positive", where=f"light curve {which}", got=float(error.min())
        )
    if len(mjd):
        check_mjd(mjd, where=f"light curve {segments.owner[np.argmax(mjd)]}")


def _is_later(mjd: Points, segments: Segments) -> Bool[np.ndarray, " point"]:
    """Return whether each point is later than the one before it of the same object."""
    later = np.ones(len(mjd), bool)
    later[1:] = mjd[1:] > mjd[:-1]
    begins = segments.offsets[:-1]
    later[begins[begins < len(mjd)]] = True
    return later
