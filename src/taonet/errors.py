"""The errors TAO-Net raises: where, what, what it got, and what to do."""


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
    """Something that was asked for by name is not there."""


class UnreachableError(TaoNetError):
    """A server that does not answer, or asks to come back much later; trying again may help."""
