"""The colours of pages: readable in the dark and by day, in figures as around them."""

import re

import pytest
from matplotlib.figure import Figure

from taonet.reports.palette import CLASS_COLOURS, INK, SPARE_COLOURS, figure_style
from taonet.reports.svg import figure_to_svg
from taonet.reports.theme import BRIGHTENED, DARK, LIGHT, css_colour, theme_css, theme_svg


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_text_can_be_read(theme):
    for text, ground in (
        ("ink", "paper"),
        ("ink", "raised"),
        ("faint", "paper"),
        ("faint", "raised"),
        ("accent", "paper"),
        ("accent-ink", "accent"),
        ("warn", "warn-wash"),
    ):
        assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground)


@pytest.mark.parametrize("colour", [*CLASS_COLOURS.values(), *SPARE_COLOURS])
def test_classes_stand_out_in_the_dark(colour):
    assert contrast(BRIGHTENED.get(colour, colour), DARK["raised"]) >= 3


def test_dark_is_the_default_and_light_where_it_is_asked_for_or_printed():
    css = theme_css()
    first, light, printed = css.strip().split("\n")
    assert "color-scheme: dark" in first and DARK["paper"] in first
    assert light.startswith("@media (prefers-color-scheme: light)") and LIGHT["ink"] in light
    assert printed.startswith("@media print") and LIGHT["ink"] in printed
    names = [set(re.findall(r"--([\w-]+):", line)) for line in (first, light, printed)]
    assert names[0] == names[1] == names[2]


def test_figures_take_the_colours_of_the_page():
    @figure_style
    def drawn():
        figure = Figure(figsize=(2, 2))
        figure.add_subplot().plot([0, 1], color=CLASS_COLOURS["SN"])
        return figure

    svg = figure_to_svg(drawn(), "x")
    assert f"fill: var(--ink, {INK})" in svg
    assert "fill: var(--paper, #FFFFFF)" in svg
    assert CLASS_COLOURS["SN"] in svg
    # what is no colour of a style is left alone
    assert theme_svg("<text>#ffffff fill: #20262e1</text>") == "<text>#ffffff fill: #20262e1</text>"


def test_a_colour_has_one_name_or_stays_what_it_is():
    assert css_colour("#5A3E99") == "var(--class-5a3e99, #5A3E99)"
    assert css_colour(CLASS_COLOURS["CV"]) == CLASS_COLOURS["CV"]
