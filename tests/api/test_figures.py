"""Figures and films of objects, wherever these are."""

import pytest
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

import taonet
from taonet.errors import InputError


@pytest.fixture(scope="module")
def sequences():
    return taonet.simulate("hits", 2, seed=7)


@pytest.fixture(scope="module")
def predictions(sequences):
    return taonet.predict("hits-sim", sequences)


def test_a_sequence_is_drawn_as_cutouts_and_with_predictions(sequences, predictions):
    one = sequences[0]
    alone = taonet.plot(one)
    assert isinstance(alone, Figure)
    assert len(alone.axes) == 8
    answered = taonet.plot(one, predictions=predictions)
    assert any(axes.get_ylabel() == "probability" for axes in answered.get_axes())
    for also in ({}, {"predictions": predictions}):
        titled = taonet.plot(sequences, object_id=one.object_id, title="A star", **also)
        assert "A star" in repr(titled)


def test_predictions_and_light_curves_are_drawn_against_time(sequences, predictions):
    one = sequences[0]
    for table in (predictions, taonet.light_curves(sequences)):
        figure = taonet.plot(table, object_id=one.object_id)
        assert figure.axes[0].get_xlabel() == "MJD"
        with pytest.raises(InputError, match="choose one with object_id"):
            taonet.plot(table)


def test_a_path_is_enough(sequences, predictions, tmp_path):
    archive = taonet.simulate("hits", 2, seed=7, output=tmp_path / "a")
    name = sequences[1].object_id
    assert len(taonet.plot(str(archive.path), object_id=name).axes) == 8
    predictions.to_csv(tmp_path / "p.csv", index=False)
    assert taonet.plot(tmp_path / "p.csv", object_id=name).axes


def test_predictions_about_others_are_refused(sequences, predictions):
    others = predictions[predictions["object_id"] == sequences[1].object_id]
    for draw in (taonet.plot, taonet.animate):
        with pytest.raises(InputError, match="no predictions of"):
            draw(sequences[0], predictions=others)


def test_a_film_is_a_matplotlib_animation(sequences, predictions, tmp_path):
    film = taonet.animate(sequences[0], predictions=predictions)
    assert isinstance(film, FuncAnimation)
    assert len(repr(film)) < 80
    film.save(str(tmp_path / "film.gif"))
    assert (tmp_path / "film.gif").read_bytes().startswith(b"GIF8")
    with pytest.raises(InputError, match="a film needs a sequence"):
        taonet.animate(taonet.light_curves(sequences[0]))
