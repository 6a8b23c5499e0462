"""Films: every usable epoch in order, and never an answer before its time."""

import gc
from typing import Any

import numpy as np
import pytest
from matplotlib.animation import FFMpegWriter
from matplotlib.patches import Rectangle
from PIL import Image

from evaluation.made import FOUR, made_sequence, made_table
from reports.test_stretch import TRIPLET, made_triplets
from taonet.errors import InputError, OutputError
from taonet.reports import film as films
from taonet.reports.film import sequence_film
from taonet.reports.stretch import stretch_channel
from taonet.sky.pictures import usable_epochs
from taonet.sky.sequence import ImageSequence

TABLE = made_table(3, epochs=6)


def gappy():
    """Return a sequence of which two epochs are blank."""
    frames = made_triplets().frames.copy()
    frames[[1, 4]] = 0
    mjd = 59000.0 + np.arange(6)
    return ImageSequence.from_frames("g$", frames, mjd, band=["r"] * 6, channels=TRIPLET)


def texts_of(film):
    return " ".join(text.get_text() for text in film.figure.texts)


def test_usable_epochs_are_played_in_order_at_one_stretch():
    sequence = gappy()
    film = sequence_film(sequence)
    played: list[Any] = list(film.new_frame_seq())
    assert len(played) == 4
    epochs = usable_epochs(sequence)
    assert epochs.tolist() == [0, 2, 3, 5]
    for number, epoch in zip(played, epochs, strict=True):
        film.draw(number)
        assert f"MJD {sequence.mjd[epoch]:.2f}  ·  r  ·  day {epoch}.00" in texts_of(film)
        panels = [axes for axes in film.figure.axes if axes.images]
        assert [axes.get_xlabel() for axes in panels] == list(TRIPLET)
        for axes in panels:
            images = stretch_channel(sequence, epochs, axes.get_xlabel()).images
            np.testing.assert_array_equal(axes.images[0].get_array(), images[number])


def test_answers_appear_with_their_epoch():
    sequence = made_sequence("object 0001")
    rows = TABLE[(TABLE["object_id"] == "object 0001") & (TABLE["n_epochs"] > 2)]
    film = sequence_film(sequence, rows=TABLE[TABLE["n_epochs"] > 2], taxonomy=FOUR)
    bars = film.figure.axes[-1]
    expected = rows[[f"p_{name}" for name in FOUR.classes]].to_numpy()
    for number in (5, 0, 1, 2, 3):
        film.draw(number)
        widths = [bar.get_width() for bar in bars.patches if isinstance(bar, Rectangle)]
        numbers = [text.get_text() for text in bars.texts]
        if number < 2:
            assert widths == [0] * 4
            assert numbers == ["–"] * 4
        else:
            assert widths == expected[number - 2].tolist()
            assert numbers == [f"{p:.2f}" for p in expected[number - 2]]


@pytest.mark.parametrize("px", [9, 21, 50])
def test_pixels_of_cutouts_are_whole_pixels_of_the_film(px, tmp_path):
    film = sequence_film(made_triplets(3, px), size_px=40)
    side = max(1, round(40 / px)) * px
    for axes in film.figure.axes:
        box = axes.get_window_extent()
        np.testing.assert_allclose([box.width, box.height], side)
        np.testing.assert_allclose(
            [box.x0 % 1, box.y0 % 1], np.round([box.x0 % 1, box.y0 % 1]), atol=1e-6
        )
    film.save(tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as saved:
        assert getattr(saved, "n_frames", 1) == 3
        assert saved.info["duration"] == 250
        assert saved.size == tuple(np.round(film.figure.get_size_inches() * 100))
        assert saved.size[0] % 2 == saved.size[1] % 2 == 0


def test_a_film_that_nobody_plays_goes_quietly():
    film = sequence_film(made_sequence("x"))
    assert repr(film) == "<film 'x  ·  SN', 6 epochs, 4 a second>"
    del film
    gc.collect()


def test_a_notebook_plays_as_many_epochs_as_it_can_hold(monkeypatch):
    film = sequence_film(made_sequence("x", epochs=12), size_px=15, frames_per_second=10)
    monkeypatch.setattr(films, "MOST_SHOWN", 4)
    shown = film._repr_html_()
    assert shown.count("data:image/png") == 4
    assert "slider_id, 100.0," in shown
    # a notebook on a train has buttons too
    assert "http" not in shown.replace("http://www.w3.org", "")
    assert {"▶", "❚"} <= set(shown)
    assert "fa-" not in shown
    monkeypatch.setattr(films, "MOST_EMBEDDED_MB", len(shown) * 0.6 / 2**20)
    smaller = film._repr_html_()
    assert 1 <= smaller.count("data:image/png") < 4
    # and the whole film is there as before
    assert len(list(film.new_frame_seq())) == 12


def test_what_cannot_be_written_is_said_in_one_line(monkeypatch, tmp_path):
    film = sequence_film(made_sequence("x", epochs=2), size_px=15)
    monkeypatch.setattr(FFMpegWriter, "isAvailable", classmethod(lambda _: False))
    with pytest.raises(OutputError, match=r"need ffmpeg.*\.gif"):
        film.save(tmp_path / "film.mp4")
    with pytest.raises(OutputError, match="no such folder"):
        film.save(tmp_path / "none" / "film.gif")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_played_is_said_in_one_line():
    sequence = made_sequence("another")
    with pytest.raises(InputError, match=r"no predictions of another.*object 0000, object 0001"):
        sequence_film(sequence, rows=TABLE)
    with pytest.raises(InputError, match="no predictions of another"):
        sequence_film(sequence, rows=TABLE.iloc[:0])
    with pytest.raises(InputError, match="no mjd_last"):
        known = TABLE.assign(object_id="another").drop_duplicates("n_epochs")
        sequence_film(sequence, rows=known.drop(columns="mjd_last"))
    with pytest.raises(InputError, match="frames_per_second must be positive"):
        sequence_film(sequence, frames_per_second=0)
    with pytest.raises(InputError, match="size_px must be positive"):
        sequence_film(sequence, size_px=-3)


def test_nothing_but_blank_frames_is_a_film_of_one():
    frames = np.full((3, 1, 9, 9), np.nan)
    film = sequence_film(ImageSequence.from_frames("nothing", frames, np.arange(3.0)))
    assert len(list(film.new_frame_seq())) == 1
    film.figure.draw_without_rendering()
