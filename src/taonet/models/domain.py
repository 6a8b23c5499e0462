"""The domain of a model: what the sequences were like that it learnt from.

Beyond it a model answers all the same, and nothing says that it is right there.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from taonet.errors import InputError
from taonet.settings import settings_of

DOMAIN: Final = "domain"
"""The key of the facts of a bundle under which it states its domain."""

OLD_PIXEL_SCALE: Final = "pixel_arcsec"
"""What bundles called the side of a pixel before they stated a domain."""

Range = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Domain:
    """What a model was taught on; None, or nothing, where that is not known.

    Ranges hold the middle 98 % of the objects.

    Parameters
    ----------
    bands : tuple of str
    pixel_scale_arcsec : float or None
        Side of a pixel on the sky.
    depth_mag : (float, float) or None
        AB magnitude of a point source at five times the noise of a frame, the median of an object.
    zero_points : float or None
        Share of the epochs whose zero point was stated.
    n_epochs : (float, float) or None
        Epochs read of an object.
    span_days : (float, float) or None
        From the first of them to the last.
    mjd : (float, float) or None
        Of the first and the last epoch of all.
    mjd_max : float or None
        Epochs at or after this time are not read.
    frame_px : int or None
        Side of the cutouts.
    channels : tuple of str
        What they show.
    """

    bands: tuple[str, ...] = ()
    pixel_scale_arcsec: float | None = None
    depth_mag: Range | None = None
    zero_points: float | None = None
    n_epochs: Range | None = None
    span_days: Range | None = None
    mjd: Range | None = None
    mjd_max: float | None = None
    frame_px: int | None = None
    channels: tuple[str, ...] = ()

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any], **known: Any) -> "Domain":
        """Return what the facts of a bundle state, and what else is known.

        Parameters
        ----------
        facts : mapping
            Of a bundle of any version; what a newer one adds is passed over.
        **known
            Parameters that the bundle states elsewhere; they win.

        Raises
        ------
        TaoNetError
            If a value is of another type.

        Examples
        --------
        >>> Domain.from_facts({"pixel_arcsec": 0.27}, frame_px=21).pixel_scale_arcsec
        0.27
        """
        stated = facts.get(DOMAIN) or {"pixel_scale_arcsec": facts.get(OLD_PIXEL_SCALE)}
        if not isinstance(stated, Mapping):
            raise InputError("no domain", where=f"facts.{DOMAIN}", got=repr(stated))
        names = {one.name for one in fields(cls)}
        values = {name: value for name, value in stated.items() if name in names}
        return settings_of({**values, **known}, cls, where=f"facts.{DOMAIN}", as_stored=True)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @property
    def in_words(self) -> dict[str, str]:
        """What is known, by what it is about.

        Examples
        --------
        >>> Domain(pixel_scale_arcsec=0.27, n_epochs=(23, 30), mjd_max=57081.0).in_words
        {'side of a pixel': '0.27 arcsec', 'epochs': '23 to 30 before MJD 57081'}
        """
        scale, share = self.pixel_scale_arcsec, self.zero_points
        words = {
            "bands": " ".join(self.bands),
            "side of a pixel": "" if scale is None else f"{scale:g} arcsec",
            "depth": range_words(self.depth_mag, "AB mag at 5 sigma", digits=1),
            "zero points": "" if share is None else f"stated for {share:.0%} of the epochs",
            "epochs": self._epochs,
            "cutouts": self._cutouts,
        }
        return {name: text for name, text in words.items() if text}

    @property
    def _epochs(self) -> str:
        parts = [range_words(self.n_epochs)]
        if self.span_days is not None:
            parts.append(f"over {range_words(self.span_days, 'days', digits=1)}")
        if self.mjd is not None:
            parts.append(f"from MJD {self.mjd[0]:.0f} to {self.mjd[1]:.0f}")
        if self.mjd_max is not None:
            parts.append(f"before MJD {self.mjd_max:g}")
        return " ".join(filter(None, parts))

    @property
    def _cutouts(self) -> str:
        size = "" if self.frame_px is None else f"{self.frame_px} × {self.frame_px} pixels"
        return ", ".join(filter(None, [size, " ".join(self.channels)]))

    def __str__(self) -> str:
        return "; ".join(f"{name}: {text}" for name, text in self.in_words.items())


def range_words(ends: Range | None, unit: str = "", *, digits: int = 0) -> str:
    """Return a range in words, one number where both ends are; empty where it is unknown.

    Examples
    --------
    >>> range_words((23.0, 30.0), "days")
    '23 to 30 days'
    """
    if ends is None:
        return ""
    numbers = dict.fromkeys(f"{end:.{digits}f}" for end in ends)
    return f"{' to '.join(numbers)} {unit}".strip()
