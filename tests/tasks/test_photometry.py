"""The verb `photometry`: options that make sense, and tables that hold what was measured."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.features.tables import feature_rows
from taonet.io.archive import Archive
from taonet.photometry.lightcurves import light_curve
from taonet.photometry.tables import CAUSAL, measure_curve
from taonet.photometry.templates.template import MjdRange
from taonet.tasks.photometry import Products, measure_light_curves, read_options


def test_words_become_options():
    assert read_options() == CAUSAL
    assert read_options(aperture=True, archival=True).mode == "aperture"
    assert read_options(archival=True).causal is False
    assert read_options(nightly=True).nightly
    found = read_options(difference=True, template_mjd="55000:55100")
    assert (found.mode, found.template) == ("difference", MjdRange.parse("55000:55100"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"difference": True, "aperture": True}, "fits the PSF.*leave out --aperture"),
        ({"template_mjd": "1:2"}, "--template-mjd is for differences"),
        ({"templates": ["t.fits"]}, "--template is for differences"),
        (
            {"difference": True, "template_mjd": "1:2", "templates": ["t.fits"]},
            "two kinds of template",
        ),
    ],
)
def test_options_that_contradict_each_other_are_refused(given, words):
    with pytest.raises(InputError, match=words):
        read_options(**given)


def test_the_table_holds_the_light_curve_of_each_object(world, tmp_path):
    archive = Archive(world / "archive")
    tally = measure_light_curves([world / "archive"], tmp_path / "c.parquet", limit=2)
    assert tally.objects == 2
    table = pd.read_parquet(tmp_path / "c.parquet")
    for i in range(2):
        own = table[table["object_id"] == archive[i].object_id]
        curve = light_curve(archive[i])
        np.testing.assert_array_equal(own["mjd"], curve.mjd)
        np.testing.assert_allclose(own["flux"], curve.flux, rtol=1e-5)


def test_features_take_the_place_of_curves(world, tmp_path):
    products = Products(features="modern")
    measure_light_curves([world / "archive"], tmp_path / "f.parquet", products=products, limit=2)
    table = pd.read_parquet(tmp_path / "f.parquet")
    archive = Archive(world / "archive")
    curves = (measure_curve(archive[i], CAUSAL) for i in range(2))
    expected = pd.concat(feature_rows(curves, "modern"), ignore_index=True)
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)


def test_tables_are_measured_already(tmp_path):
    curve = {"object_id": "a", "mjd": 55000.0 + np.arange(12), "mag": 18.0, "magerr": 0.1}
    table = tmp_path / "c.csv"
    pd.DataFrame(curve).to_csv(table, index=False)
    out = tmp_path / "o.csv"
    with pytest.raises(InputError, match=r"light curves already.*--features"):
        measure_light_curves([table], out)
    features = Products(features="published")
    for given, words in (
        ({"how": read_options(aperture=True)}, "are measured already"),
        (
            {"products": Products(features="published", figures=tmp_path / "f")},
            "no cutouts to draw",
        ),
    ):
        options: dict[str, Any] = {"products": features, **given}
        with pytest.raises(InputError, match=words):
            measure_light_curves([table], out, **options)
    with pytest.raises(InputError, match="tables beside cutouts"):
        measure_light_curves([table, Path("x.fits")], out, products=features)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["c.csv"]
    measure_light_curves([table], out, products=features)
    assert pd.read_csv(out)["object_id"].tolist() == ["a"]
