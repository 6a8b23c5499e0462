"""Figures as part of a page: text stays text, names never repeat, the same again for the same."""

import xml.etree.ElementTree as ET

from markupsafe import Markup
from matplotlib.figure import Figure

from taonet.reports.svg import figure_to_svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(title="plain"):
    figure = Figure(figsize=(4, 3))
    axes = figure.add_subplot()
    axes.plot([0, 1], [1, 0])
    axes.set_title(title)
    return figure


def test_it_is_one_element_with_its_meaning_and_no_fixed_size():
    svg = figure_to_svg(drawn(), "falls")
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert (root.get("role"), root.get("aria-label")) == ("img", "falls")
    assert root.get("style") == "--drawn:360px"
    assert root.get("width") is None is root.get("height")
    assert root.get("viewBox") == "0 0 288 216"
    assert isinstance(svg, Markup)
    assert not [one for one in root.iter(f"{SVG}g") if one.get("id")]


def test_text_is_text_and_cannot_be_markup():
    root = ET.fromstring(figure_to_svg(drawn('<b> & "'), '<i> & "'))
    assert '<b> & "' in [one.text for one in root.iter(f"{SVG}text")]
    assert root.get("aria-label") == '<i> & "'
    assert not list(root.iter(f"{SVG}b"))


def test_the_same_figure_gives_the_same_text():
    assert figure_to_svg(drawn(), "x") == figure_to_svg(drawn(), "x")
    assert "date" not in figure_to_svg(drawn(), "x").lower().replace("update", "")
