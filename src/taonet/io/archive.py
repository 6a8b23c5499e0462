"""The archive: sequences packed for fast random access, written as a stream.

A folder: ``manifest.json``; ``frames.npy``, all frames end to end in the survey's own dtype;
``epochs.parquet``, one row a frame; ``objects.parquet``, one row an object, its frames being
``offset … offset + n_epochs``; ``set_aside.jsonl``, what could not be read, with the reason.
"""

import hashlib
import json
import mmap
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final, overload

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Int, Shaped

from taonet.errors import InputError, MissingError
from taonet.io.paths import path_of
from taonet.markup import LINE, facts_html, shorten
from taonet.sky.pixel_scale import known_scale, survey_scale
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy
from taonet.types import AnyPath

FORMAT: Final = "taonet-archive"
VERSION: Final = 1

UNKNOWN: Final = "unknown"
"""In place of a class, where objects are counted by it."""

NOT_STATED: Final = "not stated"
"""In place of a scale that is not known."""

MANIFEST: Final = {
    "version": int,
    "survey": str,
    "simulated": bool,
    "taxonomy": dict,
    "frame_shape": list,
    "dtype": str,
    "channels": list,
    "objects": int,
    "frames": int,
    "sha256": dict,
}
"""What a manifest holds at least, with its kinds."""

EPOCHS: Final = pa.schema(
    [
        ("mjd", pa.float64()),
        ("mjd_raw", pa.float64()),
        ("band", pa.string()),
        ("seeing_fwhm_px", pa.float64()),
        ("zero_point_mag", pa.float64()),
        ("quality", pa.int32()),
        ("exposure_id", pa.string()),
    ]
)
OBJECTS: Final = pa.schema(
    [
        ("object_id", pa.string()),
        ("class_name", pa.string()),
        ("raw_label", pa.string()),
        ("ra", pa.float64()),
        ("dec", pa.float64()),
        ("field_id", pa.string()),
        ("survey_field", pa.string()),
        ("offset", pa.int64()),
        ("n_epochs", pa.int64()),
        ("mjd_first", pa.float64()),
        ("mjd_last", pa.float64()),
        ("content", pa.string()),
        ("source", pa.string()),
    ]
)

PIXEL_SCALE: Final = "pixel_scale_arcsec"
"""Side of a pixel of an object's cutouts: in the manifest where all have one (null where it is
unknown), else a column of the objects."""


