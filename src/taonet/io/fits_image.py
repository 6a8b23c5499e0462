"""Which image of a FITS file is the cutout: its science image, whatever else is in the file."""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from taonet.errors import InputError
from taonet.io.fits_header import Header
from taonet.io.fits_scan import HduRun, images_of, physical_values, scan_up_to_damage
from taonet.types import AnyPath

NAMES = {
    "science": ("SCI", "SCIENCE", "IMAGE", "IMG"),
    "template": ("TEMPLATE", "TMPL", "REF", "REFERENCE"),
    "difference": ("DIFF", "DIFFERENCE", "SUB"),
}
"""Words in the name of an HDU by which the channel it shows is known."""

_BESIDE = re.compile(
    r"(WHT|WT|DQ|ERR|UNC|VAR|I?VAR|INVVAR|RMS|SIG|SIGMA|STD|NOISE|PSF\w*|BKG\w*|BACK|SKY\w*|BPM|EXP"
    r"|EXPMAP|CTX|CON|CONF|COV|SNR|SEG\w*|MODEL|RESID\w*|MSK|NSAMP|TIME|SAMP|QUAL|NCOMB|MAP"
    r"|D2IMARR|WCSDVARR|AP)"
)
_BESIDE_PARTS = re.compile(
    "MASK|WEIGHT|WGHT|ERROR|UNCERT|VARIANCE|BACKGROUND|QUALITY|FLAG|APERTURE|BADPIX|COVERAGE|EXPOSURE"
    "|CONFIDENCE|SKYBKG"
)
"""Whole words, and parts of words, in the names of HDUs that accompany a science image."""

_NAMELESS = ("COMPRESSED_IMAGE", "PRIMARY")
_CHOICE = re.compile(r"(.+)\[\s*([^\[\],]+?)\s*(?:,\s*(\d+)\s*)?\]")


@dataclass(frozen=True, kw_only=True, eq=False)
class FitsImage:
    """The image that was chosen, and the cards that come with it.

    Parameters
    ----------
    pixels : array (y, x)
        In physical units; NaN = no data.
    header : mapping
        Of the HDU; where that states no position on the sky, of the empty primary HDU.
    remarks : tuple of str
        What the user should know of the choice.
    """

    pixels: Shaped[np.ndarray, "y x"]
    header: Header
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Candidate:
    run: HduRun
    hdu: int
    name: str
    shape: tuple[int, ...]

    @property
    def is_flat(self) -> bool:
        return len(self.shape) == 2

    def shows(self, channel: str) -> bool:
        return bool(set(_words(self.name)) & set(NAMES[channel]))


def read_image(path: AnyPath, *, channel: str = "science", hdu: str = "") -> FitsImage:
    """Read the cutout in a FITS file, plain or tile-compressed.

    Named for the channel wins; then comes the first image that is not named as another channel,
    and never one that is named as a weight, mask, error, PSF or background. Axes of one element
    do not count.

    Parameters
    ----------
    path : Path
        May select one: ``file.fits[SCI]``, ``file.fits[2]`` or ``file.fits[SCI,2]``.
    channel : str
        One of `NAMES`.
    hdu : str
        Says the same: a name or a number, the primary HDU being 0.

    Raises
    ------
    InputError
        If the file is missing or damaged, or holds no such image.
    """
    path = Path(path)
    path, choice, version = _split_choice(path, hdu)
    runs, damage = scan_up_to_damage(path)
    refuse_pixel_file(runs, path)
    candidates = [one for one in _candidates(runs) if one.shape and np.prod(one.shape)]
    try:
        by_name = _image_by_name(candidates, choice, version, path) if choice else None
        among = _channel_candidates(candidates, channel, path) if by_name is None else by_name
        candidate = _flat_candidate(among, path)
    except InputError as error:
        # it may come after the damage
        raise damage or error from None
    remark = "the first of several images in a file is used; file.fits[NAME] names another"
    several = not choice and sum(one.is_flat for one in among) > 1
    return FitsImage(
        pixels=_pixels(candidate),
        header=_with_place(candidate.run.header, runs),
        remarks=(remark,) if several else (),
    )


def refuse_pixel_file(runs: Sequence[HduRun], path: Path) -> None:
    """Refuse the files of the Kepler and TESS missions that hold all epochs in one table.

    Raises
    ------
    InputError
    """
    for run in runs:
        columns = {
            str(value).upper() for key, value in run.header.items() if key.startswith("TTYPE")
        }
        if run.kind != "BINTABLE" or "TIME" not in columns:
            continue
        if "FLUX" in columns and (_is_wide(run, "FLUX") or _name(run.header) == "PIXELS"):
            raise _pixel_file(path)
        if {"SAP_FLUX", "PDCSAP_FLUX"} & columns:
            raise InputError("a Kepler or TESS light curve, not an image", where=path)


def is_compressed(run: HduRun) -> bool:
    """Return whether HDUs are images that were compressed tile by tile."""
    return run.kind == "BINTABLE" and run.header.get("ZIMAGE") is True


def image_shape(run: HduRun) -> tuple[int, ...]:
    """Return the shape of the images of a run, compressed or not, without axes of one element."""
    if not is_compressed(run):
        return _drop_unit_axes(run.shape)
    axes = run.header.get("ZNAXIS")
    sizes = [
        run.header.get(f"ZNAXIS{i}") for i in range(axes if isinstance(axes, int) else 0, 0, -1)
    ]
    return _drop_unit_axes(tuple(size if isinstance(size, int) else 0 for size in sizes))


