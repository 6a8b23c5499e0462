"""Real and simulated columns side by side: histograms over one range."""

import numpy as np
import pandas as pd
from matplotlib.patches import Polygon, Rectangle

from taonet.reports.realism_figures import MOST_PANELS, columns_figure, mix_figure
from taonet.sky.taxonomy import CRTS

RNG = np.random.default_rng(0)
REAL = pd.DataFrame({"a": RNG.normal(0, 1, 400), "b": RNG.normal(5, 2, 400)})


def outline(patch):
    assert isinstance(patch, Polygon)
    return patch.get_xy()


def test_each_column_has_a_panel_with_both_kinds():
    figure = columns_figure(REAL, REAL + 1, "title")
    assert [axes.get_title("left") for axes in figure.axes] == ["a", "b"]
    for axes in figure.axes:
        real, simulated = axes.patches
        assert real.get_edgecolor() != simulated.get_edgecolor()
        # the same edges, and the one moved to the right of the other
        low = [outline(patch)[:, 0].min() for patch in (real, simulated)]
        assert low[0] == low[1]
        xy = [outline(patch) for patch in (real, simulated)]
        means = [np.average(one[:-1, 0], weights=one[:-1, 1]) for one in xy]
        assert 0.5 < means[1] - means[0] < 1.5
    assert figure.get_suptitle() == "title"


def test_columns_that_never_change_or_have_gaps_are_drawn_and_many_are_cut():
    flat = pd.DataFrame({"a": [1.0, 1.0, np.nan]})
    columns_figure(flat, flat, "flat").draw_without_rendering()
    many = pd.DataFrame({str(i): RNG.normal(0, 1, 5) for i in range(MOST_PANELS + 3)})
    assert len(columns_figure(many, many, "many").axes) == MOST_PANELS


def test_the_mix_has_a_panel_a_number_and_two_bars_a_region():
    mix = {"real": {"SN": 0.25, "CV": 0.75}, "simulated": {"SN": 1.0, "CV": 0.0}}
    regions = [
        {"column": column, "low": low, "high": high, **mix}
        for column in ("mag", "amplitude_mag")
        for low, high in ((None, 1.0), (1.0, 2.0), (2.0, None))
    ]
    figure = mix_figure(regions, CRTS)
    assert [axes.get_title("left") for axes in figure.axes] == ["mag", "amplitude_mag"]
    heights = [bar.get_height() for bar in figure.axes[0].patches if isinstance(bar, Rectangle)]
    assert heights == [0.25] * 3 + [0.75] * 3 + [1.0] * 3 + [0.0] * 3
    ticks = [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
    assert ticks == ["<1", "1", ">2"]
