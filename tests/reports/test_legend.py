"""Each class with its colour and its words."""

from taonet.reports.legend import class_legend
from taonet.reports.palette import CLASS_COLOURS
from taonet.sky.taxonomy import CRTS, KNOWN, Taxonomy


def test_every_known_class_is_spelt_out():
    for taxonomy in KNOWN:
        legend = class_legend(taxonomy)
        assert [entry.name for entry in legend] == list(taxonomy.classes)
        assert all(entry.words and entry.words != entry.name for entry in legend)


def test_colours_are_those_of_figures_and_strangers_have_one_too():
    assert class_legend(CRTS)[0].colour == CLASS_COLOURS["SN"]
    stranger = class_legend(Taxonomy(name="x", classes=("SN", "MINE")))[1]
    assert (stranger.words, stranger.colour) == ("", "var(--class-882255, #882255)")
