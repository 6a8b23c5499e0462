"""HTML that shows things in a notebook: names come from files, so nothing of them is markup."""

from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from taonet.markup import count_words, facts_html, shorten, table_html


class Texts(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.texts = [], []

    def handle_starttag(self, tag, _attributes):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data)


def parsed(html):
    parser = Texts()
    parser.feed(html)
    parser.close()
    return parser


@settings(max_examples=50, deadline=None)
@given(st.text(), st.text(), st.text())
def test_text_never_becomes_markup(title, name, value):
    plain = parsed(facts_html("t", {"n": "v"}))
    page = parsed(facts_html(title, {name: value}))
    assert page.tags == plain.tags
    assert parsed(table_html([name], [[value]])).tags == parsed(table_html(["n"], [["v"]])).tags


def test_what_is_said_is_there():
    page = parsed(facts_html("A & B", {"class": "<SN>"}, below="<i>more</i>"))
    assert {"A & B", "class", "<SN>", "more"} <= set(page.texts)
    assert "i" in page.tags


def test_text_is_cut_to_a_line():
    assert shorten("one\n two", 20) == "one two"
    assert len(shorten("x" * 100, 30)) == 30


def test_numbers_have_their_nouns():
    assert [count_words(n, "epoch") for n in (0, 1, 2)] == ["0 epochs", "1 epoch", "2 epochs"]
