"""The surroundings of an object: host, neighbours, its own shape and motion, from pixels.

Light curves do not show where an object is. The features after a number of epochs depend on
those epochs only. Shapes are those of the stack that the last of them was calibrated by: the best
of the epochs known before it, in blocks that grow (see `taonet.photometry.field_calibration`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Int

from taonet.photometry.centroids import CENTROID_LEAST_SNR, measure_centroids
from taonet.photometry.lightcurves import BandMeasurement
from taonet.photometry.profile import Profile
from taonet.photometry.reference import WELL_SEEN, Reference
from taonet.photometry.stars import find_peaks
from taonet.sky.flux import ZERO_POINT_MAG

OWN_PX = 2.5
"""A source so near to the centre is the object itself, or what it sits on."""

APART_PX = 3
"""Of two sources so near to each other the brighter one counts."""

WINDOW = 1.5
"""Width of the window that shapes are measured under, in those of the PSF."""

EXTENDED = 0.1
"""What is wider than a star by this share, and by what noise may add, is extended."""

MOST = 12
"""Other sources than the brightest so many are left out."""

ROUNDS = 3
"""Of centring a source."""

REACH_PX = 7
"""Sources are measured on so many pixels to each side in the stack, and on fewer in an epoch."""

SIGMA_OF_FWHM = 1 / 2.355
DAYS_A_YEAR = 365.25


@dataclass(frozen=True, kw_only=True)
class Source:
    """A source in the stack.

    Parameters
    ----------
    x, y : float
        Pixels from the centre of the cutout.
    flux : float
        Of a star with as much light under the window; magnitude 25 is one unit.
    width : float
        Over that of a star, both under the window; NaN where there is no light.
    concentration : float
        Share of the light under the window that a narrower one holds, over that of a star.
    snr : float
    """

    x: float
    y: float
    flux: float
    width: float
    concentration: float
    snr: float

    @property
    def is_extended(self) -> bool:
        """Whether it is wider than noise makes a star."""
        return bool(self.width > 1 + EXTENDED + 2 / max(self.snr, 1e-9))

    @property
    def mag(self) -> float:
        """Magnitude, NaN without light."""
        return float(ZERO_POINT_MAG - 2.5 * np.log10(self.flux)) if self.flux > 0 else np.nan


@dataclass(frozen=True, kw_only=True, eq=False)
class Places:
    """Position of the object in the epochs in which it is bright enough.

    Parameters
    ----------
    days : array (place,)
    x, y, err : array (place,)
        Pixels from where the centre of the cutout lies, and the error of either.
    flux : array (place,)
        Calibrated.
    """

    days: Float[np.ndarray, " place"]
    x: Float[np.ndarray, " place"]
    y: Float[np.ndarray, " place"]
    err: Float[np.ndarray, " place"]
    flux: Float[np.ndarray, " place"]

    def take(self, index: Bool[np.ndarray, " place"]) -> "Places":
        """Return some of them."""
        return Places(**{name: column[index] for name, column in vars(self).items()})

    @property
    def mean(self) -> tuple[float, float, float]:
        """Weighted mean along x and y and its error; NaN without a place."""
        weight = self.err**-2.0
        total = weight.sum()
        if not total:
            return np.nan, np.nan, np.nan
        mean_x, mean_y = ((weight * at).sum() / total for at in (self.x, self.y))
        return float(mean_x), float(mean_y), float(total**-0.5)


@dataclass(frozen=True, kw_only=True, eq=False)
class Surroundings:
    """What the stack shows, and where the object was seen.

    Parameters
    ----------
    own : Source
        What lies at the centre, a source or not.
    others : tuple of Source
    places : Places
    """

    own: Source
    others: tuple[Source, ...]
    places: Places

    @cached_property
    def place(self) -> tuple[float, float]:
        """Where the object shone in its brighter epochs, the centre if it never did."""
        x, y, _ = self.halves[1].mean
        return (x, y) if np.isfinite(x) else (0.0, 0.0)

    @cached_property
    def halves(self) -> tuple[Places, Places]:
        """Return the places of the fainter and of the brighter epochs."""
        flux = self.places.flux
        bright = flux >= (np.median(flux) if len(flux) else 0.0)
        return self.places.take(~bright), self.places.take(bright)

    def distance(self, source: Source) -> float:
        """Return how far a source lies from the object, in pixels."""
        return float(np.hypot(source.x - self.place[0], source.y - self.place[1]))

    @cached_property
    def host(self) -> Source | None:
        """The nearest extended source, the one that the object sits on included."""
        extended = [source for source in (self.own, *self.others) if source.is_extended]
        return min(extended, key=self.distance, default=None)

    @cached_property
    def motion(self) -> tuple[float, float]:
        """Proper motion in pixels a year, and how many times its error it is."""
        places = self.places
        if len(places.days) < 3 or np.ptp(places.days) <= 0:
            return np.nan, np.nan
        weight = places.err**-2.0
        away = places.days - (weight * places.days).sum() / weight.sum()
        lever = (weight * away**2).sum()
        slope = np.hypot(*((weight * away * at).sum() / lever for at in (places.x, places.y)))
        return float(slope * DAYS_A_YEAR), float(slope * np.sqrt(lever))

    @cached_property
    def shift(self) -> tuple[float, float]:
        """How far brighter epochs lie from fainter ones, in pixels, and in errors of that."""
        (x, y, err), (bright_x, bright_y, bright_err) = (half.mean for half in self.halves)
        shift = float(np.hypot(bright_x - x, bright_y - y))
        return shift, shift / float(np.hypot(err, bright_err))


def _host_feature(
    measure: Callable[[Surroundings, Source], float],
) -> Callable[[Surroundings], float]:
    return lambda seen: np.nan if seen.host is None else measure(seen, seen.host)


def _nearest_feature(
    measure: Callable[[Surroundings, Source], float],
) -> Callable[[Surroundings], float]:
    def feature(seen: Surroundings) -> float:
        near = min(seen.others, key=seen.distance, default=None)
        return np.nan if near is None else measure(seen, near)

    return feature


CONTEXT: Final[dict[str, Callable[[Surroundings], float]]] = {
    "own_mag": lambda seen: seen.own.mag,
    "own_snr": lambda seen: seen.own.snr,
    "own_width": lambda seen: seen.own.width,
    "own_concentration": lambda seen: seen.own.concentration,
    "host_offset_px": _host_feature(lambda seen, host: seen.distance(host)),
    "host_mag": _host_feature(lambda _, host: host.mag),
    "host_width": _host_feature(lambda _, host: host.width),
    "nearest_px": _nearest_feature(lambda seen, near: seen.distance(near)),
    "nearest_mag": _nearest_feature(lambda _, near: near.mag),
    "sources": lambda seen: float(len(seen.others)),
    "extended_sources": lambda seen: float(sum(other.is_extended for other in seen.others)),
    "motion_px_per_year": lambda seen: seen.motion[0],
    "motion_snr": lambda seen: seen.motion[1],
    "shift_px": lambda seen: seen.shift[0],
    "shift_snr": lambda seen: seen.shift[1],
}
"""Host and field of an object by name; magnitudes are instrumental unless the survey states zero
points, and NaN stands for what is not there to be measured."""


def context_features(
    parts: Sequence[BandMeasurement], days: Float[np.ndarray, " epoch"], counts: Iterable[int]
) -> Float[np.ndarray, "count feature"]:
    """Describe where an object lies, as was known after each of some numbers of epochs.

    Parameters
    ----------
    parts : sequence of Measured
        A sequence measured on its science images, causally (`photometry.lightcurves.measure`).
        The band with most epochs so far is used.
    days : array (epoch,)
        Time of each epoch of the sequence.
    counts : iterable of int
        Numbers of epochs, 1 at least.

    Returns
    -------
    array (count, feature)
        In the order of `CONTEXT`.
    """
    bands = [_Band.from_part(part, days) for part in parts]
    rows = []
    for count in counts:
        surroundings = max(bands, key=lambda band: band.length(count)).surroundings(count)
        unknown = dict.fromkeys(CONTEXT, np.nan)
        values = (
            {name: ask(surroundings) for name, ask in CONTEXT.items()} if surroundings else unknown
        )
        rows.append(list(values.values()))
    return np.array(rows, np.float64).reshape(-1, len(CONTEXT))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Band:
    """What the epochs of one band show, each for itself, and each stack of them."""

    part: BandMeasurement
    places: Places
    placed: Int[np.ndarray, " place"]
    stacks: tuple[tuple[Source, tuple[Source, ...]], ...]

    @classmethod
    def from_part(cls, part: BandMeasurement, days: Float[np.ndarray, " epoch"]) -> "_Band":
        places, placed = _places(part, days)
        stacks = tuple(_sources(part, known) for known in part.calibration.references)
        return cls(part=part, places=places, placed=placed, stacks=stacks)

    def length(self, count: int) -> int:
        """Return how many of the first epochs of the sequence are in this band."""
        return int((self.part.epochs < count).sum())

    def surroundings(self, count: int) -> Surroundings | None:
        """Return what was known after so many epochs of the sequence, None if none was usable."""
        own_count = self.length(count)
        known = [
            stack
            for stack, reference in zip(self.stacks, self.part.calibration.references, strict=True)
            if (reference.serves < own_count).any()
        ]
        if not known:
            return None
        own, others = known[-1]
        return Surroundings(own=own, others=others, places=self.places.take(self.placed < count))


def _places(
    part: BandMeasurement, days: Float[np.ndarray, " epoch"]
) -> tuple[Places, Int[np.ndarray, " place"]]:
    """Return the object's position in epochs that are bright enough, and which these are."""
    own = measure_centroids(part)
    measurable = np.isfinite(own.err)
    places = Places(
        days=days[part.epochs],
        x=own.x,
        y=own.y,
        err=own.err,
        flux=own.flux / part.calibration.scale,
    )
    return places.take(measurable), part.epochs[measurable]


