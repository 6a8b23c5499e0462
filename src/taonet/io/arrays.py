"""Sequences in numpy's npz files, padded to one length.

``stamps (object, epoch, [channel,] y, x)``, ``mjd (object, epoch)``, ``n_epochs (object,)``,
``object_id (object,)``; optional ``label`` or ``class_name``, ``ra``, ``dec`` (object,) and
``band``, ``exposure_id``, ``seeing_fwhm_px``, ``zero_point_mag`` (object, epoch).
"""

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from taonet.errors import InputError
from taonet.io.items import ItemResult, SequenceSource, signature_of
from taonet.io.kinds.arrays import ARRAYS
from taonet.io.rejection import Rejection
from taonet.sky.sequence import ImageSequence, check_mjd
from taonet.types import AnyPath

CHANNELS = {1: ("science",), 3: ("science", "template", "difference")}
MOST_CHANNELS = 4
"""A last axis as short as this, behind two longer ones, is that of the channels."""

LABELS = ("label", "class_name")
PER_OBJECT = ("n_epochs", "object_id", *LABELS, "ra", "dec")
EPOCH_TEXTS = ("band", "exposure_id")
EPOCH_NUMBERS = ("seeing_fwhm_px", "zero_point_mag")
PER_EPOCH = ("mjd", *EPOCH_TEXTS, *EPOCH_NUMBERS)

Arrays = Mapping[str, Shaped[np.ndarray, "..."]]


def arrays_source(path: AnyPath, *, survey: str) -> SequenceSource:
    """Return the objects of one npz file as a source.

    Raises
    ------
    InputError
        If the file is not of this kind.
    """

    path = Path(path)

    def read(done: frozenset[str]) -> Iterator[ItemResult]:
        return (result for result in read_arrays(path) if result.item not in done)

    return SequenceSource(
        kind=ARRAYS.name,
        survey=survey,
        signature=signature_of([path]),
        count=count_arrays(path),
        read=read,
        remarks=tuple(f"array {name!r} in {path} is not used" for name in unused_arrays(path)),
    )


def read_arrays(path: AnyPath) -> Iterator[ItemResult]:
    """Yield each object; epochs without a time are set aside.

    Stamps with the channels last, (object, epoch, y, x, channel), are read as what they are.

    Raises
    ------
    InputError
        If the file itself is not of this kind.
    """
    path = Path(path)
    arrays, remarks = _move_channels_first(_load(path), path)
    names = _texts(arrays["object_id"], "object_id", path)
    labels = _labels(arrays, path)
    seen: set[str] = set()
    for i, name in enumerate(names):
        item = name or f"row {i}"
        try:
            if item in seen:
                raise InputError("an object of this name is there already", where=item)
            seen.add(item)
            sequence, parts = _sequence(arrays, i, name, labels[i])
            yield ItemResult(item=item, sequence=sequence, parts=parts, remarks=remarks)
        except InputError as error:
            yield ItemResult(item=item, rejection=Rejection.from_error(item, error))


def count_arrays(path: AnyPath) -> int:
    """Return the number of objects in a file."""
    path = Path(path)
    return len(_load(path)["object_id"])


def unused_arrays(path: AnyPath) -> tuple[str, ...]:
    """Return the names of arrays in an npz file that nothing is known about."""
    path = Path(path)
    known = {"stamps", *PER_OBJECT, *PER_EPOCH}
    with zipfile.ZipFile(path) as file:
        names = [name.removesuffix(".npy") for name in file.namelist()]
    return tuple(name for name in names if name not in known)


def _sequence(
    arrays: Arrays, i: int, object_id: str, label: str
) -> tuple[ImageSequence, tuple[Rejection, ...]]:
    if not object_id:
        raise InputError("an object without a name", where=f"row {i}")
    frames = arrays["stamps"][i]
    n = int(arrays["n_epochs"][i])
    if not 0 < n <= len(frames):
        raise InputError("no frames" if n <= 0 else "n_epochs is too large", where=object_id, got=n)
    times = arrays["mjd"][i, :n].astype(np.float64)
    usable, parts = _with_times(times, object_id)
    frames = frames[usable] if frames.ndim == 4 else frames[usable][:, None]
    if frames.dtype.kind == "f" and not np.isfinite(frames).any():
        raise InputError("every pixel is NaN", where=object_id)
    columns: dict[str, Any] = {
        name: _texts(arrays[name][i][usable], name, object_id)
        for name in EPOCH_TEXTS
        if name in arrays
    }
    columns |= {
        name: arrays[name][i][usable].astype(np.float64) for name in EPOCH_NUMBERS if name in arrays
    }
    n_channels = frames.shape[1]
    sequence = ImageSequence.from_frames(
        object_id,
        frames,
        times[usable],
        **columns,
        ra=float(arrays["ra"][i]) if "ra" in arrays else float("nan"),
        dec=float(arrays["dec"][i]) if "dec" in arrays else float("nan"),
        class_name=label or None,
        raw_label=label,
        channels=CHANNELS.get(n_channels, tuple(f"c{k}" for k in range(n_channels))),
    )
    return sequence, parts


