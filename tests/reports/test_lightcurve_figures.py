"""Figures of light curves and subtractions: what is drawn is what was measured."""

from dataclasses import replace

import numpy as np
import pytest

from photometry.made import field
from taonet.errors import InputError
from taonet.io.lightcurves.tables import NO_LIMITS, Curve, UpperLimits
from taonet.photometry.lightcurves import light_curve, measure_bands
from taonet.reports.lightcurve_figures import (
    BAND_COLOURS,
    MORE_COLOURS,
    band_colours,
    light_curve_figure,
    subtraction_figure,
)
from taonet.sky.bands import WAVELENGTH_NM

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


def lines_of(figure, marker):
    (axes,) = figure.axes
    return [line for line in axes.lines if line.get_marker() == marker]


def test_a_table_of_magnitudes_has_all_its_points_and_limits():
    curve = Curve(
        object_id="t",
        class_name=None,
        mjd=np.arange(4.0),
        mag=np.array([18.0, 19.0, 20.0, 21.0]),
        magerr=np.array([0.1, 0.2, 0.9, 2.0]),
        band=("g", "r", "g", "r"),
        limits=UpperLimits(mjd=np.array([7.0]), mag=np.array([20.5]), band=("V",)),
    )
    figure = light_curve_figure(curve)
    points = {line.get_color(): line.get_ydata().tolist() for line in lines_of(figure, "o")}
    assert points == {BAND_COLOURS["g"]: [18, 20], BAND_COLOURS["r"]: [19, 21], MORE_COLOURS[0]: []}
    (limit,) = [line for line in lines_of(figure, "v") if len(line.get_xdata())]
    assert (limit.get_xydata().tolist(), limit.get_color()) == ([[7, 20.5]], MORE_COLOURS[0])
    assert figure.axes[0].get_legend_handles_labels()[1] == ["g", "V", "r"]
    without = light_curve_figure(replace(curve, band=(), limits=NO_LIMITS))
    assert [len(line.get_xdata()) for line in lines_of(without, "o")] == [4]
    with pytest.raises(InputError, match="no epoch was measured"):
        none = np.zeros(0)
        light_curve_figure(
            replace(curve, mjd=none, mag=none, magerr=none, band=(), limits=NO_LIMITS)
        )


def test_the_same_fluxes_are_drawn_alike_measured_here_or_read(sequence):
    measured = light_curve(sequence)
    bright = 10 ** (0.4 * (25 - measured.zero_point_mag))
    flux, flux_err = measured.flux * bright, measured.flux_err * bright
    read = Curve(
        object_id="t", class_name=None, mjd=measured.mjd, mag=measured.mag, magerr=measured.magerr,
        band=measured.band, flux=flux, flux_err=flux_err,
        limits=UpperLimits(mjd=np.array([9.0]), mag=np.array([15.0]), band=("r",)),
    )  # fmt: skip
    ours, theirs = light_curve_figure(measured), light_curve_figure(read)
    for marker, more in (("o", []), ("v", [[9.0, 15.0]])):
        (a,), (b,) = lines_of(ours, marker), lines_of(theirs, marker)
        assert len(a.get_xdata()) > 1
        np.testing.assert_allclose(b.get_xydata(), [*a.get_xydata(), *more])


def test_every_band_has_its_own_colour():
    names = [*WAVELENGTH_NM, "ztfg", "zz", ""]
    colours = band_colours(names)
    assert len(set(colours.values())) == len(names)
    assert colours["g"] == BAND_COLOURS["g"]
    assert list(band_colours(["r", "g", "B"])) == ["B", "g", "r"]