def _sources(part: BandMeasurement, reference: Reference) -> tuple[Source, tuple[Source, ...]]:
    """Return what lies at the centre of a stack, and the other sources in it, brightest first."""
    members = part.calibration.profile.take(reference.epochs)
    fwhm = float((members.fwhm_px * reference.share).sum())
    peaks, _ = find_peaks(
        reference.image,
        reference.seen > WELL_SEEN,
        noise=reference.noise,
        fwhm_px=fwhm,
        apart_px=APART_PX,
        least_snr=CENTROID_LEAST_SNR,
    )
    image = np.where(reference.seen > WELL_SEEN, reference.image, 0.0)
    star = _Window(image=_star(members, reference.share), sigma=WINDOW * fwhm * SIGMA_OF_FWHM)
    window = _Window(image=image, sigma=star.sigma)
    centre = np.array(image.shape) // 2
    away = np.hypot(*(peaks - centre).T)
    central = peaks[away < OWN_PX]
    noise = reference.noise * np.sqrt(np.pi) * star.sigma
    usual = star.moments(REACH_PX, REACH_PX)
    own = _source(window, usual, central[0] if len(central) else centre, noise)
    others = (_source(window, usual, peak, noise) for peak in peaks[away >= OWN_PX][:MOST])
    return own, tuple(others)


