"""Figures as SVG that is part of a page."""

import io
import re
from typing import Any, Final

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.figure import Figure

from taonet.reports.theme import theme_svg

PIXELS_PER_INCH: Final = 90
"""Of figures on a page with room for them."""

_AS_SVG: Final[dict[Any, Any]] = {
    "font.sans-serif": ["DejaVu Sans"],
    "svg.fonttype": "none",
    "svg.hashsalt": "taonet",
}


def figure_to_svg(figure: Figure, alt: str) -> Markup:
    """Return a figure as an SVG element.

    Parameters
    ----------
    alt : str
        What the figure shows, for readers who cannot see it.

    Returns
    -------
    Markup
        In the colours of the page (`taonet.reports.theme`); ``--drawn`` is the width it was
        drawn for.
    """
    # text stays text: crisp, searchable, and in the font of the page
    with rc_context(_AS_SVG), io.StringIO() as file:
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(file, format="svg", metadata=nothing)
        svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    # names of groups would repeat from figure to figure; those that are referred to are hashes
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r'^<svg([^>]*?) width="[^"]*pt"', r"<svg\1", svg)
    svg = re.sub(r'^<svg([^>]*?) height="[^"]*pt"', r"<svg\1", svg)
    # matplotlib has escaped all text in it, tested
    return _label_svg(theme_svg(svg), alt, figure.get_size_inches()[0] * PIXELS_PER_INCH)


def _label_svg(svg: str, alt: str, width_px: float) -> Markup:
    # the page lets figures be as wide as they were drawn, and not so narrow that none can read them
    opening = Markup('<svg role="img" aria-label="{}" style="--drawn:{:.0f}px"')
    return opening.format(alt, width_px) + Markup(svg[len("<svg") :])
