"""Several archives read as one, with archives of their own for training, calibration and test."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Int

from taonet.data.splits import Split, check_no_overlap, groups_of
from taonet.errors import InputError
from taonet.io.archive import Archive
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

SHARED = ("survey", "taxonomy", "channels", "is_simulated")
"""What archives must share to be one experiment."""


Archives = Archive | Sequence[Archive]


def join_archives(
    train: Archives, *, calibration: Archives = (), test: Archives = ()
) -> "JoinedArchives":
    """Join the archives of a run: to train on, to calibrate predictions on, to test on.

    Raises
    ------
    InputError
        If there are some to calibrate on and none to test on, or they differ (`JoinedArchives`).
    """
    parts = {"train": train, "calibration": calibration, "test": test}
    if _as_list(calibration) and not _as_list(test):
        what, do = "archives to calibrate on, and none to test on", "give --test as well"
        raise InputError(what, where=_as_list(calibration)[0].path, do=do)
    return JoinedArchives({part: own for part, own in parts.items() if _as_list(own)})


def _as_list(archives: Archives) -> list[Archive]:
    return [archives] if isinstance(archives, Archive) else list(archives)


class JoinedArchives:
    """The objects of several archives, end to end; a single archive keeps its own digest.

    Parameters
    ----------
    parts : mapping
        One or several archives by part of a split: ``train``, and perhaps ``calibration`` and
        ``test``.

    Raises
    ------
    InputError
        If they have different classes, surveys or channels, or differ in the size of cutouts.
    """

    def __init__(self, parts: Mapping[str, Archives]) -> None:
        self.parts = {part: _as_list(own) for part, own in parts.items()}
        self.archives = list(chain.from_iterable(self.parts.values()))
        self.first = self.archives[0]
        for other in self.archives[1:]:
            for name in SHARED:
                if getattr(other, name) != getattr(self.first, name):
                    got = f"{getattr(other, name)}, not {getattr(self.first, name)}"
                    raise InputError(
                        f"another {name.removeprefix('is_')}", where=other.path, got=got
                    )
            if other.manifest["frame_shape"] != self.first.manifest["frame_shape"]:
                raise InputError("cutouts of another size", where=other.path)
        self._starts = np.cumsum([0, *(len(archive) for archive in self.archives)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, index: int) -> ImageSequence:
        which = int(np.searchsorted(self._starts, index, side="right")) - 1
        return self.archives[which][index - int(self._starts[which])]

    @cached_property
    def objects(self) -> pd.DataFrame:
        """One row an object, with the ``part`` it comes from."""
        tables = [own.objects.assign(part=part) for part, own in self.pieces]
        return pd.concat(tables, ignore_index=True)

    @property
    def pieces(self) -> list[tuple[str, Archive]]:
        """Each archive with the part that it belongs to, in order."""
        return [(part, one) for part, own in self.parts.items() for one in own]

    @property
    def by_name(self) -> dict[str, Archive]:
        """Each archive by its part, numbered from the second of a part on."""
        names = [
            part if not k else f"{part} {k + 1}"
            for part, own in self.parts.items()
            for k in range(len(own))
        ]
        return dict(zip(names, self.archives, strict=True))

    def digest_of(self, part: str) -> str:
        """A hash of everything in a part; of a single archive its own."""
        digests = [archive.digest for archive in self.parts[part]]
        return digests[0] if len(digests) == 1 else _hash(",".join(digests))

    @cached_property
    def class_names(self) -> list[str | None]:
        """The class of each object, None where unknown."""
        return list(chain.from_iterable(archive.class_names for archive in self.archives))

    @property
    def path(self) -> Path:
        """Of the first archive."""
        return self.first.path

    @property
    def survey(self) -> str:
        """The survey's short name."""
        return self.first.survey

    @property
    def is_simulated(self) -> bool:
        """True if the sequences come from a simulation."""
        return self.first.is_simulated

    @property
    def taxonomy(self) -> Taxonomy:
        """The classes of the archives."""
        return self.first.taxonomy

    @property
    def channels(self) -> tuple[str, ...]:
        """What each channel shows."""
        return self.first.channels

    @property
    def bands(self) -> tuple[str, ...]:
        """The bands present, in order of name."""
        return tuple(sorted({band for archive in self.archives for band in archive.bands}))

    @property
    def frame_px(self) -> int:
        """Shorter side of the cutouts."""
        return min(int(n) for n in self.first.manifest["frame_shape"][1:])

    @property
    def digest(self) -> str:
        """A hash of everything in the archives; of one alone its own."""
        if len(self.archives) == 1:
            return self.first.digest
        return _hash(",".join(f"{part}:{archive.digest}" for part, archive in self.pieces))

    def verify(self) -> None:
        """Read every byte and compare it with the manifests."""
        for archive in self.archives:
            archive.verify()

    def release(self) -> None:
        """Give the memory of frames that were read back to the system."""
        for archive in self.archives:
            archive.release()

    def split_by_part(self, usable: Int[np.ndarray, " object"], *, seed: int) -> Split:
        """Part the usable objects by the archive they come from.

        What shares a position, a field or pixels with an object of an earlier part is left out.
        """
        objects = self.objects.iloc[usable]
        group = groups_of(objects.reset_index(drop=True))
        first_part = objects["part"].groupby(group).transform("first").to_numpy()
        own = objects["part"].to_numpy()
        members = {
            part: tuple(objects["object_id"][(own == part) & (first_part == part)])
            for part in self.parts
        }
        for part, ids in members.items():
            if not ids:
                got = "every object shares its name, position or pixels with an earlier part"
                raise InputError("nothing is left", where=self.parts[part][0].path, got=got)
        split = Split(parts=members, seed=seed)
        check_no_overlap(split, objects)
        return split


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
