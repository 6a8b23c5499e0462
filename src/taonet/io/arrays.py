"""Sequences in numpy's npz files, padded to one length.

``stamps (object, epoch, [channel,] y, x)``, ``mjd (object, epoch)``, ``n_epochs (object,)``,
``object_id (object,)``; optional ``label``, ``ra``, ``dec`` (object,) and ``band`` (object, epoch).
"""

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from taonet.errors import InputError
from taonet.sky.sequence import ImageSequence

CHANNELS = {1: ("science",), 3: ("science", "template", "difference")}


def read_arrays(path: Path) -> Iterator[tuple[str, ImageSequence | InputError]]:
    """Yield each object's id with its sequence, or with the reason why it cannot be read.

    Raises
    ------
    InputError
        If the file itself is not of this kind.
    """
    arrays = _load(path)
    stamps = arrays["stamps"]
    for i, object_id in enumerate(arrays["object_id"].astype(str).tolist()):
        try:
            yield object_id, _sequence(arrays, stamps[i], i, object_id)
        except InputError as error:
            yield object_id, error


def count_arrays(path: Path) -> int:
    """Return the number of objects in a file."""
    return len(_load(path)["object_id"])


def _sequence(
    arrays: Mapping[str, Shaped[np.ndarray, "..."]],
    stamps: Shaped[np.ndarray, "epoch ..."],
    i: int,
    object_id: str,
) -> ImageSequence:
    if not object_id.strip():
        raise InputError("an object without a name", where=f"row {i}")
    n = int(arrays["n_epochs"][i])
    if not 0 < n <= len(stamps):
        raise InputError("no frames" if n <= 0 else "n_epochs is too large", where=object_id, got=n)
    frames = stamps[:n] if stamps.ndim == 4 else stamps[:n, None]
    if np.issubdtype(frames.dtype, np.floating) and not np.isfinite(frames).any():
        raise InputError("every pixel is NaN", where=object_id)
    label = str(arrays["label"][i]) if "label" in arrays else ""
    return ImageSequence.from_frames(
        object_id,
        frames,
        arrays["mjd"][i, :n].astype(np.float64),
        band=arrays["band"][i, :n].astype(str).tolist() if "band" in arrays else (),
        ra=float(arrays["ra"][i]) if "ra" in arrays else float("nan"),
        dec=float(arrays["dec"][i]) if "dec" in arrays else float("nan"),
        class_name=label or None,
        raw_label=label,
        channels=CHANNELS.get(frames.shape[1], tuple(f"c{k}" for k in range(frames.shape[1]))),
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
    for name in ("stamps", "mjd", "n_epochs", "ra", "dec"):
        if name in arrays and not _is_real(arrays[name]):
            raise InputError(f"{name} are not real numbers", where=path, got=arrays[name].dtype)
    whole = arrays["n_epochs"]
    if not (np.isfinite(whole).all() and (whole == np.floor(whole)).all()):
        raise InputError("n_epochs are not whole numbers", where=path)
    shapes = {"mjd": stamps.shape[:2], "band": stamps.shape[:2]}
    for name in ("mjd", "n_epochs", "object_id", "label", "ra", "dec", "band"):
        expected = shapes.get(name, stamps.shape[:1])
        if name in arrays and arrays[name].shape != expected:
            raise InputError(
                f"{name} has the wrong shape",
                where=path,
                got=f"{arrays[name].shape}, not {expected}",
            )


def _is_real(values: Shaped[np.ndarray, "..."]) -> bool:
    return np.issubdtype(values.dtype, np.integer) or np.issubdtype(values.dtype, np.floating)
