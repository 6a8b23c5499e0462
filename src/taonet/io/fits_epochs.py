"""From the rows of a table and the FITS files that they name to the sequence of one object.

Each epoch is checked alone; a bad one is set aside, and the others are used.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from jaxtyping import Float, Shaped

from taonet.errors import InputError
from taonet.io.fits_image import FitsImage, read_image
from taonet.io.fits_placing import Placement, SkyFrames
from taonet.io.fits_wcs import SkyFrame, sky_frame
from taonet.io.items import ItemResult
from taonet.io.pixel_types import common_type, lossless_cast
from taonet.io.rejection import Rejection, summarise_kinds
from taonet.sky.cutout import Quality
from taonet.sky.position import ARCMINUTE, known_positions, mean_position, separation_arcsec
from taonet.sky.sequence import ImageSequence, check_mjd

NUMBERS = ("mjd", "ra", "dec", "seeing_fwhm_px", "zero_point_mag")
TEXTS = ("band", "exposure_id")

BAD_WCS = "a WCS that makes no sense is left out"
WITHOUT_WCS = "some frames have no WCS and are taken as they lie"


@dataclass(frozen=True, kw_only=True, eq=False)
class Epoch:
    """The content of a row and its files.

    Parameters
    ----------
    name : str
        The file, for messages.
    images : sequence of array (y, x)
        One a channel.
    wcs : sequence of SkyFrame or None
        Of each image.
    values : mapping
        `NUMBERS` and `TEXTS`.
    remarks : tuple of str
    quality : int
    """

    name: str
    images: Sequence[Shaped[np.ndarray, "_ _"]]
    wcs: SkyFrames
    values: Mapping[str, Any]
    remarks: tuple[str, ...] = ()
    quality: int = 0


def object_in_files(
    object_id: str,
    rows: pd.DataFrame,
    directory: Path,
    *,
    files: Mapping[str, str],
    class_name: str | None,
) -> ItemResult:
    """Read one object.

    Parameters
    ----------
    object_id : str
    rows : DataFrame
        A row an epoch.
    directory : Path
        Where file names that are not absolute begin.
    files : mapping
        Channels and the columns that name their files.
    class_name : str or None

    Returns
    -------
    ItemResult
        Epochs that cannot be used are its ``parts``, unless none is left.
    """
    epoch_filter = _EpochFilter(object_id)
    column = next(iter(files.values()))
    records: list[Any] = rows.to_dict("records")
    cells = [_Row(name=str(record[column]), cells=record) for record in records]
    try:
        epochs = epoch_filter.apply(cells, lambda row: _epoch(row, directory, files))
        epochs.sort(key=lambda epoch: float(epoch.values["mjd"]))
        epochs = epoch_filter.apply(epochs, _position_check(epochs, object_id))
        placing = _placing(epochs)
        if placing is not None:
            epochs = epoch_filter.apply(epochs, lambda epoch: _align_to_first_frame(epoch, placing))
        epochs = epoch_filter.apply(epochs, _shape_check(epochs))
        epochs = epoch_filter.apply(epochs, _type_conversion(epochs))
        if not epochs:
            rejection = _object_rejection(object_id, epoch_filter.parts)
            return ItemResult(item=object_id, rejection=rejection)
        sequence = _sequence(object_id, epochs, tuple(files), class_name)
        if placing is not None:
            sequence = replace(sequence, pixel_scale_arcsec=placing.pixel_scale_arcsec)
    except InputError as error:
        return ItemResult(item=object_id, rejection=Rejection.from_error(object_id, error))
    remarks = dict.fromkeys(remark for epoch in epochs for remark in epoch.remarks)
    if placing is not None and any(None in epoch.wcs for epoch in epochs):
        remarks[WITHOUT_WCS] = None
    parts = tuple(epoch_filter.parts)
    return ItemResult(item=object_id, sequence=sequence, parts=parts, remarks=tuple(remarks))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Row:
    name: str
    cells: Mapping[str, Any]


_Item = TypeVar("_Item", _Row, Epoch)


class _EpochFilter:
    """Puts epochs through one step after the other and keeps why some of them fail."""

    def __init__(self, object_id: str) -> None:
        self.object_id = object_id
        self.parts: list[Rejection] = []

    def apply(self, items: Iterable[_Item], step: Callable[[_Item], Epoch]) -> list[Epoch]:
        """Return what a step makes of each item; those that it refuses are set aside."""
        results = []
        for item in items:
            try:
                results.append(step(item))
            except InputError as error:
                where = f"{self.object_id}, {item.name}" if error.where is None else error.where
                located = InputError(error.what, where=where, got=error.got, do=error.do)
                self.parts.append(Rejection.from_error(self.object_id, located, part=True))
        return results


def _object_rejection(object_id: str, parts: Sequence[Rejection]) -> Rejection:
    kinds = Counter(part.kind for part in parts)
    if len(kinds) == 1:
        return replace(parts[0], part=False)
    error = InputError("no epoch can be used", where=object_id, got=summarise_kinds(kinds))
    return Rejection.from_error(object_id, error)


def _epoch(row: _Row, directory: Path, files: Mapping[str, str]) -> Epoch:
    values: dict[str, Any] = {name: _number(row.cells, name) for name in NUMBERS}
    values |= {name: row.cells.get(name, "") for name in TEXTS}
    if values["mjd"] <= 0:
        raise InputError("a time is not known", got=values["mjd"])
    check_mjd(np.array([values["mjd"]]), where=None)
    (ra,), (dec,) = known_positions(np.array([values["ra"]]), np.array([values["dec"]]))
    values |= {"ra": float(ra), "dec": float(dec)}
    images: list[Shaped[np.ndarray, "_ _"]] = []
    wcs: list[SkyFrame | None] = []
    remarks: list[str] = []
    for channel, column in files.items():
        image = _image(row.cells, column, channel, directory)
        images.append(image.pixels)
        remarks += image.remarks
        try:
            wcs.append(sky_frame(image.header))
        except ValueError:
            wcs.append(None)
            remarks.append(BAD_WCS)
    return Epoch(name=row.name, images=images, wcs=wcs, values=values, remarks=tuple(remarks))


def _image(cells: Mapping[str, Any], column: str, channel: str, directory: Path) -> FitsImage:
    if not cells[column]:
        raise InputError(f"{column} is empty", do="name a FITS file for every epoch")
    return read_image(directory / cells[column], channel=channel, hdu=cells.get("hdu", ""))


def _number(row: Mapping[str, Any], name: str) -> float:
    value = row.get(name)
    if value is None or value is pd.NA or value is pd.NaT or value == "":
        return float("nan")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InputError(f"{name} is not a number", got=repr(value)) from None


def _position_check(epochs: Sequence[Epoch], object_id: str) -> Callable[[Epoch], Epoch]:
    """Return a step that refuses epochs that were taken elsewhere than most."""
    ra, dec = (np.array([e.values[name] for e in epochs], np.float64) for name in ("ra", "dec"))
    ra_0, dec_0 = _majority_position(ra, dec, object_id)

    def step(epoch: Epoch) -> Epoch:
        position = np.array([epoch.values["ra"]]), np.array([epoch.values["dec"]])
        away = separation_arcsec(*position, ra_0=ra_0, dec_0=dec_0)[0]
        if away > ARCMINUTE:
            got = f"{away:.0f} arcseconds from the others"
            raise InputError("an epoch at another place on the sky", got=got)
        return epoch

    return step


def _majority_position(
    ra: Float[np.ndarray, " epoch"], dec: Float[np.ndarray, " epoch"], object_id: str
) -> tuple[float, float]:
    """Return a position that most of the known ones lie within an arcminute of."""
    known = np.isfinite(ra) & np.isfinite(dec)
    if mean_position(ra, dec)[2] <= ARCMINUTE / 2:
        return mean_position(ra, dec)[:2]
    for i in np.flatnonzero(known):
        away = separation_arcsec(ra[known], dec[known], ra_0=ra[i], dec_0=dec[i])
        if (away <= ARCMINUTE).mean() > 0.5:
            return float(ra[i]), float(dec[i])
    raise InputError(
        "positions of one object are more than an arcminute apart",
        where=object_id,
        got=f"{known.sum()} positions, the first {ra[known][0]:.5f} {dec[known][0]:+.5f}",
        do="give objects at different places different names",
    )


def _placing(epochs: Sequence[Epoch]) -> Placement | None:
    first = next((e.wcs[0] for e in epochs if e.wcs and e.wcs[0] is not None), None)
    if first is None:
        return None
    # the first known position, not the mean: what comes later must not move earlier frames
    known = [(e.values["ra"], e.values["dec"]) for e in epochs]
    known = [position for position in known if np.isfinite(position).all()]
    shape = next(e.images[0].shape for e in epochs if e.wcs[0] is first)
    usual = _usual_shape([e.images[0].shape for e in epochs])
    return Placement.from_first_frame(first, shape, known[0] if known else None, usual_shape=usual)


def _align_to_first_frame(epoch: Epoch, placing: Placement) -> Epoch:
    images, remarks, quality = [], list(epoch.remarks), epoch.quality
    for image, wcs in zip(epoch.images, epoch.wcs, strict=True):
        if wcs is None:
            images.append(image)
            continue
        moved, added = placing.apply(image, wcs)
        images.append(moved)
        remarks += added
        if moved.shape != image.shape and moved.size > image.size:
            quality |= int(Quality.PADDED)
    return replace(epoch, images=images, remarks=tuple(remarks), quality=quality)


def _shape_check(epochs: Sequence[Epoch]) -> Callable[[Epoch], Epoch]:
    usual = _usual_shape([image.shape for epoch in epochs for image in epoch.images])

    def step(epoch: Epoch) -> Epoch:
        for image in epoch.images:
            if image.shape != usual:
                shapes = [" × ".join(map(str, shape)) for shape in (image.shape, usual)]
                raise InputError("a frame of another size", got=f"{shapes[0]}, not {shapes[1]}")
        return epoch

    return step


def _usual_shape(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    # of shapes that are as frequent the first: later epochs change nothing where they can
    return Counter(shapes).most_common(1)[0][0] if shapes else ()


def _type_conversion(epochs: Sequence[Epoch]) -> Callable[[Epoch], Epoch]:
    types = {image.dtype for epoch in epochs for image in epoch.images}
    dtype = common_type(types) if types else np.dtype(np.float32)

    def step(epoch: Epoch) -> Epoch:
        images = [lossless_cast(image, dtype) for image in epoch.images]
        if any(image is None for image in images):
            got = f"{epoch.images[0].dtype} among others"
            raise InputError("pixels that no type holds together with the others", got=got)
        return replace(epoch, images=[image for image in images if image is not None])

    return step


def _sequence(
    object_id: str, epochs: Sequence[Epoch], channels: tuple[str, ...], class_name: str | None
) -> ImageSequence:
    columns: dict[str, Any] = {
        name: np.array([epoch.values[name] for epoch in epochs], np.float64) for name in NUMBERS
    }
    columns |= {name: [epoch.values[name] for epoch in epochs] for name in TEXTS}
    ra, dec, _ = mean_position(columns.pop("ra"), columns.pop("dec"))
    sequence = ImageSequence.from_frames(
        object_id,
        np.stack([np.stack(epoch.images) for epoch in epochs]),
        columns.pop("mjd"),
        **columns,
        quality=np.array([epoch.quality for epoch in epochs], np.int32),
        ra=ra,
        dec=dec,
        class_name=class_name,
        raw_label=class_name or "",
        channels=channels,
    )
    if not sequence.usable.any():
        got = f"{len(sequence)} frames"
        raise InputError("every frame is blank", where=object_id, got=got)
    return sequence
