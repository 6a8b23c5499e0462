"""Cards become HTML in which nothing runs."""

import pytest

from taonet.models.bundle_folder import SHIPPED
from taonet.web.markdown import safe_html

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    "![a](https://evil.example/pixel.png)",
    "<a href='javascript:x'>a</a>",
    "[a]: javascript:alert(1)\n\n[a]",
    "<javascript:alert(1)>",
    "| <b onclick=x> |\n|---|\n| <svg onload=x> |",
    "`</code><script>`",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_of_a_card_runs(text):
    html = safe_html(text).lower()
    for word in ("<script", "<img", "<svg", "<b ", "<a href='", 'href="javascript', 'href="data'):
        assert word not in html


def test_a_card_keeps_its_form():
    html = safe_html("---\nname: x\n---\n# T\n\n| a |\n|---|\n| 1 |\n\n[p](https://a.example)")
    assert "<h1>T</h1>" in html
    assert "<td>1</td>" in html
    assert 'href="https://a.example"' in html
    assert "name: x" not in html
    shipped = (SHIPPED / "hits-sim" / "README.md").read_text()
    assert "<h1>" in safe_html(shipped)
