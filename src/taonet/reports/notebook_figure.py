"""The figure that all functions here return: a notebook shows it without pyplot."""

import io
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

from taonet.progress import is_notebook
from taonet.reports.palette import STYLE, clip_text

DOTS_PER_INCH: Final = 110
LONGEST_TITLE: Final = 40

_WHOLE: Final[dict[Any, Any]] = {"savefig.bbox": "standard", "savefig.facecolor": "auto"}


class NotebookFigure(Figure):
    """A matplotlib figure that is shown where it is the last value of a notebook's cell.

    pyplot does not know it, so that it is shown once and need not be closed. Where pyplot is in
    use, the notebook's own settings of figures hold for it too.

    Examples
    --------
    >>> figure = NotebookFigure(figsize=(4, 3))
    >>> _ = figure.suptitle("SN 2011fe")
    >>> figure
    <figure 'SN 2011fe', 4 × 3 inches>
    """

    def __repr__(self) -> str:
        width, height = self.get_size_inches()
        titles = [self.get_suptitle(), *(axes.get_title("left") for axes in self.axes)]
        title = next(filter(None, titles), "").replace(r"\$", "$")
        name = f" {clip_text(title, LONGEST_TITLE)!r}," if title else ""
        return f"<figure{name} {width:.3g} × {height:.3g} inches>"

    def show(self, _warn: bool = True) -> None:
        """Show the figure: in a notebook below the cell, elsewhere in the system's image viewer."""
        if is_notebook():
            from IPython.display import display

            show: Any = display  # it has no types
            show(self)
            return
        with io.BytesIO(self._repr_png_()) as file, Image.open(file) as image:
            image.show(title=self.get_suptitle())

    def _repr_png_(self) -> bytes:
        with rc_context({**STYLE, **_WHOLE}), io.BytesIO() as file:
            self.savefig(file, format="png", dpi=DOTS_PER_INCH)
            return file.getvalue()
