"""How things show themselves: one line of a screen, and HTML that names cannot break."""

import dataclasses

import numpy as np
import pytest

import taonet
from taonet.io.lightcurves.tables import Curve
from taonet.sky.lightcurve import LightCurve

LINE = 79


@pytest.fixture(scope="module")
def sequences():
    return taonet.simulate("hits", 3, seed=11)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reprs") / "archive"
    return taonet.simulate("hits", 3, seed=11, output=folder)


@pytest.fixture(scope="module")
def predictions(sequences):
    return taonet.predict("hits-sim", sequences)


def check_line(thing, *words):
    line = repr(thing)
    assert len(line) <= LINE, line
    assert "\n" not in line
    for word in words:
        assert word in line
    return line


def test_a_sequence_is_one_line(sequences):
    one = sequences[0]
    check_line(one, one.object_id, one.class_name, f"{len(one)} epochs", "21 × 21 px")
    long = dataclasses.replace(one, object_id="x" * 100)
    assert check_line(long).endswith("…")
    assert "<img" in one._repr_html_()


def test_an_archive_is_one_line(archive, sequences):
    check_line(archive, "3 simulated objects", "frames of 21 × 21 px", *archive.class_counts)
    assert str(archive.path) in archive._repr_html_()
    name = sequences[1].object_id
    assert archive[name].object_id == name
    with pytest.raises(taonet.errors.MissingError, match="no object of this name"):
        archive["nova"]
    assert [one.object_id for one in archive] == [one.object_id for one in sequences]


def test_light_curves_are_one_line():
    mjd, one = np.arange(3.0) + 55000, np.ones(3)
    curve = Curve(object_id="c", class_name="CV", mjd=mjd, mag=one, magerr=one, band=("g",) * 3)
    assert check_line(curve) == "<Curve c: CV, 3 points, g>"
    measured = LightCurve(
        object_id="m", mjd=mjd, flux=one, flux_err=one, zero_point_mag=25 * one, band=("",) * 3
    )
    assert check_line(measured) == "<LightCurve m: 3 epochs>"


def test_a_run_is_one_line(world):
    from taonet.api.training import Run

    check_line(Run(folder=world / "run"))
    assert "run.model" in Run(folder=world / "run")._repr_html_()
