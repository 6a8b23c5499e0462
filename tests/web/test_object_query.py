"""The parameters of lists: which there are, and which are refused."""

import pytest
from pydantic import ValidationError

from taonet.web.object_list import ObjectFilter
from taonet.web.object_query import ObjectQuery


def test_parameters_become_a_filter():
    query = ObjectQuery(search="a", predicted_class="SN", label="", min_entropy=0.1, max_n_epochs=9)
    assert query.filter == ObjectFilter(
        search="a",
        equal={"predicted_class": "SN", "label": ""},
        least={"entropy": 0.1},
        most={"n_epochs": 9},
    )
    assert ObjectQuery().filter == ObjectFilter()


@pytest.mark.parametrize(
    "wrong",
    [
        {"sort": "__class__"},
        {"limit": 0},
        {"limit": 10_000},
        {"offset": -1},
        {"min_entropy": float("nan")},
        {"search": "x" * 1000},
        {"columns": "a"},
    ],
)
def test_others_are_refused(wrong):
    with pytest.raises(ValidationError):
        ObjectQuery(**wrong)
