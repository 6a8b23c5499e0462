"""The page of one object as a value: a notebook shows it, and it can be saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, Final

from taonet.io.atomic import refuse_existing
from taonet.reports.object_page import object_page, write_object_document, write_object_page
from taonet.reports.packed_frames import PackedFrames
from taonet.types import AnyPath

HEIGHT_PX: Final = 900
"""Of the view in a notebook; what is longer scrolls within it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ObjectView:
    """One object as people look at it: film, light curve, and how the answer grew.

    A notebook shows it where it is the last value of a cell.

    Parameters
    ----------
    document : mapping
        What is shown, as `taonet.reports.object_document.object_document` returns it; plain values
        that other software can read.
    packed : PackedFrames, optional
        The frames that the document describes.
    """

    document: Mapping[str, Any]
    packed: PackedFrames | None = None

    @cached_property
    def html(self) -> str:
        """The page, which fetches nothing from elsewhere."""
        return object_page(self.document, self.packed)

    def save(self, path: AnyPath, *, overwrite: bool = False) -> None:
        """Save the page; or the document alone, where the name ends in ``.json``.

        Raises
        ------
        OutputError
            If the file exists and may not be replaced, or cannot be written.
        """
        path = Path(path)
        refuse_existing(path, overwrite=overwrite)
        if path.suffix.lower() == ".json":
            write_object_document(path, self.document)
        else:
            write_object_page(path, self.document, self.packed)

    def __repr__(self) -> str:
        return f"<ObjectView: {self.document['object_id']}>"

    def _repr_html_(self) -> str:
        # a frame of its own: neither its styles nor its script touch the notebook
        style = f"width:100%;height:{HEIGHT_PX}px;border:0"
        allowed = "allow-scripts allow-downloads allow-popups"
        page = escape(self.html)
        return f'<iframe sandbox="{allowed}" style="{style}" srcdoc="{page}"></iframe>'
