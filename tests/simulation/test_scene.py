"""Pixels: against a Moffat profile summed in real space, and against the laws of noise."""

import numpy as np
import pytest

from taonet.simulation.conditions import Conditions
from taonet.simulation.light import DARK, Galaxy, Light
from taonet.simulation.scene import CLEAR_PX, Neighbours, draw_neighbours, render_light

SIZE = 64


def conditions(n, **given):
    columns = {"zero_point_mag": 26.0, "sky_adu": 0.0, "shift_x": 0.0, "shift_y": 0.0}
    columns |= {"seeing_fwhm_px": 2.5, **given}
    return Conditions(**{k: np.broadcast_to(np.float64(v), n).copy() for k, v in columns.items()})


def empty():
    return Neighbours(x=np.zeros(0), y=np.zeros(0), mag=np.zeros(0))


def scene(light, n=2, **given):
    mjd = 54000 + 365.25 * np.arange(n)
    return render_light(
        empty(), light, mjd, conditions(n, **given), size_px=SIZE, pixel_arcsec=2.5, x=32.0, y=32.0
    )


def test_magnitudes_become_counts_by_the_zero_point_of_each_epoch():
    star = Light(mag=np.array([18.0, 20.0]), subtype="star")
    frames = scene(star, zero_point_mag=[25.0, 24.5])
    counts = 10 ** (0.4 * np.array([25.0 - 18.0, 24.5 - 20.0]))
    np.testing.assert_allclose(frames.sum(axis=(1, 2)), counts, rtol=5e-3)


def test_dark_things_give_no_light_and_their_host_fades_under_clouds():
    light = Light(mag=np.full(2, DARK), subtype="dark")
    assert np.abs(scene(light)).max() == 0
    hosted = Light(mag=np.full(2, DARK), subtype="galaxy", host=Galaxy(mag=18, radius_arcsec=2))
    clear, cloudy = scene(hosted, zero_point_mag=[26.0, 25.0]).sum(axis=(1, 2))
    assert cloudy / clear == pytest.approx(10**-0.4, rel=1e-4)


def test_proper_motion_moves_the_source_by_what_it_says():
    star = Light(mag=np.full(3, 16.0), subtype="mover", pm_x_arcsec_per_year=5.0)
    frames = scene(star, n=3)
    at = (frames.sum(axis=1) * np.arange(SIZE)).sum(axis=1) / frames.sum(axis=(1, 2))
    np.testing.assert_allclose(np.diff(at), 2.0, atol=0.02)
    assert at[1] == pytest.approx(32.0, abs=0.02)


def test_neighbours_leave_the_object_alone_and_crowd_towards_the_galaxy():
    counts = {}
    for latitude in (90.0, 20.0):
        fields = [
            draw_neighbours(SIZE, 2.5, latitude, np.random.default_rng(i)) for i in range(150)
        ]
        counts[latitude] = np.mean([np.sum(field.mag < 20.5) for field in fields])
        for field in fields:
            assert np.all(np.hypot(field.x - 32, field.y - 32) > CLEAR_PX)
    assert counts[20.0] / counts[90.0] == pytest.approx(1 / np.sin(np.radians(20)), rel=0.2)
    # 2,000 a square degree with a scatter of exp(0.3): the mean is exp(0.3²/2) above
    square_degrees = ((SIZE + 24) * 2.5 / 3600) ** 2
    assert counts[90.0] == pytest.approx(2000 * np.exp(0.045) * square_degrees, rel=0.15)
