import pytest

from taonet.errors import InputError
from taonet.sky.taxonomy import CRTS, Taxonomy, crts_class_of, taxonomy_for


@pytest.mark.parametrize(
    ("raw", "class_name"),
    [
        ("SN", "SN"),
        ("CV SDSS mag 20,5", "CV"),
        ("AGN? SDSS 22,1 mag Galaxy", "AGN"),
        ("SN/AGN", "AGN"),
        ("Blazar?", "BZ"),
        ("Blazar CRATES_J0001+2113", "BZ"),
        ("HPM", "OTHER"),
        ("", "OTHER"),
    ],
)
def test_raw_labels_map_as_measured_on_the_release(raw, class_name):
    assert crts_class_of(raw) == class_name


def test_a_survey_keeps_its_own_order_of_classes():
    assert taxonomy_for("crts", ["NON", "SN", None]) == CRTS
    assert taxonomy_for("crts", ["RRL"]).classes == ("RRL",)


def test_unknown_and_repeated_classes_are_refused():
    with pytest.raises(InputError, match="unknown class 'XX'"):
        CRTS.label("XX")
    with pytest.raises(InputError, match="twice"):
        Taxonomy(name="t", classes=("A", "A"))
