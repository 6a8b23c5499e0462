"""How pages look: dark by default, light for readers who prefer it, light on paper.

One set of colours for pages and the figures in them; classes have those of
`taonet.reports.palette`.
"""

import re
from collections.abc import Mapping
from typing import Final

from taonet.reports import palette

DARK: Final = {
    "paper": "#0D1117",
    "raised": "#141A22",
    "ink": "#E8EBEF",
    "faint": "#9BA6B3",
    "rule": "#2A333F",
    "more": "#E8EBEF33",
    "accent": "#6DB3F8",
    "accent-ink": "#06121F",
    "warn": "#FFC978",
    "warn-wash": "#2C210D",
}
LIGHT: Final = {
    "paper": "#FFFFFF",
    "raised": "#F7F9FB",
    "ink": palette.INK,
    "faint": "#5D6671",
    "rule": "#E0E4E9",
    "more": "#20262E2E",
    "accent": palette.ACCENT,
    "accent-ink": "#FFFFFF",
    "warn": "#8A4B00",
    "warn-wash": "#FFF4E0",
}

BRIGHTENED: Final = {
    "#5A3E99": "#9A82E0",
    "#882255": "#CC5F93",
    "#661100": "#C4674F",
    "#117733": "#36A362",
    "#AA4499": "#C876BB",
}
"""Colours of classes that a dark page would swallow, and what stands for them there."""

IN_FIGURES: Final = {
    palette.INK: "ink",
    palette.FAINT: "faint",
    palette.RULE: "rule",
    palette.ACCENT: "accent",
    palette.ON_ACCENT: "accent-ink",
    "#FFFFFF": "paper",
}
"""What the colours of figures are on a page, by their name there."""

_COLOUR: Final = re.compile(r"(?<=(?:fill|roke): )#[0-9a-f]{6}\b")


def theme_css() -> str:
    """Return the colours of pages as custom properties, by what the reader prefers.

    Examples
    --------
    >>> "--paper: #0D1117" in theme_css()
    True
    """
    dark = _properties({**DARK, **_class_properties(BRIGHTENED)}, scheme="dark")
    light = _properties({**LIGHT, **_class_properties({c: c for c in BRIGHTENED})}, scheme="light")
    return (
        f":root {{ {dark} }}\n"
        f"@media (prefers-color-scheme: light) {{ :root {{ {light} }} }}\n"
        f"@media print {{ :root {{ {light} }} }}\n"
    )


def theme_svg(svg: str) -> str:
    """Return a figure whose colours are those of the page that it stands in.

    Parameters
    ----------
    svg : str
        From matplotlib, which writes colours in small letters within styles. Where a page knows
        nothing of themes they stay what they are.
    """
    return _COLOUR.sub(lambda found: css_colour(found.group().upper()), svg)


def css_colour(colour: str) -> str:
    """Return a colour of figures as pages write it.

    Examples
    --------
    >>> css_colour("#7A828C"), css_colour("#D55E00")
    ('var(--faint, #7A828C)', '#D55E00')
    """
    name = IN_FIGURES.get(colour) or (_class_property(colour) if colour in BRIGHTENED else None)
    return f"var(--{name}, {colour})" if name else colour


def _class_properties(colours: Mapping[str, str]) -> dict[str, str]:
    return {_class_property(colour): value for colour, value in colours.items()}


def _class_property(colour: str) -> str:
    return f"class-{colour[1:].lower()}"


def _properties(colours: Mapping[str, str], *, scheme: str) -> str:
    return " ".join(
        [f"color-scheme: {scheme};", *(f"--{name}: {value};" for name, value in colours.items())]
    )