def sha256_of(path: AnyPath) -> str:
    """Return the hash of a file, read in pieces."""
    path = Path(path)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Archive:
    """A finished archive, opened for reading; frames stay on disk until they are used.

    ``archive[3]``, ``archive["name"]`` and iteration give sequences; ``archive.objects`` is a table
    of the objects, ``archive.path`` the folder.

    Parameters
    ----------
    path : str or Path
        The archive's folder.

    Raises
    ------
    InputError
        If it is no archive, of a newer version, or not what its manifest claims. The hash of
        the frames, which means reading all of them, is left to `verify`.
    """

    def __init__(self, path: AnyPath) -> None:
        self.path = path = path_of(path, what="the folder of an archive")
        self.manifest = _read_manifest(path)
        for name in ("objects.parquet", "epochs.parquet"):
            _check_hash(path, name, self.manifest)
        self._frames = _map_frames(path, self.manifest)
        self._epochs = pq.read_table(path / "epochs.parquet").combine_chunks()
        self.objects: pd.DataFrame = pq.read_table(path / "objects.parquet").to_pandas()
        if PIXEL_SCALE not in self.objects:
            self.objects[PIXEL_SCALE] = _shared_pixel_scale(path, self.manifest)
        counts = (len(self._frames), self._epochs.num_rows, int(self.objects["n_epochs"].sum()))
        if len(set(counts)) != 1:
            raise InputError("frames, epochs and objects disagree", where=path, got=counts)
        self._spans = self.objects[["offset", "n_epochs"]].to_numpy()
        self._rows: list[dict[str, Any]] = self.objects.to_dict("records")

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[ImageSequence]:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        _, height, width = self.manifest["frame_shape"]
        simulated = " simulated" if self.is_simulated else ""
        size = f"{len(self):,}{simulated} objects, {len(self._frames):,} frames"
        text = f"{size} of {height} × {width} px; {' '.join(self.class_counts)}"
        return shorten(f"<Archive {self.path.name}: {text}>", LINE)

    def _repr_html_(self) -> str:
        _, height, width = self.manifest["frame_shape"]
        facts = {
            "survey": self.survey + (" (simulated)" if self.is_simulated else ""),
            "objects": f"{len(self):,}",
            "frames": f"{len(self._frames):,} of {height} × {width} px, {' '.join(self.channels)}",
            "side of a pixel in arcsec": self.pixel_scales,
            "bands": " ".join(filter(None, self.bands)) or "not named",
            "classes": ", ".join(f"{name} {n:,}" for name, n in self.class_counts.items()),
            "folder": self.path,
        }
        return facts_html(f"Archive {self.path.name}", facts)

    @overload
    def __getitem__(self, key: int | str) -> ImageSequence: ...
    @overload
    def __getitem__(self, key: slice) -> list[ImageSequence]: ...
    def __getitem__(self, key: int | str | slice) -> ImageSequence | list[ImageSequence]:
        """Return a sequence by its number or by the name of its object, or several by a slice.

        Raises
        ------
        MissingError
            If there is no object of the name.
        """
        if isinstance(key, slice):
            return [self[index] for index in range(*key.indices(len(self)))]
        index = self._index_of(key) if isinstance(key, str) else key
        offset, n_epochs = (int(v) for v in self._spans[index])
        row = self._rows[index]
        columns = self._epochs.slice(offset, n_epochs)
        return ImageSequence(
            object_id=row["object_id"],
            frames=self._frames[offset : offset + n_epochs],
            mjd=columns["mjd"].to_numpy(),
            mjd_raw=columns["mjd_raw"].to_numpy(),
            band=tuple(columns["band"].to_pylist()),
            seeing_fwhm_px=columns["seeing_fwhm_px"].to_numpy(),
            zero_point_mag=columns["zero_point_mag"].to_numpy(),
            quality=columns["quality"].to_numpy(),
            exposure_id=tuple(columns["exposure_id"].to_pylist()),
            ra=row["ra"],
            dec=row["dec"],
            class_name=self.class_names[index],
            raw_label=row["raw_label"],
            field_id=row["field_id"],
            survey_field=row["survey_field"],
            channels=tuple(self.manifest["channels"]),
            pixel_scale_arcsec=float(row[PIXEL_SCALE]),
        )

    def _index_of(self, object_id: str) -> int:
        if object_id not in self._index:
            do = f"its objects have names like {next(iter(self._index), '')!r}"
            raise MissingError("no object of this name", where=self.path, got=object_id, do=do)
        return self._index[object_id]

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.objects["object_id"])}

    @cached_property
    def class_counts(self) -> dict[str, int]:
        """Number of objects of each class, in the order of the taxonomy; "unknown" comes last."""
        counts = Counter(name or UNKNOWN for name in self.class_names)
        names = (*self.taxonomy.classes, *sorted(counts), UNKNOWN)
        return {name: counts[name] for name in dict.fromkeys(names) if counts[name]}

    @cached_property
    def class_names(self) -> list[str | None]:
        """The class of each object, None where unknown."""
        return [None if pd.isna(row["class_name"]) else row["class_name"] for row in self._rows]

    @property
    def survey(self) -> str:
        """The survey's short name."""
        return str(self.manifest["survey"])

    @property
    def is_simulated(self) -> bool:
        """True if the sequences come from a simulation."""
        return bool(self.manifest["simulated"])

    @property
    def taxonomy(self) -> Taxonomy:
        """The classes of this archive."""
        stated = self.manifest["taxonomy"]
        return Taxonomy(name=stated["name"], classes=tuple(stated["classes"]))

    @property
    def channels(self) -> tuple[str, ...]:
        """What each channel shows."""
        return tuple(self.manifest["channels"])

    @property
    def bands(self) -> tuple[str, ...]:
        """The bands present, in order of name."""
        return tuple(sorted(set(self._epochs["band"].unique().to_pylist())))

    @property
    def pixel_scales(self) -> str:
        """The sides of pixels in arcsec, in words: ``0.27``, ``0.262 to 0.264``, ``not stated``."""
        scales = self.objects[PIXEL_SCALE]
        known, missing = scales.dropna(), int(scales.isna().sum())
        if known.empty:
            return NOT_STATED
        ends = dict.fromkeys((f"{known.min():g}", f"{known.max():g}"))
        rest = f", {NOT_STATED} for {missing} objects" if missing else ""
        return " to ".join(ends) + rest

    @property
    def quality(self) -> Int[np.ndarray, " frame"]:
        """Quality bits of every frame, end to end."""
        return np.asarray(self._epochs["quality"])

    @property
    def digest(self) -> str:
        """A hash of everything in the archive, from the hashes of its parts."""
        parts = json.dumps(self.manifest["sha256"], sort_keys=True)
        return hashlib.sha256(parts.encode()).hexdigest()

    def release(self) -> None:
        """Give the memory of frames that were read back to the system; reading them again is fine.

        A map of a file counts as memory of the process as far as it was read, which for a stream
        through a large archive is all of it.
        """
        if isinstance(self._frames, np.memmap) and sys.platform != "win32":
            self._frames._mmap.madvise(mmap.MADV_DONTNEED)  # type: ignore[attr-defined]

    def verify(self) -> None:
        """Read every byte and compare it with the manifest.

        Raises
        ------
        InputError
            If the frames are not those that were written.
        """
        _check_hash(self.path, "frames.npy", self.manifest)


