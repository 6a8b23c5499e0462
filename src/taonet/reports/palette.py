"""How every figure looks: one ink, one accent, one fixed colour a class.

Colour-blind readers can tell the colours apart (Okabe & Ito 2008; Tol 2021, Notes on colour
schemes).
"""

from itertools import cycle
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from taonet.sky.taxonomy import Taxonomy

PAGE_INCHES = 6.2
"""Width of figures of a page: half of a wide screen, and still readable on a telephone."""

INK = "#20262E"
FAINT = "#7A828C"
RULE = "#E3E6EA"
OTHERS = "#8C96A3"
ACCENT = "#0B5CAD"
ON_ACCENT = "#FFFFFE"
"""Of text on the accent; not quite white, which is the colour of the page."""
SECOND = "#D55E00"

# every class of the taxonomies in taonet.sky.taxonomy
CLASS_COLOURS = {
    "SN": "#D55E00",
    "CV": "#E69F00",
    "AGN": "#0072B2",
    "BZ": "#CC79A7",
    "OTHER": "#009E73",
    "RRL": "#56B4E9",
    "EB": "#5A3E99",
    "VAR": "#44AA99",
    "NON": "#9AA3AE",
}
SPARE_COLOURS = ("#882255", "#999933", "#117733", "#AA4499", "#661100")

NIGHT = LinearSegmentedColormap.from_list("night", ["#0B0F16", "#5B6675", "#FFFFFF"])
"""Of images: from the dark sky to bright stars."""

BOTH_WAYS = LinearSegmentedColormap.from_list("change", [ACCENT, "#FFFFFF", SECOND])
"""Of differences: fainter, unchanged, brighter."""

STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.labelsize": 12,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "figure.facecolor": "white",
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 11.5,
    "grid.color": RULE,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 11,
    "text.color": INK,
    "xtick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.color": FAINT,
    "ytick.labelcolor": INK,
}

figure_style = rc_context(STYLE)
"""Decorator: draw with `STYLE`, and leave matplotlib's own settings as they were."""


def class_colours(taxonomy: Taxonomy) -> dict[str, str]:
    """Return the colour of each class; other classes take spare ones in label order."""
    spare = cycle(SPARE_COLOURS)
    return {name: CLASS_COLOURS.get(name) or next(spare) for name in taxonomy.classes}


def escape_math(text: object) -> str:
    """Return text that matplotlib will not read as mathematics."""
    return str(text).replace("$", r"\$")


def clip_text(text: str, longest: int) -> str:
    """Return text of at most so many characters, with an ellipsis where some are missing.

    Examples
    --------
    >>> clip_text("SN 2011fe", 9), clip_text("SN 2011fe", 6)
    ('SN 2011fe', 'SN 20…')
    """
    return text if len(text) <= longest else text[: longest - 1] + "…"


def add_panel(figure: Figure, *, grid: str = "both") -> Axes:
    """Return one panel that fills a figure, with quiet grid lines and no tick marks."""
    return mute_axes(figure.add_subplot(), grid=grid)


def mute_axes(axes: Axes, *, grid: str = "both") -> Axes:
    """Take tick marks off a panel and give it quiet grid lines along ``x``, ``y`` or ``both``."""
    axes.tick_params(length=0)
    axes.grid(visible=False)
    if grid != "none":
        axes.grid(visible=True, axis=grid)  # type: ignore[arg-type]
    return axes


def set_unit_axis(axes: Axes, *, which: str, low: float = 0.0) -> None:
    """Let an axis run from ``low`` to 1 with a small margin."""
    margin = 0.02 * (1 - low)
    getattr(axes, f"set_{which}lim")(low - margin, 1 + margin)


def set_mjd_axis(axes: Axes) -> None:
    """Let the horizontal axis be of times: whole MJD, without a number to add to them."""
    axes.set_xlabel("MJD")
    axes.ticklabel_format(axis="x", style="plain", useOffset=False)
    axes.locator_params(axis="x", nbins=7)
