"""Missing pixels: as often as they are set to, and never at the object."""

from typing import Any

import numpy as np
import pytest

from taonet.simulation.gaps import WOBBLE_PX, Gaps, draw_gaps
from taonet.simulation.measured_numbers import read_numbers


def test_gaps_come_as_often_as_they_are_asked_for():
    table = read_numbers("ztf")["edges"]
    edges: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    gaps = Gaps(**edges)
    rng = np.random.default_rng(0)
    drawn = [draw_gaps(gaps, 63, 3, rng) for _ in range(1500)]
    assert np.mean([cut.any() for _, cut in drawn]) == pytest.approx(0.048, abs=0.02)
    with_gaps = np.mean([missing.any() for missing, _ in drawn])
    assert with_gaps == pytest.approx(0.14, abs=0.03)
    assert not any(missing[:, 31, 31].any() for missing, _ in drawn)


def test_an_edge_is_missing_on_one_side_and_wobbles_by_whole_pixels():
    gaps = Gaps(edge_share=1, edge_px=(6, 7))
    missing, cut = draw_gaps(gaps, 31, 40, np.random.default_rng(3))
    assert cut.all()
    sides = {k for k in range(4) for frame in missing if np.rot90(frame, k)[0].all()}
    assert len(sides) == 1
    (side,) = sides
    widths = [np.rot90(frame, side).all(axis=1).sum() for frame in missing]
    assert set(widths) == {6 + step for step in range(-WOBBLE_PX, WOBBLE_PX + 1)}
    assert all(frame.sum() == 31 * width for frame, width in zip(missing, widths, strict=True))


def test_without_gaps_nothing_is_missing():
    missing, cut = draw_gaps(Gaps(), 15, 4, np.random.default_rng(0))
    assert missing.shape == (4, 15, 15)
    assert not missing.any()
    assert not cut.any()
