"""What is known of one kind of files: its name, how its files are recognised, what opens them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPTIONS = ("table", "survey")
"""Options of `taonet ingest` that only some kinds have."""


@dataclass(frozen=True, kw_only=True)
class InputFiles:
    """Inputs of one kind, ready to be opened.

    Parameters
    ----------
    files : tuple of Path
        Sorted, each once; of a kind that is not searched for in folders, the one path given.
    others : tuple of Path
        Files of the same folders that nothing reads.
    survey : str
        Short name of the survey; empty where none was given.
    table : Path, optional
        The table that describes the files.
    """

    files: tuple[Path, ...]
    others: tuple[Path, ...] = ()
    survey: str = ""
    table: Path | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class FileKind:
    """A kind of files that sequences of cutouts are read from.

    A new kind is a module in `taonet.io.kinds` that makes one of these, and a line in
    `taonet.io.kinds.file_kinds.FILE_KINDS`.

    Parameters
    ----------
    name : str
        ``taonet ingest NAME``; also `taonet.io.items.SequenceSource.kind`.
    usage : str
        What follows the name on that command line.
    help : str
        What the files hold, in a few words.
    contents : str
        The same for messages, in the plural: ``no CONTENTS here``.
    open_files : function
        Returns the `taonet.io.items.SequenceSource` of some `InputFiles`. It imports what it needs
        when it is called, since the command line shows these records in its help.
    endings : tuple of str
        Of file names, in small letters. They decide before any first bytes do.
    first_bytes : tuple of bytes
        How files begin that are recognised under any name.
    first_bytes_if_named : tuple of bytes
        The same, too weak to pick a file from a folder: only for files that the user names.
    is_searched : bool
        Folders are searched for files of the kind, and all files together make one source.
        Otherwise each path given is a source.
    may_be_packed : bool
        Packed files (tar, zip, …) are taken for files of the kind, so that each is set aside with
        the advice to unpack it.
    options : tuple of str
        Those of `OPTIONS` that apply.
    """

    name: str
    usage: str
    help: str
    contents: str
    open_files: Callable[[InputFiles], Any]
    endings: tuple[str, ...] = ()
    first_bytes: tuple[bytes, ...] = ()
    first_bytes_if_named: tuple[bytes, ...] = ()
    is_searched: bool = False
    may_be_packed: bool = False
    options: tuple[str, ...] = ()