def _star(members: Profile, share: Float[np.ndarray, " member"]) -> Float[np.ndarray, "y x"]:
    """Draw what the stack makes of a star of unit flux."""
    reach = np.arange(-REACH_PX, REACH_PX + 1, dtype=np.float64)
    light = members.take((slice(None), None, None)).pixel_shares(
        reach[None, None, :], reach[None, :, None]
    )
    return np.asarray(np.tensordot(share, light, axes=1))


def _source(
    window: "_Window",
    star: tuple[float, float, float, float, float],
    peak: Int[np.ndarray, " 2"],
    noise: float,
) -> Source:
    """Measure a source; ``star`` is what a star of unit flux measures."""
    x, y, light, width, core = window.moments(int(peak[1]), int(peak[0]))
    _, _, star_light, star_width, star_core = star
    return Source(
        x=x - window.image.shape[1] // 2,
        y=y - window.image.shape[0] // 2,
        flux=light / star_light,
        width=width / star_width,
        concentration=core / star_core,
        snr=light / noise,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Window:
    """An image, and the width of the Gaussian under which its sources are measured."""

    image: Float[np.ndarray, "y x"]
    sigma: float

    def moments(self, x: float, y: float) -> tuple[float, float, float, float, float]:
        """Return place, light, r.m.s. radius along an axis, and share of light in the core.

        A source that is lost while it is centred is measured where it was looked for.
        """
        start_x, start_y = x, y
        for _ in range(ROUNDS):
            light, dx, dy = self._window_light(x, y)
            total = max(float(light.sum()), 1e-9)
            # a window as wide as the source pulls its centroid back half way
            x += 2 * float((light * dx).sum()) / total
            y += 2 * float((light * dy).sum()) / total
            if np.hypot(x - start_x, y - start_y) > OWN_PX:
                x, y = start_x, start_y
                break
        light, dx, dy = self._window_light(x, y)
        total, square = float(light.sum()), dx**2 + dy**2
        if total <= 0:
            return x, y, total, np.nan, np.nan
        width = np.sqrt(max(float((light * square).sum()) / (2 * total), 0.0))
        # half as wide a window
        core = float((light * np.exp(-3 * square / (2 * self.sigma**2))).sum()) / total
        return x, y, total, float(width), core

    def _window_light(
        self, x: float, y: float
    ) -> tuple[Float[np.ndarray, "v u"], Float[np.ndarray, "1 u"], Float[np.ndarray, "v 1"]]:
        """Return the light under the window at a place, and how far its pixels are from there."""
        left, top = (max(round(at) - REACH_PX, 0) for at in (x, y))
        cut = self.image[top : round(y) + REACH_PX + 1, left : round(x) + REACH_PX + 1]
        dx = (left + np.arange(cut.shape[1]) - float(x))[None, :]
        dy = (top + np.arange(cut.shape[0]) - float(y))[:, None]
        return cut * np.exp(-(dx**2 + dy**2) / (2 * self.sigma**2)), dx, dy
