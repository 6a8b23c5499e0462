"""Thumbnails: of the brightest frame, made once, the oldest forgotten first."""

from dataclasses import replace

import numpy as np

from taonet.sky.pictures import brightest_epoch, grey_png, stretch_cutouts
from taonet.web import thumbnails
from taonet.web.thumbnails import Thumbnails


def test_the_brightest_frame_is_shown(session, first_id):
    sequence = session.sequence_of(first_id)
    frames = sequence.frames.copy()
    middle = frames.shape[-1] // 2
    frames[4, 0, middle - 2 : middle + 3, middle - 2 : middle + 3] += 4000
    bright = replace(sequence, frames=frames)
    assert brightest_epoch(bright).tolist() == [4]
    picture = Thumbnails().make(first_id, bright)
    assert picture == grey_png(stretch_cutouts(bright, np.array([4]))[0])
    assert len(picture) < 20_000


def test_pictures_are_kept_and_the_oldest_is_forgotten(session, monkeypatch):
    made = []

    def png(image):
        made.append(image)
        return grey_png(image)

    monkeypatch.setattr(thumbnails, "grey_png", png)
    few = Thumbnails(most=2)
    a, b, c = session.answers.object_id[:3]
    for name in (a, b):
        few.make(name, session.sequence_of(name))
    assert few.find(a) is not None
    few.make(c, session.sequence_of(c))
    assert few.find(b) is None
    assert few.find(a) is not None
    assert len(few) == 2
    assert len(made) == 3
