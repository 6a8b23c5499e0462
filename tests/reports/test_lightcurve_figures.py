"""Figures of light curves and subtractions: what is drawn is what was measured."""

from dataclasses import replace

import numpy as np
import pytest

from photometry.made import field
from taonet.errors import InputError
from taonet.photometry.lightcurves import light_curve, measure_bands
from taonet.reports.lightcurve_figures import light_curve_figure, subtraction_figure

FLUX = np.where(np.arange(10) > 6, 8000.0, 0.0)


@pytest.fixture(scope="module")
def sequence():
    return field(10, flux=FLUX, seed=1, band=["r"] * 10)[0]


def test_detections_are_points_and_the_others_limits(sequence):
    curve = light_curve(sequence)
    (axes,) = light_curve_figure(curve).axes
    limits = next(line for line in axes.lines if line.get_marker() == "v")
    points = next(line for line in axes.lines if line.get_marker() == "o")
    seen = curve.flux > 3 * curve.flux_err
    np.testing.assert_allclose(np.asarray(points.get_ydata()), curve.mag[seen])
    np.testing.assert_allclose(np.asarray(limits.get_ydata()), curve.limiting_mag[~seen])
    assert axes.yaxis_inverted()


def test_before_and_after_show_science_template_and_difference(sequence):
    (part,) = measure_bands(sequence, mode="difference")
    figure = subtraction_figure(part, title="made $x")
    assert len(figure.axes) % 3 == 0
    assert {a.get_ylabel() for a in figure.axes} >= {"science", "template", "difference"}
    figure.canvas.draw()


def test_nothing_measured_is_said(sequence):
    nothing = replace(light_curve(sequence), flux_err=np.full(10, np.nan))
    with pytest.raises(InputError, match="no epoch was measured"):
        light_curve_figure(nothing)
    with pytest.raises(InputError, match="nothing was subtracted"):
        subtraction_figure(measure_bands(sequence)[0])
