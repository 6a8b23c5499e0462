"""A page in a real browser, at several widths; without one the tests that need it are skipped."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

WIDTHS = (390, 820, 1280)
NAMES = ("chromium", "chromium-browser", "google-chrome")

MEASURE = """
<pre id="found"></pre>
<script>
addEventListener("load", () => {
  const frames = [...document.querySelectorAll("iframe")];
  document.querySelector("#found").textContent = JSON.stringify(frames.map((frame) => ({
    inner: frame.contentWindow.innerWidth,
    scroll: frame.contentDocument.documentElement.scrollWidth,
    paper: frame.contentWindow.getComputedStyle(frame.contentDocument.body).backgroundColor,
    scrolled: [...frame.contentDocument.querySelectorAll(".wide")].filter((one) =>
      one.scrollWidth > one.clientWidth + 1).map((one) => one.getAttribute("aria-labelledby")),
    cut: [...frame.contentDocument.querySelectorAll("body *")].filter((one) =>
      one.getBoundingClientRect().right > frame.contentWindow.innerWidth + 1
      && !one.closest(".wide, .drawing")).map((one) => one.outerHTML.slice(0, 120)),
  })));
});
</script>
"""


def measure_page(text: str, folder: Path, *, dark: bool = True) -> list[dict]:
    """Return of each width how wide the page is, which tables scroll, and what sticks out of it.

    Pages hold no script, so one around them measures; frames have the width of a window.
    """
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    if browser is None:
        pytest.skip("there is no Chromium to look at pages with")
    frames = "".join(
        f'<iframe style="width:{width}px;height:800px;border:0" srcdoc="{html.escape(text)}">'
        "</iframe>"
        for width in WIDTHS
    )
    page = folder / "around.html"
    page.write_text(f"<!doctype html><meta charset=utf-8><body>{frames}{MEASURE}")
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={folder / 'profile'}",
        f"--blink-settings=preferredColorScheme={0 if dark else 1}",
        "--virtual-time-budget=10000",
        "--dump-dom",
        page.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'<pre id="found">(\[.*?\])</pre>', done.stdout, flags=re.DOTALL)
    assert found, done.stderr[-2000:]
    return list(json.loads(html.unescape(found[1])))
