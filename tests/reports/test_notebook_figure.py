"""The figure of notebooks: shown once, in our style, and named in one line."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from IPython.core.pylabtools import select_figure_formats
from matplotlib.image import imread
from PIL import Image

import taonet.reports
from taonet.reports import notebook_figure
from taonet.reports.notebook_figure import DOTS_PER_INCH, NotebookFigure


def made_figure(title: str = "SN") -> NotebookFigure:
    figure = NotebookFigure(figsize=(3, 2))
    figure.add_subplot().set_title(title, loc="left")
    return figure


def pixels_of(figure: NotebookFigure, folder: Path) -> np.ndarray:
    (folder / "f.png").write_bytes(figure._repr_png_())
    return imread(folder / "f.png")


def test_a_notebook_shows_it_without_pyplot(tmp_path):
    figure = made_figure()
    shown, _ = DisplayFormatter().format(figure)
    assert set(shown) == {"text/plain", "image/png"}
    assert pixels_of(figure, tmp_path).shape[:2] == (2 * DOTS_PER_INCH, 3 * DOTS_PER_INCH)


@pytest.mark.parametrize("chosen", ["png", "svg"])
def test_where_pyplot_is_in_use_the_chosen_format_holds(chosen):
    formatter = DisplayFormatter()
    select_figure_formats(SimpleNamespace(display_formatter=formatter), {chosen})
    shown, _ = formatter.format(made_figure())
    # a notebook shows the richest of them, once
    assert {f"image/{'svg+xml' if chosen == 'svg' else 'png'}"} <= set(shown)
    assert "text/html" not in shown
    assert mpl._pylab_helpers.Gcf.get_all_fig_managers() == []


def test_settings_of_others_do_not_reach_it(tmp_path):
    figure = made_figure()
    usual = pixels_of(figure, tmp_path)
    strange: dict[Any, Any] = {
        "savefig.bbox": "tight",
        "savefig.facecolor": "black",
        "savefig.dpi": 30,
    }
    with mpl.rc_context(strange):
        np.testing.assert_array_equal(pixels_of(figure, tmp_path), usual)


@pytest.mark.parametrize("title", ["", "a\nb", "a name of $5" + "x" * 200])
def test_its_name_is_one_line(title):
    name = repr(made_figure(title.replace("$", r"\$")))
    assert len(name) < 80
    assert "\n" not in name
    assert title[:12].replace("\n", "\\n") in name
    assert name.endswith("3 × 2 inches>")


def test_all_figures_are_of_this_kind():
    for path in Path(taonet.reports.__file__).parent.glob("*.py"):
        assert not re.search(r"[^a-z]Figure\(\w", path.read_text()), path.name


def test_it_is_shown_in_a_notebook_there_and_elsewhere_by_a_viewer(monkeypatch):
    figure = made_figure()
    shown: list[Any] = []
    monkeypatch.setattr(
        Image.Image, "show", lambda image, title=None: shown.append((image.size, title))
    )
    figure.show()
    width, height = figure.get_size_inches() * DOTS_PER_INCH
    assert shown == [((round(width), round(height)), figure.get_suptitle())]
    monkeypatch.setattr(notebook_figure, "is_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", shown.append)
    figure.show()
    assert shown[1] is figure
