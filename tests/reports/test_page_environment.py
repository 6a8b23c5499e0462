"""What pages share: everything given is escaped, and numbers are written alike."""

import pytest
from jinja2 import UndefinedError

from taonet.reports.page_environment import format_digits, page_environment


def render(text, **values):
    return page_environment().from_string(text).render(**values)


def test_values_are_text_and_a_value_that_is_missing_is_an_error():
    assert render("{{ name }}", name="<b>") == "&lt;b&gt;"
    with pytest.raises(UndefinedError):
        render("{{ nothing }}")


def test_numbers_are_written_alike():
    assert render("{{ -0.25 | digits('.2f') }}") == "−0.25"
    assert render("{{ -1e-17 | percent }} {{ 0.256 | percent }}") == "0 % 26 %"
    assert render("{{ nothing | percent }}", nothing=float("nan")) == "–"
    assert render("{{ 12345 | thousands }}") == "12,345"
    assert render("{{ 'TAO-Net' | unbroken }}") == "TAO\N{NON-BREAKING HYPHEN}Net"
    assert format_digits(0.5, "+.1f") == "+0.5"


def test_templates_and_the_style_are_found():
    environment = page_environment()
    for name in ("page.html", "objects_page.html", "unseen_section.html", "page.css"):
        assert environment.get_template(name).name == name
