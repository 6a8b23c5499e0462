"""Cards as documents: read and written without a change, and sections replaced in place."""

import pytest

from taonet.experiment.card_sections import Card, Section
from taonet.models.bundle_folder import SHIPPED, bundle_names


def shipped_card(name):
    return (SHIPPED / name / "README.md").read_text()


@pytest.mark.parametrize("name", bundle_names())
def test_a_shipped_card_is_read_and_written_without_a_change(name):
    text = shipped_card(name)
    assert Card.parse(text).to_markdown() == text


def test_what_looks_like_a_heading_in_code_is_none():
    text = "# x\n\n## A\n\n```\n## not one\n```\n\n## B\n\nb\n"
    card = Card.parse(text)
    assert [section.heading for section in card.sections] == ["A", "B"]
    changed = card.with_section("A", r"\1 \g<0>").to_markdown()
    assert changed == "# x\n\n## A\n\n\\1 \\g<0>\n\n## B\n\nb\n"


def test_a_section_is_replaced_where_it_stands_or_added_before_another():
    card = Card.parse("# x\n\n## A\n\na\n\n## B\n\nb\n")
    replaced = card.with_section("A", "new")
    assert [(one.heading, one.text) for one in replaced.sections] == [("A", "new"), ("B", "b")]
    added = card.with_section("C", "c", before="B")
    assert [one.heading for one in added.sections] == ["A", "C", "B"]
    new = added.section("C")
    assert new is not None
    assert new.text == "c"
    assert added.section("D") is None
    last = card.with_section("C", "c", before="nowhere")
    assert [one.heading for one in last.sections] == ["A", "B", "C"]
    assert last.to_markdown() == "# x\n\n## A\n\na\n\n## B\n\nb\n\n## C\n\nc\n"


def test_what_is_written_is_read_as_it_was():
    card = Card(head="# x\n\n", sections=(Section.of("A", "a\nb"), Section.of("B", "| c |")))
    assert Card.parse(card.to_markdown()).to_markdown() == card.to_markdown()
    assert [one.text for one in Card.parse(card.to_markdown()).sections] == ["a\nb", "| c |"]
