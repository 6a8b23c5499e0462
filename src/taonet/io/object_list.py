"""Sequences or light curves in memory: a list whose objects also have names."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, SupportsIndex, TypeVar, overload

import numpy as np
import pandas as pd

from taonet.errors import MissingError
from taonet.io.archive import UNKNOWN
from taonet.io.lightcurves.tables import Curve
from taonet.markup import LINE, count_words, facts_html, shorten, table_html
from taonet.sky.sequence import ImageSequence

Item = TypeVar("Item", bound=ImageSequence | Curve)

MOST_SHOWN = 12
"""Objects that a notebook shows."""


class ObjectList(list[Item], Generic[Item]):
    """Sequences or light curves in memory, by number or by the name of the object.

    Parameters
    ----------
    items : iterable of ImageSequence or of Curve
    survey : str
        The survey's short name; empty where it is not known.
    simulated : bool
        They come from a simulation.
    truth : sequence of mapping
        Of simulated objects: what they were made of, one an object.
    set_aside : sequence of mapping
        What could not be read: ``source`` and ``reason``.

    Examples
    --------
    >>> import taonet
    >>> two = taonet.simulate("tiny", 2, seed=3)
    >>> two["sim-tiny-3-000001"].object_id == two[1].object_id
    True
    """

    def __init__(
        self,
        items: Iterable[Item] = (),
        *,
        survey: str = "",
        simulated: bool = False,
        truth: Sequence[Mapping[str, Any]] = (),
        set_aside: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(items)
        self.survey = survey
        self.simulated = simulated
        self.truth = list(truth)
        self.set_aside = list(set_aside)

    @overload
    def __getitem__(self, key: SupportsIndex | str) -> Item: ...
    @overload
    def __getitem__(self, key: slice) -> list[Item]: ...
    def __getitem__(self, key: Any) -> Any:
        """Return an object by its number or its name, or several by a slice.

        Raises
        ------
        MissingError
            If there is no object of the name.
        """
        if not isinstance(key, str):
            return super().__getitem__(key)
        for one in self:
            if one.object_id == key:
                return one
        do = f"its objects have names like {self[0].object_id!r}" if self else ""
        raise MissingError("no object of this name", where="the list", got=key, do=do)

    @property
    def objects(self) -> pd.DataFrame:
        """A table of the objects: object_id, class_name, ra, dec, epochs, mjd_first, mjd_last."""
        rows = [
            {
                "object_id": one.object_id,
                "class_name": one.class_name,
                "ra": one.ra,
                "dec": one.dec,
                "n_epochs": len(one.mjd),
                "mjd_first": float(np.min(one.mjd, initial=np.inf)),
                "mjd_last": float(np.max(one.mjd, initial=-np.inf)),
            }
            for one in self
        ]
        return pd.DataFrame(rows)

    @property
    def _noun(self) -> str:
        return "light curve" if self and isinstance(self[0], Curve) else "sequence"

    @property
    def _classes(self) -> str:
        counts = Counter(one.class_name or UNKNOWN for one in self)
        return ", ".join(f"{name} {count}" for name, count in counts.most_common())

    def __repr__(self) -> str:
        lost = f"; {len(self.set_aside)} set aside" if self.set_aside else ""
        head = count_words(len(self), ("simulated " if self.simulated else "") + self._noun)
        return shorten(f"<{head}{lost}: {self._classes}>" if self else f"<{head}{lost}>", LINE)

    def _repr_html_(self) -> str:
        rows = [
            (one.object_id, one.class_name or "–", len(one.mjd), " ".join(sorted(set(one.band))))
            for one in self[:MOST_SHOWN]
        ]
        hidden = len(self) - MOST_SHOWN
        more = f"<div>… and {count_words(hidden, 'more object')}</div>" if hidden > 0 else ""
        facts = {"survey": self.survey, "classes": self._classes}
        facts |= {"set aside": f"{len(self.set_aside)}: see .set_aside"} if self.set_aside else {}
        shown = {name: value for name, value in facts.items() if value}
        title = count_words(len(self), ("simulated " if self.simulated else "") + self._noun)
        below = table_html(("object", "class", "epochs", "bands"), rows) + more
        return facts_html(title, shown, below=below)