def is_archive(path: AnyPath) -> bool:
    """Return True if a path looks like an archive."""
    path = Path(path)
    return (path / "manifest.json").is_file() and (path / "frames.npy").is_file()


def _read_manifest(path: Path) -> dict[str, Any]:
    file = path / "manifest.json"
    if not file.is_file():
        raise _missing_archive_error(path)
    try:
        manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("the manifest cannot be read", where=file, got=error) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise InputError("not an archive", where=path, got="a manifest of something else")
    if isinstance(manifest.get("version"), int) and manifest["version"] > VERSION:
        raise InputError(
            "written by a newer version of taonet",
            where=path,
            got=f"archive version {manifest['version']}, this taonet reads up to {VERSION}",
            do="upgrade taonet",
        )
    for key, kind in MANIFEST.items():
        if not isinstance(manifest.get(key), kind):
            got = f"{key} {manifest[key]!r}" if key in manifest else f"no {key}"
            raise InputError("the manifest is damaged", where=file, got=got, do="ingest it again")
    return manifest


def _shared_pixel_scale(path: Path, manifest: Mapping[str, Any]) -> float:
    """Return the scale of all objects; of an archive from before it was noted that of its survey.

    Raises
    ------
    InputError
        If it is no number.
    """
    if PIXEL_SCALE not in manifest:
        return survey_scale(manifest["survey"])
    stated = manifest[PIXEL_SCALE]
    if stated is not None and (isinstance(stated, bool) or not isinstance(stated, int | float)):
        got = f"{PIXEL_SCALE} {stated!r}"
        raise InputError("the manifest is damaged", where=path, got=got, do="ingest it again")
    return known_scale(stated)


def _missing_archive_error(path: Path) -> InputError:
    """Return the error about a path where there is no archive."""
    if not path.exists():
        return InputError("no such archive", where=path)
    if path.is_file():
        do = "pack what is in it with `taonet ingest` first"
        return InputError("a file, not an archive", where=path, do=do)
    if path.name.endswith(".part"):
        do = "run the same ingest again to finish it"
        return InputError("an archive that is not finished", where=path, do=do)
    for mark, what in (("run.json", "a run"), ("config.json", "a bundle")):
        if (path / mark).is_file():
            return InputError(f"{what}, not an archive", where=path)
    do = "make one with `taonet ingest`"
    return InputError("not an archive: it has no manifest.json", where=path, do=do)


def _check_hash(path: Path, name: str, manifest: Mapping[str, Any]) -> None:
    file = path / name
    if not file.is_file():
        raise InputError("a part of the archive is missing", where=file)
    if sha256_of(file) != manifest["sha256"][name]:
        raise InputError("not what was written (hash differs)", where=file, do="ingest it again")


def _map_frames(path: Path, manifest: Mapping[str, Any]) -> Shaped[np.ndarray, "frame channel y x"]:
    file = path / "frames.npy"
    shape = (manifest["frames"], *manifest["frame_shape"])
    try:
        frames = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError("truncated or damaged", where=file, got=error) from error
    if frames.shape != shape or frames.dtype.str != manifest["dtype"]:
        raise InputError("not what its manifest claims", where=file, got=frames.shape)
    return np.asanyarray(frames)
