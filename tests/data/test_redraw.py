"""Redrawn light curves: what changes, by how much, and that it can be repeated."""

import numpy as np
from scipy.stats import kstest

from taonet.data.redraw import copies_to_balance, draw_copies, redraw_curve
from taonet.io.lightcurves.tables import Curve


def a_curve(n=5000, error=0.2):
    return Curve(
        object_id="a", class_name="SN", mjd=55000.0 + np.arange(n), mag=np.linspace(17, 19, n),
        magerr=np.full(n, error), band=("V",) * n, ra=1.0,
    )  # fmt: skip


def test_magnitudes_are_drawn_within_their_errors_and_nothing_else_changes():
    curve = a_curve()
    copy = redraw_curve(curve, np.random.default_rng(1))
    assert kstest((copy.mag - curve.mag) / curve.magerr, "norm").pvalue > 0.01
    for name in ("mjd", "magerr", "band", "ra", "object_id", "class_name", "limits"):
        assert getattr(copy, name) is getattr(curve, name)


def test_classes_are_even_afterwards_and_copies_are_shared_out():
    label = np.array([0] * 7 + [1] * 2 + [3] * 3)
    copies = copies_to_balance(label)
    after = np.bincount(np.concatenate([label, label[copies]]))
    assert list(after) == [7, 7, 0, 7]
    each = np.bincount(copies, minlength=len(label))
    for name in (1, 3):
        assert np.ptp(each[label == name]) <= 1


def test_a_copy_depends_on_seed_object_and_number_alone():
    curves = [a_curve(20) for _ in range(9)]
    long = dict_of(draw_copies(curves, np.array([0] * 6 + [1] * 3), seed=4))
    short = dict_of(draw_copies(curves[:8], np.array([0] * 6 + [1] * 2), seed=4))
    np.testing.assert_array_equal(long[6][0].mag, short[6][0].mag)
    assert not np.array_equal(short[6][0].mag, short[6][1].mag)
    other = dict_of(draw_copies(curves[:8], np.array([0] * 6 + [1] * 2), seed=5))
    assert not np.array_equal(other[6][0].mag, short[6][0].mag)


def dict_of(copies):
    found: dict = {}
    for i, copy in copies:
        found.setdefault(i, []).append(copy)
    return found
