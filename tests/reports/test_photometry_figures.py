"""Figures of the first few objects: sequences pass through, and only some are drawn."""

from dataclasses import replace

import numpy as np
import pytest

from photometry.made import field
from taonet.photometry.tables import CAUSAL
from taonet.reports import photometry_figures as module
from taonet.reports.photometry_figures import draw_figures

FLUX = np.where(np.arange(10) > 6, 8000.0, 0.0)
PNG = b"\x89PNG"


@pytest.fixture(autouse=True)
def coarse(monkeypatch):
    monkeypatch.setattr(module, "DOTS_PER_INCH", 20)


@pytest.fixture(scope="module")
def sequence():
    return field(10, flux=FLUX, seed=1, band=["r"] * 10)[0]


def test_the_first_are_drawn_and_all_are_passed_on(sequence, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    named = [replace(sequence, object_id=f"a:b/{i}") for i in range(4)]
    passed = list(draw_figures(iter(named), tmp_path, CAUSAL))
    assert all(one is other for one, other in zip(passed, named, strict=True))
    files = sorted(tmp_path.iterdir())
    # neither colons nor slashes in names of files
    assert [file.name for file in files] == ["a_b_0.png", "a_b_1.png"]
    assert all(file.read_bytes().startswith(PNG) for file in files)


def test_a_sequence_is_drawn_when_it_is_asked_for(sequence, tmp_path):
    remaining = draw_figures(iter([sequence]), tmp_path, CAUSAL)
    assert not list(tmp_path.iterdir())
    next(remaining)
    assert len(list(tmp_path.iterdir())) == 1


def test_differences_are_shown_band_by_band_before_and_after(sequence, tmp_path):
    list(draw_figures([sequence], tmp_path, replace(CAUSAL, mode="difference")))
    stem = sequence.object_id
    assert {file.name for file in tmp_path.iterdir()} == {f"{stem}.png", f"{stem}-r.png"}


def test_what_could_not_be_measured_has_no_figure(sequence, tmp_path):
    blank = replace(sequence, frames=np.full_like(sequence.frames, 7))
    assert list(draw_figures([blank], tmp_path, CAUSAL)) == [blank]
    assert not list(tmp_path.iterdir())
