"""One colour a class, and matplotlib's own settings left as they were."""

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from evaluation.made import FOUR
from taonet.reports.palette import (
    CLASS_COLOURS,
    INK,
    SPARE_COLOURS,
    STYLE,
    add_panel,
    class_colours,
    escape_math,
    figure_style,
    set_unit_axis,
)
from taonet.sky.taxonomy import KNOWN, Taxonomy


@pytest.mark.parametrize(
    "taxonomy", [*KNOWN, Taxonomy(name="x", classes=("SN", "A", "B"))], ids=lambda one: one.name
)
def test_every_class_has_a_colour_of_its_own(taxonomy: Taxonomy) -> None:
    colours = class_colours(taxonomy)
    assert len(set(colours.values())) == len(taxonomy.classes)
    assert colours["SN"] == class_colours(FOUR)["SN"]


@pytest.mark.parametrize("taxonomy", KNOWN, ids=lambda one: one.name)
def test_every_known_class_has_a_fixed_colour(taxonomy: Taxonomy) -> None:
    assert set(taxonomy.classes) <= set(CLASS_COLOURS)
    assert not set(CLASS_COLOURS.values()) & set(SPARE_COLOURS)


def test_spare_colours_come_round_in_label_order():
    taxonomy = Taxonomy(name="x", classes=("A", "SN", "B", *"CDEF"))
    colours = class_colours(taxonomy)
    assert colours["SN"] == CLASS_COLOURS["SN"]
    others = [colours[name] for name in "ABCDEF"]
    assert others == [*SPARE_COLOURS, SPARE_COLOURS[0]]


def test_the_style_holds_within_a_figure_and_ends_with_it():
    @figure_style
    def size_within():
        return mpl.rcParams["font.size"], mpl.rcParams["text.color"]

    before = mpl.rcParams["font.size"]
    assert size_within() == (STYLE["font.size"], INK)
    assert mpl.rcParams["font.size"] == before != STYLE["font.size"]


def test_panels_are_quiet_and_axes_of_shares_end_at_one():
    axes = add_panel(Figure(), grid="y")
    set_unit_axis(axes, which="y", low=0.5)
    assert axes.get_ylim() == pytest.approx((0.49, 1.01))
    assert axes.yaxis.get_gridlines()[0].get_visible()
    assert not axes.xaxis.get_gridlines()[0].get_visible()
    assert escape_math("a $x$") == r"a \$x\$"
