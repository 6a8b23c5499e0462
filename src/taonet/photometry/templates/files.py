"""Templates in FITS files: which file is for which band and object, cut out around the object."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import Float

from taonet.errors import InputError
from taonet.io.fits_image import FitsImage, read_image
from taonet.io.fits_wcs import SkyFrame, centre_on, sky_frame
from taonet.photometry.templates.template import TemplateImage
from taonet.sky.sequence import ImageSequence

SUFFIXES = (".fits", ".fits.gz", ".fits.fz", ".fit")
"""Of the files in a folder that are named after their objects."""


@dataclass(frozen=True, kw_only=True)
class TemplateFiles:
    """FITS files, or folders with a file for each object, by band.

    Parameters
    ----------
    files : tuple of (str, Path)
        Band and file; ``""`` stands for the only band.

    Examples
    --------
    >>> TemplateFiles.parse(["r=deep.fits"]).files[0][0]
    'r'
    """

    files: tuple[tuple[str, Path], ...]

    def __post_init__(self) -> None:
        bands = [band for band, _ in self.files]
        for band in bands:
            if bands.count(band) > 1:
                name = f"band {band}" if band else "a template without a band"
                do = "give one for each band, as r=FILE"
                raise InputError("two templates for one band", got=name, do=do)

    @classmethod
    def parse(cls, texts: Sequence[str]) -> "TemplateFiles":
        """Read ``FILE`` or ``BAND=FILE``, any number of them."""
        return cls(files=tuple(map(_band_and_path, texts)))

    def check(self) -> None:
        """Refuse files that are missing or hold no image, before any work is done.

        Raises
        ------
        InputError
        """
        for _, path in self.files:
            if not path.is_dir():
                _image(path)

    def images_for(self, sequence: ImageSequence) -> dict[str, TemplateImage]:
        """Return the templates of an object by band, on the pixels of its cutouts.

        Bands without one, and files that do not show the object, are left out.

        Raises
        ------
        InputError
            If a file cannot be read or its pixels cannot be matched with the cutouts.
        """
        bands = sorted(set(sequence.band))
        images: dict[str, TemplateImage] = {}
        for band, path in self.files:
            if not band and len(bands) > 1:
                do = f"write {bands[0]}=FILE for each band"
                where = f"sequence {sequence.object_id}"
                got = ", ".join(bands)
                raise InputError("which band is the template of?", where=where, got=got, do=do)
            file = _object_file(path, sequence.object_id) if path.is_dir() else path
            pixels = None if file is None else _cut_template(file, sequence)
            if file is not None and pixels is not None:
                images[band or bands[0]] = TemplateImage(pixels=pixels, name=file.name)
        return images


def _band_and_path(text: str) -> tuple[str, Path]:
    band, equals, file = text.partition("=")
    if not equals or "/" in band or Path(text).exists():
        return "", Path(text)
    return band.strip(), Path(file)


def _object_file(folder: Path, object_id: str) -> Path | None:
    return next(
        (file for end in SUFFIXES if (file := folder / f"{object_id}{end}").is_file()), None
    )


@lru_cache(maxsize=4)
def _image(path: Path) -> tuple[FitsImage, SkyFrame | None]:
    image = read_image(path)
    try:
        return image, sky_frame(image.header)
    except ValueError as error:
        raise InputError("the WCS makes no sense", where=path, got=error) from None


def _cut_template(path: Path, sequence: ImageSequence) -> Float[np.ndarray, "y x"] | None:
    """Cut a template to the cutouts' size, the object at the centre; None where it shows nothing.

    Without a WCS, or without the object's position, the pixels must be those of the cutouts.
    """
    image, frame = _image(path)
    shape = sequence.frames.shape[-2:]
    known = np.isfinite(sequence.ra) and np.isfinite(sequence.dec)
    if frame is not None and known:
        place = frame.pixel_of(sequence.ra, sequence.dec)
        if place is None or not _is_on(place, image.pixels.shape):
            return None
        return np.asarray(centre_on(image.pixels, place, shape), np.float64)
    if image.pixels.shape == shape:
        return np.asarray(image.pixels, np.float64)
    lacks = "no WCS" if frame is None else f"ra and dec of {sequence.object_id} are not known"
    raise InputError(
        "a template of another size than the cutouts",
        where=path,
        got=lacks,
        do="give one with a WCS and cutouts with ra and dec, or one cut as they are",
    )


def _is_on(place: tuple[float, float], shape: tuple[int, ...]) -> bool:
    x, y = place
    return -0.5 <= x < shape[1] - 0.5 and -0.5 <= y < shape[0] - 0.5
