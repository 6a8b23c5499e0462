"""The part of a report about files that were classified after it was written."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from taonet.reports.page import write_pieces
from taonet.reports.page_environment import page_environment
from taonet.reports.page_figures import draw_examples
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy
from taonet.types import AnyPath

_PLACE: Final = re.compile(r"<!-- unseen files -->.*?<!-- end of unseen files -->", flags=re.DOTALL)


def add_unseen_files(
    page: AnyPath,
    names: Sequence[str],
    sequences: Sequence[ImageSequence],
    table: pd.DataFrame,
    taxonomy: Taxonomy,
) -> bool:
    """Show in a report what was answered about files it knew nothing of, in place of earlier ones.

    Parameters
    ----------
    page : path
        From `taonet.reports.page.write_report`.
    names : sequence of str
        What the files are called.
    sequences : sequence of ImageSequence
        What they hold.
    table : DataFrame
        A prediction table of these.

    Returns
    -------
    bool
        Whether the page has a place for them: reports of earlier versions stay as they are.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    page = Path(page)
    text = page.read_text(encoding="utf-8")
    if not _PLACE.search(text):
        return False
    template = page_environment().get_template("unseen_section.html")
    section = template.render(names=names, examples=draw_examples(sequences, table, taxonomy))
    begin, end = "<!-- unseen files -->", "<!-- end of unseen files -->"
    write_pieces(page, [_PLACE.sub(lambda _: f"{begin}\n{section}\n{end}", text, count=1)])
    return True