def _with_times(
    times: Shaped[np.ndarray, " epoch"], object_id: str
) -> tuple[Shaped[np.ndarray, " kept"], tuple[Rejection, ...]]:
    """Return the epochs whose time is one, and what is wrong with the others."""
    usable, parts = [], []
    for k in range(len(times)):
        where = f"{object_id}, epoch {k}"
        try:
            if times[k] <= 0:
                raise InputError("a time is not known", where=where, got=times[k])
            check_mjd(times[k : k + 1], where=where)
            usable.append(k)
        except InputError as error:
            parts.append(Rejection.from_error(object_id, error, part=True))
            last = error
    if not usable:
        raise last
    return np.array(usable), tuple(parts)


def _labels(arrays: Arrays, path: Path) -> list[str]:
    labels = [_texts(arrays[name], name, path) for name in LABELS if name in arrays]
    if len(labels) == 2 and labels[0] != labels[1]:
        raise InputError("label and class_name disagree", where=path, do="leave one of them out")
    return labels[0] if labels else [""] * len(arrays["object_id"])


def _texts(values: Shaped[np.ndarray, " n"], name: str, where: object) -> list[str]:
    """Return names as text; those that were numbers once as whole numbers.

    Raises
    ------
    InputError
        If they are floats too large to be distinct.
    """
    if values.dtype.kind == "S":
        return [_decode_text(value).strip() for value in values.tolist()]
    if values.dtype.kind != "f":
        return [str(value).strip() for value in values.tolist()]
    exact = 2.0 ** (np.finfo(values.dtype).nmant + 1)
    large = np.abs(values) >= exact
    if large.any():
        raise InputError(
            f"{name} are floats, which have lost digits",
            where=where,
            got=f"{values[large][0]:.0f}",
            do="write them as text or as integers",
        )
    return [_number_text(value) for value in values.tolist()]


def _decode_text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _number_text(value: float) -> str:
    if np.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() else str(value)


def _move_channels_first(arrays: Arrays, path: Path) -> tuple[Arrays, tuple[str, ...]]:
    stamps = arrays["stamps"]
    height, width = stamps.shape[-2:]
    if min(height, width) > MOST_CHANNELS or max(height, width) <= MOST_CHANNELS:
        return arrays, ()
    if stamps.ndim == 5 and stamps.shape[2] == height:
        turned = {**arrays, "stamps": np.moveaxis(stamps, -1, 2)}
        return turned, ("stamps have their channels last; they were put first",)
    raise InputError(
        "stamps do not look like images",
        where=path,
        got=f"{height} × {width} pixels, of {stamps.shape}",
        do="put the axes in the order (object, epoch, [channel,] y, x)",
    )


def _load(path: Path) -> dict[str, Shaped[np.ndarray, "..."]]:
    if not path.is_file():
        raise InputError("a folder, not a file" if path.is_dir() else "no such file", where=path)
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream):
            pass  # an .npy under this name is no archive of arrays
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError, AttributeError) as error:
        raise InputError(
            "not an npz file of plain arrays", where=path, got=error, do="write it with np.savez"
        ) from error
    _check(arrays, path)
    return arrays


def _check(arrays: Mapping[str, Shaped[np.ndarray, "..."]], path: Path) -> None:
    missing = [n for n in ("stamps", "mjd", "n_epochs", "object_id") if n not in arrays]
    if missing:
        raise InputError(
            f"arrays are missing: {', '.join(missing)}",
            where=path,
            got=", ".join(arrays),
            do="it needs stamps (object, epoch, [channel,] y, x), mjd, n_epochs and object_id",
        )
    stamps = arrays["stamps"]
    if stamps.ndim not in (4, 5):
        raise InputError(
            "stamps must be (object, epoch, [channel,] y, x)", where=path, got=stamps.shape
        )
    for name in ("stamps", "mjd", "n_epochs", "ra", "dec", *EPOCH_NUMBERS):
        if name in arrays and not _is_real(arrays[name]):
            raise InputError(f"{name} are not real numbers", where=path, got=arrays[name].dtype)
    counts = arrays["n_epochs"]
    if not (np.isfinite(counts).all() and (counts == np.floor(counts)).all()):
        raise InputError("n_epochs are not whole numbers", where=path)
    for name in (*PER_OBJECT, *PER_EPOCH):
        expected = stamps.shape[:2] if name in PER_EPOCH else stamps.shape[:1]
        if name in arrays and arrays[name].shape != expected:
            raise InputError(
                f"{name} has the wrong shape",
                where=path,
                got=f"{arrays[name].shape}, not {expected}, for stamps {stamps.shape}",
                do="stamps are (object, epoch, [channel,] y, x)",
            )


def _is_real(values: Shaped[np.ndarray, "..."]) -> bool:
    return np.issubdtype(values.dtype, np.integer) or np.issubdtype(values.dtype, np.floating)
