"""The report of injections draws and says what the scores are, and what is real in them."""

import numpy as np

from evaluation.test_injection_scores import planted
from taonet.evaluation.injection_scores import score_injections, score_untouched
from taonet.reports.injection_report import AGAINST, injection_figure, injection_markdown

SCORES = score_injections(planted(), n_bootstrap=30)
CONTROLS = score_untouched(planted(predicted_class="NON"), n_bootstrap=30)


def test_the_figure_has_a_panel_a_class_and_a_curve_a_share():
    both = score_injections(planted(16, class_name=["SN"] * 8 + ["RRL"] * 8), n_bootstrap=10)
    figure = injection_figure(both)
    assert [axes.get_title("left") for axes in figure.axes] == ["planted SN", "planted RRL"]
    line = figure.axes[0].lines[0]
    assert len(figure.axes[0].containers) == 4
    own = both[(both["class_name"] == "SN") & (both["against"] == "brightness")]
    np.testing.assert_array_equal(np.asarray(line.get_ydata()), own["recall"])


def test_without_sets_their_curve_is_left_out():
    table = score_injections(planted(set=None), n_bootstrap=10)
    assert len(injection_figure(table).axes[0].containers) == 3


def test_the_page_says_that_light_is_simulated_and_has_all_numbers():
    text = injection_markdown(SCORES, CONTROLS, bundle="mine", archives=["half"], limit_mag=22.91)
    assert "The light is simulated, the noise is real" in text
    for title in AGAINST.values():
        assert f"| {title} |" in text
    assert "22.9 mag" in text and "# Injection into real frames: mine" in text
    assert "0.000 [0.000," in text
    assert "| all | 8 (8) | 0.50 [" in text
