"""The errors TAO-Net raises: where, what, what it got, and what to do."""

import difflib
from collections.abc import Collection

NEAR = 0.6
"""How alike a name and the one that was meant are at least, from 0 to 1."""


def nearest(name: str, known: Collection[str]) -> str:
    """Return what to do about a name that is not known: the one that was meant, or all there are.

    Examples
    --------
    >>> nearest("Tinny", ["crts", "tiny"])
    "did you mean 'tiny'?"
    >>> nearest("arrays", ["crts", "tiny"])
    'known: crts, tiny'
    """
    by_lower = {one.lower(): one for one in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=NEAR)
    return f"did you mean {by_lower[near[0]]!r}?" if near else f"known: {', '.join(known)}"


class TaoNetError(Exception):
    """Base of every error that a user can mend.

    Parameters
    ----------
    what : str
        What is wrong, in a few words.
    where : object, optional
        The file, folder, column or setting it concerns.
    got : object, optional
        The value that was met.
    do : str, optional
        What the user can do about it.
    """

    def __init__(
        self, what: str, *, where: object = None, got: object = None, do: str = ""
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.got = got
        self.do = do

    def __str__(self) -> str:
        parts = [f"{self.where}: " if self.where is not None else "", self.what]
        if self.got is not None:
            parts.append(f" (got {self.got})")
        if self.do:
            parts.append(f" — {self.do}")
        return " ".join("".join(parts).split())


class InputError(TaoNetError):
    """A file, table or value that cannot be read as what it claims to be."""


class OutputError(TaoNetError):
    """A place that cannot be written to: it exists, or there is no room."""


class ConfigError(TaoNetError):
    """A recipe or setting that is not understood."""


class LeakError(TaoNetError):
    """Two parts of a split that share an object, a position or a field."""


class MissingError(InputError):
    """Something that was requested by name is not there."""


class UnreachableError(TaoNetError):
    """A server does not answer or demands a long wait; retrying later may help."""
