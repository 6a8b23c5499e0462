"""Frames whose truth is known, as the frame encoder is taught by them.

They come from simulated archives that state their zero points: with these and the noise-free
magnitudes in the archive's truth, the flux in every frame is known. Frames and the means before
them are worked out once and kept on disk.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from jaxtyping import Float, Int

from taonet.data.encoder_inputs import FRAME_PX, EncoderInputs, inputs_of_sequence
from taonet.errors import InputError
from taonet.io.archive import Archive
from taonet.io.atomic import atomic_file
from taonet.io.provenance import TRUTH
from taonet.sky.flux import ZERO_POINT_MAG
from taonet.sky.sequence import ImageSequence
from taonet.types import Track, no_progress

LEAST_EPOCHS: Final = 8
"""Shorter sequences teach little about means."""

STATED: Final = ("host", "mag", "x", "y")
"""What the truth of every simulated object states, besides its name."""

INDEX: Final = "index-2.json"
"""Written last: what a folder of prepared frames holds. The first kind took all frames for one
band."""


@dataclass(frozen=True, kw_only=True)
class TaughtSequence:
    """What is known of one sequence.

    Parameters
    ----------
    first, last : int
        Its frames among all prepared ones.
    side : int
        Of the cutouts, in pixels; what lies beyond is no data.
    x, y : float
        Where the object lies, in pixels from the centre of the frame.
    steady : bool
        Whether all the light at its place is that of the object, and it does not move: then the
        flux is known, else only its changes.
    moving : bool
    host : list of float
        Light, size and distance of the host, as `taonet.data.frame_encodings` states them.
    earlier : list of int, one an epoch
        Number of frames of its band before it.
    noise, unit, before, flux, transparency, seeing : list of float, one an epoch
        Noise of the frame in units of the usual one; the usual one; transparency of the mean of
        those frames; flux in units of ``unit`` at that transparency; transparency of the frame;
        width of stars in pixels, NaN where not stated.
    """

    first: int
    last: int
    side: int
    x: float
    y: float
    steady: bool
    moving: bool
    host: list[float]
    earlier: list[int]
    noise: list[float]
    unit: list[float]
    before: list[float]
    flux: list[float]
    transparency: list[float]
    seeing: list[float]


@dataclass(frozen=True, kw_only=True, eq=False)
class TaughtFrames:
    """All prepared frames: ``frames`` and ``means`` (frame, y, x), half precision, on disk."""

    sequences: list[TaughtSequence]
    frames: Float[np.ndarray, "frame y x"]
    means: Float[np.ndarray, "frame y x"]


def prepare_taught_frames(
    archives: Sequence[Path], folder: Path, *, track: Track = no_progress
) -> TaughtFrames:
    """Prepare the frames of simulated archives, or open them where that was done.

    Raises
    ------
    InputError
        If an archive has no truth, or none states zero points.
    """
    if not (folder / INDEX).exists():
        _write_frames(archives, folder, track)
    return open_taught_frames(folder)


def open_taught_frames(folder: Path) -> TaughtFrames:
    """Open prepared frames."""
    index = json.loads((folder / INDEX).read_text())
    shape = (index["frames"], FRAME_PX, FRAME_PX)
    frames, means = (
        np.memmap(folder / name, np.float16, mode="r", shape=shape) for name in ("frames", "means")
    )
    return TaughtFrames(
        sequences=[TaughtSequence(**one) for one in index["sequences"]], frames=frames, means=means
    )


def _write_frames(archives: Sequence[Path], folder: Path, track: Track) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    sequences: list[TaughtSequence] = []
    n = 0
    with (folder / "frames").open("wb") as frames, (folder / "means").open("wb") as means:
        for sequence, truth in _with_truth(archives, track):
            taught = _teach(sequence, truth, first=n)
            if taught is None:
                continue
            known, inputs = taught
            frames.write(inputs.frames.astype(np.float16).tobytes())
            means.write(inputs.means.astype(np.float16).tobytes())
            sequences.append(known)
            n = known.last
    if not sequences:
        what, do = "no sequence whose truth is known", "simulate without --unstated"
        raise InputError(what, where=", ".join(map(str, archives)), do=do)
    with atomic_file(folder / INDEX) as temporary:
        temporary.write_text(
            json.dumps({"frames": n, "sequences": [asdict(one) for one in sequences]})
        )


def _with_truth(
    archives: Sequence[Path], track: Track
) -> Iterator[tuple[ImageSequence, dict[str, Any]]]:
    for path in archives:
        archive, truths = Archive(path), _read_truth(path)
        objects: Iterable[int] = track(iter(range(len(archive))), len(archive), f"reading {path}")
        for i in objects:
            sequence = archive[i]
            if (truth := truths.get(sequence.object_id)) is not None:
                yield sequence, truth
        archive.release()


def _read_truth(path: Path) -> dict[str, dict[str, Any]]:
    file = path / TRUTH
    if not file.is_file():
        do = "give an archive that `taonet simulate` made"
        raise InputError("an archive without truth", where=path, do=do)
    truths: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        try:
            truth = json.loads(line)
            # what every simulated object states
            truths[truth["object_id"]] = {name: truth[name] for name in STATED} | truth
        except (ValueError, KeyError, TypeError) as error:
            do = "simulate the archive again"
            where, got = f"{file}, line {number}", repr(error)[:100]
            raise InputError("the truth is damaged", where=where, got=got, do=do) from error
    return truths


def _teach(
    sequence: ImageSequence, truth: dict[str, Any], *, first: int
) -> tuple[TaughtSequence, EncoderInputs] | None:
    """Return what is known of a sequence; None where its zero points, or magnitudes, are not."""
    readable = np.flatnonzero(sequence.readable)
    magnitudes = truth.get("mag") or []
    stated = np.isfinite(sequence.zero_point_mag[readable])
    if len(readable) < LEAST_EPOCHS or len(magnitudes) != len(sequence) or not stated.all():
        return None
    few = sequence.take(readable)
    inputs, band = inputs_of_sequence(few)
    mag = np.array([np.nan if m is None else m for m in magnitudes], float)[readable]
    transparency = 10 ** (0.4 * (few.zero_point_mag - ZERO_POINT_MAG))
    before = _means_of_those_before(transparency, inputs.weight, band)
    flux = np.where(np.isfinite(mag), 10 ** (0.4 * (ZERO_POINT_MAG - mag)), 0.0) * before
    moving = "pm_arcsec_per_year" in truth
    centre = (sequence.frames.shape[-1] // 2, sequence.frames.shape[-2] // 2)
    known = TaughtSequence(
        first=first,
        last=first + len(few),
        side=min(sequence.frames.shape[-2:]),
        x=float(truth["x"]) - centre[0],
        y=float(truth["y"]) - centre[1],
        steady=truth.get("host") is None and not moving,
        moving=moving,
        host=_host(truth, few, float(np.median(inputs.unit / before))),
        earlier=np.rint(np.expm1(inputs.conditions[:, 0])).astype(int).tolist(),
        noise=np.exp(inputs.conditions[:, 1]).tolist(),
        unit=inputs.unit.tolist(),
        before=before.tolist(),
        flux=(flux / inputs.unit).tolist(),
        transparency=transparency.tolist(),
        seeing=np.asarray(few.seeing_fwhm_px, float).tolist(),
    )
    return known, inputs


def _host(truth: dict[str, Any], sequence: ImageSequence, unit: float) -> list[float]:
    """Return light, size and distance of a host, 0 where there is none.

    Parameters
    ----------
    unit : float
        The usual noise at the usual transparency.
    """
    host = truth.get("host")
    if host is None:
        return [0.0, 0.0, 0.0]
    flux = 10 ** (0.4 * (ZERO_POINT_MAG - host["mag"]))
    arcsec = np.array([host["radius_arcsec"], np.hypot(host["dx_arcsec"], host["dy_arcsec"])])
    radius, distance = arcsec / sequence.pixel_scale_arcsec
    numbers = [np.log1p(flux / unit), np.log(max(radius, 0.1)), np.log1p(distance)]
    return [float(number) for number in numbers]


def _means_of_those_before(
    values: Float[np.ndarray, " epoch"],
    weight: Float[np.ndarray, " epoch"],
    band: Int[np.ndarray, " epoch"],
) -> Float[np.ndarray, " epoch"]:
    """Return the weighted mean of what came before each in its band; the first is its own."""
    means = values.copy()
    for one_band in np.unique(band):
        epochs = np.flatnonzero(band == one_band)
        total, weights = np.cumsum((values * weight)[epochs]), np.cumsum(weight[epochs])
        known = np.flatnonzero(weights[:-1] > 0)
        means[epochs[known + 1]] = total[known] / weights[known]
    return means
