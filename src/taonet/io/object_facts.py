"""Which object something is about: name, position and true class."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@runtime_checkable
class KnownObject(Protocol):
    """Whatever states which object it is of: a sequence, a light curve, or `ObjectFacts`."""

    @property
    def object_id(self) -> str:
        """Its name."""

    @property
    def ra(self) -> float:
        """Right ascension in degrees, NaN where unknown."""

    @property
    def dec(self) -> float:
        """Declination in degrees, NaN where unknown."""

    @property
    def class_name(self) -> str | None:
        """The true class, None where unknown."""


@dataclass(frozen=True, kw_only=True)
class ObjectFacts:
    """Name, place and true class of an object: what a row repeats of it."""

    object_id: str
    ra: float
    dec: float
    class_name: str | None

    @classmethod
    def of(cls, known: KnownObject) -> "ObjectFacts":
        """Take them from a sequence or a light curve, which can then be let go."""
        return cls(
            object_id=known.object_id, ra=known.ra, dec=known.dec, class_name=known.class_name
        )
