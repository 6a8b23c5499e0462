"""A page of objects, one by one, for tables whose true classes nobody knows."""

from pathlib import Path
from typing import Final

from taonet.reports.contents import ObjectsContents
from taonet.reports.legend import class_legend
from taonet.reports.page import write_pieces
from taonet.reports.page_environment import page_environment
from taonet.types import AnyPath

MOST: Final = 200
"""Objects of each kind that are shown where nothing else is asked for."""


def write_objects_page(path: AnyPath, contents: ObjectsContents) -> None:
    """Write one self-contained HTML page about objects, in little memory however many there are.

    Parameters
    ----------
    path : Path
        Replaced in one step if it exists.

    Raises
    ------
    OutputError
        If the page cannot be written.
    """
    pieces = page_environment().get_template("objects_page.html").generate(
        contents=contents,
        headline=_headline(contents),
        legend=class_legend(contents.taxonomy),
        others=contents.others,
        objects=contents.objects,
    )  # fmt: skip
    write_pieces(Path(path), pieces)


def _headline(contents: ObjectsContents) -> str:
    kinds = contents.objects.kinds
    total = sum(kind.n_objects for kind in kinds)
    shown = sum(len(kind.names) for kind in kinds)
    calls = ", ".join(f"{kind.n_objects:,} {kind.entry.name}" for kind in kinds)
    text = f"{total:,} object{'' if total == 1 else 's'}: {calls}."
    return text if shown == total else f"{text} {shown:,} of them are shown below."
