import pytest

from taonet.errors import InputError
from taonet.sky.taxonomy import CRTS, Taxonomy, taxonomy_for


def test_a_survey_keeps_its_own_order_of_classes():
    assert taxonomy_for("crts", ["NON", "SN", None]) == CRTS
    assert taxonomy_for("crts", ["RRL"]).classes == ("RRL",)


def test_unknown_and_repeated_classes_are_refused():
    with pytest.raises(InputError, match="unknown class 'XX'"):
        CRTS.label("XX")
    with pytest.raises(InputError, match="twice"):
        Taxonomy(name="t", classes=("A", "A"))
