"""Markdown as HTML that is safe to show: model cards may come from anywhere."""

from markdown_it import MarkdownIt


def safe_html(text: str) -> str:
    """Return Markdown as HTML: no HTML of its own passes, no pictures, no links but to pages.

    Examples
    --------
    >>> safe_html("**a** <script>")
    '<p><strong>a</strong> &lt;script&gt;</p>\\n'
    """
    # what stands between lines of dashes at the top is for programs
    _, separator, rest = text.removeprefix("---").partition("\n---\n")
    body = rest if text.startswith("---") and separator else text
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    reader.validateLink = _is_page  # type: ignore[method-assign]
    html: str = reader.render(body)
    return html


def _is_page(url: str) -> bool:
    return url.lower().startswith(("https://", "http://", "#"))
