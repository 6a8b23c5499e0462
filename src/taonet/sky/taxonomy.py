"""The classes of an archive or a model.

A taxonomy belongs to an archive and to a bundle; nothing in the code assumes one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Shaped

from taonet.errors import InputError

QUIET_CLASS: Final = "NON"
"""Objects of this class show nothing that changes, and empty places nothing at all."""


@dataclass(frozen=True, kw_only=True)
class Taxonomy:
    """An ordered set of class names.

    Parameters
    ----------
    name : str
        A short name, such as ``crts``.
    classes : tuple of str
        Class names in label order: the label of a class is its index here.

    Examples
    --------
    >>> Taxonomy(name="two", classes=("SN", "NON")).label("NON")
    1
    """

    name: str
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.classes:
            raise InputError("a taxonomy needs at least one class", where=self.name)
        if len(set(self.classes)) != len(self.classes):
            raise InputError("a class is named twice", where=self.name, got=self.classes)

    def label(self, class_name: str) -> int:
        """Return the label (index) of a class.

        Raises
        ------
        InputError
            If the taxonomy has no such class.
        """
        if class_name not in self.classes:
            raise InputError(
                f"unknown class {class_name!r}",
                where=f"taxonomy {self.name}",
                do=f"known classes: {', '.join(self.classes)}",
            )
        return self.classes.index(class_name)

    @property
    def quiet_class(self) -> str | None:
        """The class of what shows no change, if there is one."""
        return QUIET_CLASS if QUIET_CLASS in self.classes else None

    def most_probable(
        self, probabilities: Float[np.ndarray, "row class"]
    ) -> Shaped[np.ndarray, " row"]:
        """Return the most probable class of each row; None where a probability is not finite.

        Examples
        --------
        >>> two = Taxonomy(name="two", classes=("SN", "NON"))
        >>> two.most_probable(np.array([[0.2, 0.8], [np.nan, np.nan]])).tolist()
        ['NON', None]
        """
        is_known = np.isfinite(probabilities).all(axis=1)
        names = np.array(self.classes, dtype=object)[probabilities.argmax(axis=1)]
        return np.asarray(np.where(is_known, names, None))


CRTS = Taxonomy(name="crts", classes=("SN", "CV", "AGN", "BZ", "OTHER", "NON"))
ZTF = Taxonomy(name="ztf", classes=("SN", "CV", "AGN", "BZ", "VAR", "OTHER", "NON"))
"""VAR are periodic and long-period variable stars; OTHER are asteroids, flares and fast movers; NON
are residuals of what did not change."""

HITS = Taxonomy(name="hits", classes=("SN", "RRL", "EB", "NON"))

KNOWN = (CRTS, HITS, ZTF)
"""The taxonomies of the surveys that this package has models of."""

CLASS_WORDS = {
    "SN": "supernova",
    "CV": "cataclysmic variable",
    "AGN": "active galactic nucleus",
    "BZ": "blazar",
    "RRL": "RR Lyrae star",
    "EB": "eclipsing binary",
    "VAR": "periodic or long-period variable star",
    "NON": "non-transient",
}
"""What the abbreviations of classes stand for."""


def spell_out(classes: Iterable[str]) -> str:
    """Return the names of classes with what they stand for, as far as it is known.

    Examples
    --------
    >>> spell_out(["SN", "OTHER"])
    'SN (supernova), OTHER'
    """
    words = ((name, CLASS_WORDS.get(name)) for name in classes)
    return ", ".join(f"{name} ({meaning})" if meaning else name for name, meaning in words)


def taxonomy_for(survey: str, class_names: Iterable[str | None]) -> Taxonomy:
    """Return the survey's taxonomy, or one made of the classes present, in order of name.

    The survey's own taxonomy is used where it covers every class present.
    """
    present = sorted({name for name in class_names if name})
    known = {taxonomy.name: taxonomy for taxonomy in KNOWN}.get(survey)
    if known and set(present) <= set(known.classes):
        return known
    return Taxonomy(name=survey, classes=tuple(present) or ("UNKNOWN",))
