"""Photometric bands by name: from blue to red, whichever objects are in the file."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

WAVELENGTH_NM: Final = {
    "FUV": 154, "UVW2": 205, "UVM2": 225, "NUV": 232, "UVW1": 258, "u": 355, "U": 365, "B": 440,
    "g": 477, "BP": 511, "c": 533, "V": 551, "w": 608, "clear": 615, "r": 623, "G": 622, "R": 650,
    "o": 679, "i": 763, "RP": 777, "I": 800, "z": 905, "y": 962, "Y": 1020, "J": 1235, "H": 1662,
    "K": 2159, "Ks": 2159,
}  # fmt: skip
"""About where the light of each band comes from: it only sets their order."""

COLOURS: Final = (("g", "r"), ("B", "V"), ("V", "I"), ("c", "o"), ("BP", "RP"))
"""Bands whose colours are measured; the first pair that an object has."""

_SURVEY = re.compile(
    r"(?i:ztf|sdss|ps1|panstarrs|lsst|des|decam|atlas|bessell|gaia\d?|swope2?|2mass|uvot|"
    r"hsc|skymapper|sky|bg)[-_:. ]*(?P<band>.+)"
)


def plain_band(name: str) -> str:
    """Return a band without the survey that its name may begin with.

    Examples
    --------
    >>> [plain_band(name) for name in ("ztfg", "zr", "ps1::i", "ZTF_r", "g_prime", "V")]
    ['g', 'r', 'i', 'r', 'g', 'V']
    """
    if name in WAVELENGTH_NM:
        return name
    match = _SURVEY.fullmatch(name)
    short = match["band"] if match else name
    short = re.sub(r"('|p|_?prime|_?band)$", "", short) or short
    if short not in WAVELENGTH_NM and re.fullmatch(r"z[gri]", short):
        # filter codes of ZTF
        short = short[1]
    if short not in WAVELENGTH_NM and short.lower() in WAVELENGTH_NM:
        short = short.lower()
    return short if short in WAVELENGTH_NM else name


def sort_bands(names: Iterable[str]) -> tuple[str, ...]:
    """Return each name once, from blue to red; unknown ones follow by alphabet.

    Examples
    --------
    >>> sort_bands(["r", "i", "g", "zz", "1", "r"])
    ('g', 'r', 'i', '1', 'zz')
    """
    return tuple(sorted(set(names), key=_redness))


def _redness(name: str) -> tuple[float, str]:
    return WAVELENGTH_NM.get(plain_band(name), float("inf")), name


def colour_bands(
    names: Sequence[str], *, wanted: tuple[str, str] | None = None
) -> tuple[str, str] | None:
    """Return the two of an object's bands whose colour is measured, or None.

    They are the same for all objects that have them, whatever else they have: the first of
    `COLOURS` that is there. Among bands of unknown names they are the first two.

    Parameters
    ----------
    wanted : (str, str), optional
        Plain names of the two.

    Examples
    --------
    >>> colour_bands(["u", "g", "r"]), colour_bands(["ztfg", "ztfi"]), colour_bands(["1", "2"])
    (('g', 'r'), None, ('1', '2'))
    """
    ordered = sort_bands(names)
    own = {plain_band(name): name for name in reversed(ordered)}
    for blue, red in (wanted,) if wanted else COLOURS:
        if blue in own and red in own:
            return own[blue], own[red]
    if wanted or len(ordered) < 2 or any(name in WAVELENGTH_NM for name in own):
        return None
    return ordered[0], ordered[1]
