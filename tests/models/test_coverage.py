"""What sequences are like: counted and measured, against what was simulated."""

from dataclasses import replace

import numpy as np
import pytest

import taonet
from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.models.coverage import common_domain, coverage_of, depth_of
from taonet.sky.sequence import ImageSequence

READING = Reading(scaling=Scaling())
NOISE, FWHM_PX, ZERO_POINT = 5.0, 3.0, 25.0


@pytest.fixture
def sequence():
    frames = np.random.default_rng(1).normal(100, NOISE, (20, 41, 41))
    mjd = 59000.0 + np.arange(20)
    return ImageSequence.from_frames(
        "o", frames, mjd, band="r", seeing_fwhm_px=FWHM_PX, zero_point_mag=ZERO_POINT
    )


def test_the_depth_is_that_of_a_matched_filter(sequence):
    y, x = np.mgrid[-30:31, -30:31]
    psf = np.exp(-4 * np.log(2) * (x**2 + y**2) / FWHM_PX**2)
    psf /= psf.sum()
    # the error of an optimally weighted flux, Horne (1986)
    five_sigma = 5 * NOISE / np.sqrt((psf**2).sum())
    expected = ZERO_POINT - 2.5 * np.log10(five_sigma)
    assert depth_of(sequence, np.arange(20)) == pytest.approx(expected, abs=0.03)


def test_without_zero_point_or_seeing_no_depth_is_known(sequence):
    unknown = np.full(20, np.nan)
    for change in ({"zero_point_mag": unknown}, {"seeing_fwhm_px": unknown}):
        assert np.isnan(depth_of(replace(sequence, **change), np.arange(20)))


def test_only_what_is_read_counts(sequence):
    reading = replace(READING, mjd_max=59010.0)
    stated = np.where(np.arange(20) % 2, ZERO_POINT, np.nan)
    coverage = coverage_of(replace(sequence, zero_point_mag=stated), reading)
    assert (coverage.n_epochs, coverage.n_late) == (10, 10)
    assert (coverage.span_days, coverage.zero_points) == (9.0, 0.5)
    assert coverage.bands == ("r",)
    nothing = coverage_of(sequence, replace(READING, mjd_max=1.0))
    assert nothing.n_epochs == 0
    assert np.isnan([nothing.span_days, nothing.zero_points, nothing.depth_mag]).all()


def test_a_domain_is_what_the_objects_have_in_common():
    objects = [coverage_of(one, READING) for one in taonet.simulate("tiny", 6, seed=2)]
    domain = common_domain(objects, reading=READING, frame_px=32)
    lengths = [one.n_epochs for one in objects]
    assert list(domain.n_epochs or ()) == [min(lengths), max(lengths)]
    assert domain.pixel_scale_arcsec == 2.5
    assert domain.mjd == (min(o.mjd_first for o in objects), max(o.mjd_last for o in objects))
    unknown = [*objects, replace(objects[0], pixel_scale_arcsec=np.nan)]
    assert common_domain(unknown, reading=READING, frame_px=32).pixel_scale_arcsec is None
    empty = common_domain((), reading=READING, frame_px=32)
    assert (empty.n_epochs, empty.mjd, empty.zero_points) == (None, None, None)
