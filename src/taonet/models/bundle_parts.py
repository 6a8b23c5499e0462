"""What a network's bundle states it holds, checked part by part before anything is built on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from taonet.data.reading import Reading
from taonet.errors import InputError, TaoNetError
from taonet.models.bundle_folder import HEAD
from taonet.models.encoder_folder import StoredEncoder
from taonet.models.network_config import TaoNetConfig
from taonet.settings import settings_of
from taonet.sky.taxonomy import Taxonomy
from taonet.trust.trust import Temperature, Thresholds
from taonet.types import Count, Natural

MOST_TURNS: Final = 8
"""Turns and flips there are of a square."""


@dataclass(frozen=True, kw_only=True)
class StoredTrust:
    """What a configuration holds of a `taonet.trust.trust.Trust`.

    Parameters
    ----------
    temperature, thresholds, objects
        As there.
    typicality_sha256, frame_typicality_sha256 : str, optional
        Hashes of the files of the rest, where there are any.
    """

    temperature: Temperature
    thresholds: Thresholds | None
    objects: Count
    typicality_sha256: str | None = None
    frame_typicality_sha256: str | None = None


@dataclass(frozen=True, kw_only=True)
class BundleParts:
    """What is in the configuration of a network's bundle.

    Parameters
    ----------
    name, architecture, taxonomy, reading, frame_px, trust, facts
        As in `taonet.models.bundle.Bundle`.
    weights_sha256 : str
    """

    name: str
    architecture: TaoNetConfig
    taxonomy: Taxonomy
    reading: Reading
    frame_px: Natural
    weights_sha256: str
    facts: dict[str, Any]
    trust: StoredTrust | None = None
    encoder: StoredEncoder | None = None

    def __post_init__(self) -> None:
        for what, (stated, expected) in self._pairs().items():
            if stated != expected:
                raise InputError(f"{what} do not match", got=f"{stated} and {expected}")
        if self.frame_px < self.smallest_px:
            got = f"{self.frame_px} pixels, of which {self.smallest_px} are read"
            raise InputError("frame_px is smaller than what is read", got=got)
        if self.reading.deep_px and not (self.reading.measured or self.reading.encoded):
            what, got = "running means need what is measured", "neither measured nor encoded"
            raise InputError(what, got=got)
        turns = self.facts.get("turns", 1)
        if type(turns) is not int or not 1 <= turns <= MOST_TURNS:
            raise InputError(f"facts.turns is not from 1 to {MOST_TURNS}", got=repr(turns))

    @property
    def smallest_px(self) -> int:
        """Side of the largest part of a cutout that is read."""
        network = self.architecture
        aperture = network.aperture_px if network.apertures else 0
        return max(self.reading.scaling.crop_px, aperture, *network.zooms, *network.deep_zooms, 0)

    def _pairs(self) -> dict[str, tuple[object, object]]:
        """Return what is stated in two places, by name."""
        network, reading = self.architecture, self.reading
        pairs: dict[str, tuple[object, object]] = {
            "classes of network and taxonomy": (network.classes, len(self.taxonomy.classes)),
            "channels of network and reading": (network.channels, len(reading.channels)),
            "bands of network and reading": (network.bands, max(1, len(reading.bands))),
            "measured of network and reading": (network.measured, reading.measured),
            "encoded of network and reading": (network.encoded, reading.encoded),
            "encoder of bundle and reading": (self.encoder is not None, reading.encoded),
            "frames of network and reading": (
                bool(network.zooms or network.apertures),
                reading.frames,
            ),
            "deep zooms of network and reading": (
                max(network.deep_zooms, default=0),
                reading.deep_px,
            ),
        }
        if self.trust is not None and self.trust.thresholds is not None:
            sets = self.trust.thresholds.classes
            pairs["classes of thresholds and taxonomy"] = (sets, self.taxonomy.classes)
        return pairs


def bundle_parts(config: Mapping[str, Any], where: Path) -> BundleParts:
    """Return the contents of a configuration, checked.

    Raises
    ------
    InputError
        If something is missing, unknown, of another type, or contradicts the rest.
    """
    try:
        parts = {key: value for key, value in config.items() if key not in HEAD}
        return settings_of(parts, BundleParts, where="config.json", as_stored=True)
    except TaoNetError as error:
        do = "get the bundle again, or write it with taonet"
        raise InputError("the bundle is damaged", where=where, got=error, do=do) from error
