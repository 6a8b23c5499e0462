"""A model as its user sees it."""

import pytest

from taonet.models.bundle_folder import bundle_names
from taonet.models.load import load_model
from taonet.models.model import Card, Reads, read_card


@pytest.mark.parametrize("name", bundle_names())
def test_a_model_is_one_line(name):
    model = load_model(name)
    line = repr(model)
    assert len(line) < 80
    kind = "simulation" if model.facts["trained_on_simulation"] else "real data"
    for word in (name, *model.classes, f"{model.reads.pixels} px", kind):
        assert word in line
    html = model._repr_html_()
    assert len(html) < 3000
    assert f"{model.facts['objects']:,}" in html


def test_what_models_read():
    reads = load_model("ztf-sim").reads
    assert (reads.kind, reads.pixels, reads.pixel_scale_arcsec) == ("cutouts", 63, 1.01)
    assert (reads.bands, reads.channels) == (("g", "r"), ("science", "template", "difference"))
    assert load_model("hits").reads.epochs == "any number before MJD 57081"
    assert load_model("crts-sim").reads.pixel_scale_arcsec == 2.5
    assert str(reads) == (
        "cutouts of 63 × 63 pixels of 1.01 arcsec, science template difference, "
        "bands g r, epochs: any number"
    )


@pytest.mark.parametrize("name", bundle_names())
def test_what_a_model_reads_is_one_line(name):
    reads = load_model(name).reads
    assert len(repr(reads)) < 80
    assert not repr(reads).endswith("…")
    html = reads._repr_html_()
    for word in (f"{reads.pixels} × {reads.pixels}", f"{reads.pixel_scale_arcsec:g} arcsec"):
        assert word in repr(reads)
        assert word in html


def test_what_trees_read_is_one_line():
    reads = Reads(kind="light curves", bands=("g", "r"), features=("amplitude", "period"))
    assert repr(reads) == "<Reads light curves, g r, 2 features>"
    assert "amplitude, period" in reads._repr_html_()


def test_a_card_is_text_that_a_notebook_renders_without_what_is_for_programs(tmp_path):
    card = load_model("hits").card
    assert card.startswith("---")
    assert card._repr_markdown_().lstrip().startswith("#")
    assert "library_name" not in card._repr_markdown_()
    assert Card("# plain")._repr_markdown_() == "# plain"
    assert read_card(tmp_path) == ""
