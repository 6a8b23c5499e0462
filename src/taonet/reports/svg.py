"""Figures as SVG that is part of a page."""

import io
import re
from typing import Any, Final

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.figure import Figure

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
    return _label_svg(svg, alt, figure.get_size_inches()[0])


def _label_svg(svg: str, alt: str, width: float) -> Markup:
    opening = Markup('<svg role="img" aria-label="{}" style="max-width:{:.0f}px"')
    return opening.format(alt, width * 90) + Markup(svg[len("<svg") :])