def decompress(run: HduRun) -> Shaped[np.ndarray, "hdu ..."]:
    """Let astropy read tile-compressed images, which `taonet.io.fits_scan` does not read.

    Raises
    ------
    InputError
        If they cannot be read.
    """
    from astropy.io import fits

    try:
        with (
            warnings.catch_warnings(),
            fits.open(io.BytesIO(run.source), do_not_scale_image_data=True) as hdus,
        ):
            warnings.simplefilter("ignore")
            numbers = range(run.first, run.first + run.count)
            stored = np.stack([np.asarray(hdus[number].data) for number in numbers])
    except Exception as error:  # astropy's readers raise whatever their codecs do
        what = "a compressed image that cannot be read"
        raise InputError(what, where=run.where, got=error) from error
    blank = "ZBLANK" if "ZBLANK" in run.header else "BLANK"
    # scaled here and not by astropy, which ignores BLANK in unsigned integers
    return physical_values(stored.astype(stored.dtype.newbyteorder(">")), run, blank=blank)


def _split_choice(path: Path, hdu: str) -> tuple[Path, str, int | None]:
    match = _CHOICE.fullmatch(str(path))
    if not match or path.exists():
        return path, hdu, None
    if hdu and hdu.upper() != match[2].upper():
        raise InputError("file name and column hdu disagree", where=path, got=hdu)
    return Path(match[1]), match[2], int(match[3]) if match[3] else None


def _candidates(runs: Sequence[HduRun]) -> Iterator[_Candidate]:
    for run in runs:
        if run.kind == "IMAGE" or is_compressed(run):
            for hdu in range(run.first, run.first + run.count):
                yield _Candidate(run=run, hdu=hdu, name=_name(run.header), shape=image_shape(run))


def _name(header: Header) -> str:
    name = str(header.get("EXTNAME") or header.get("HDUNAME") or "").strip().upper()
    return "" if name in _NAMELESS else name


def _words(name: str) -> list[str]:
    return re.findall(r"[A-Z]+|D2IMARR", name)


def _lies_beside(name: str) -> bool:
    return bool(_BESIDE_PARTS.search(name)) or any(map(_BESIDE.fullmatch, _words(name)))


def _image_by_name(
    candidates: Sequence[_Candidate], choice: str, version: int | None, path: Path
) -> list[_Candidate]:
    number = re.fullmatch(r"(\d+)(\.0*)?", choice)
    if number:
        among = [one for one in candidates if one.hdu == int(number[1])]
    else:
        among = [one for one in candidates if one.name == choice.upper()]
    if version is not None:
        among = [one for one in among if one.run.header.get("EXTVER", 1) == version]
    if not among:
        got = ", ".join(f"{one.hdu} {one.name}".strip() for one in candidates) or "no images"
        raise InputError("no image of this name or number", where=f"{path}[{choice}]", got=got)
    return among


def _channel_candidates(
    candidates: Sequence[_Candidate], channel: str, path: Path
) -> list[_Candidate]:
    """Return the images that may show the channel, the best choice first."""
    science = [one for one in candidates if not _lies_beside(one.name)]
    if candidates and not science:
        raise InputError(
            "no science image",
            where=path,
            got=", ".join(one.name for one in candidates),
            do="name the image, e.g. file.fits[1]",
        )
    others = [name for name in NAMES if name != channel]
    for among in (
        [one for one in science if one.shows(channel)],
        [one for one in science if not any(one.shows(other) for other in others)],
        science,
    ):
        if among:
            return among
    return []


def _flat_candidate(among: Sequence[_Candidate], path: Path) -> _Candidate:
    for one in among:
        if one.is_flat:
            return one
    if not among:
        raise InputError("no two-dimensional image", where=path)
    shape = among[0].shape
    what = "a cube, not one image" if len(shape) > 2 else "no two-dimensional image"
    got = " × ".join(map(str, shape))
    do = "write a file for each plane" if len(shape) > 2 else ""
    raise InputError(what, where=path, got=got, do=do)


def _drop_unit_axes(shape: tuple[int, ...]) -> tuple[int, ...]:
    sizes = list(shape)
    while len(sizes) > 2 and 1 in sizes:
        sizes.remove(1)
    return tuple(sizes)


def _pixels(candidate: _Candidate) -> Shaped[np.ndarray, "y x"]:
    run = candidate.run
    images = decompress(run) if is_compressed(run) else images_of(run)
    return np.asarray(images[candidate.hdu - run.first].reshape(candidate.shape))


def _with_place(header: Header, runs: Sequence[HduRun]) -> Header:
    primary = runs[0]
    inherits = "CTYPE1" not in header and "CTYPE1" in primary.header and not primary.shape
    return primary.header if inherits else header


def _is_wide(run: HduRun, column: str) -> bool:
    for key, value in run.header.items():
        if key.startswith("TTYPE") and str(value).upper() == column:
            form = str(run.header.get(f"TFORM{key[5:]}", ""))
            return f"TDIM{key[5:]}" in run.header or bool(re.match(r"\s*(?!0|1[A-Z])\d", form))
    return False


def _pixel_file(path: Path) -> InputError:
    return InputError(
        "a pixel file of Kepler or TESS, with all epochs in one table",
        where=path,
        do="write each epoch's image into a file of its own",
    )
