from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from taonet.features.published import PUBLISHED, published_features
from taonet.features.tables import feature_rows
from taonet.io.tables import read_table, write_parts
from taonet.photometry.lightcurves import light_curve
from taonet.photometry.tables import PhotometryOptions, measure_curve
from taonet.photometry.tables import lightcurve_rows as rows_of_curve
from taonet.sky.cutout import Quality
from taonet.sky.psf import moffat
from taonet.sky.sequence import ImageSequence


def a_sequence(object_id="a", class_name=None, n=12):
    noise = np.random.default_rng(n).normal(500, 7, (n, 1, 21, 21))
    frames = noise + 3000 * moffat(21, fwhm_px=3.0)
    frames[3] = 0
    mjd = 55000.0 + np.arange(n)
    return ImageSequence.from_frames(
        object_id, frames, mjd, band=["g", "r"] * (n // 2), class_name=class_name
    )


def lightcurve_rows(sequence):
    return rows_of_curve(measure_curve(sequence))


def feature_row(sequence):
    return next(feature_rows([measure_curve(sequence)], "published"))


def test_a_light_curve_has_a_row_for_every_epoch_seen_or_not():
    rows = lightcurve_rows(a_sequence(class_name="SN"))
    columns = "object_id class_name mjd band flux flux_err mag magerr limiting_mag quality"
    assert list(rows.columns) == [*columns.split(), "zero_point_mag"]
    assert len(rows) == 12
    assert list(rows["band"]) == ["g", "r"] * 6
    assert set(rows["class_name"]) == {"SN"}
    assert list(np.flatnonzero(rows["flux"].isna())) == [3]
    assert list(np.flatnonzero(rows["quality"] & int(Quality.BLANK))) == [3]
    np.testing.assert_array_equal(rows["mag"], light_curve(a_sequence()).mag)


def test_features_are_those_of_the_light_curve():
    sequence = a_sequence(class_name="SN")
    row = feature_row(sequence)
    assert list(row.columns) == ["object_id", "class_name", *PUBLISHED]
    assert row.loc[0, "class_name"] == "SN"
    curve = light_curve(sequence)
    expected = published_features(curve.mjd, curve.mag, curve.magerr)
    assert row.loc[0, list(PUBLISHED)].to_dict() == expected
    assert np.isfinite(row["stetson_j"][0])


def test_short_curves_have_a_row_without_features():
    row = feature_row(a_sequence(n=8))
    assert row.loc[0, "object_id"] == "a"
    assert row[list(PUBLISHED)].isna().all(axis=None)


@pytest.mark.parametrize("measure", [lightcurve_rows, feature_row])
def test_what_is_written_object_by_object_is_read_back_whole(tmp_path, monkeypatch, measure):
    monkeypatch.setattr("taonet.io.tables.ROWS_AT_ONCE", 13)
    sequences = [a_sequence("a"), a_sequence("b", "SN"), a_sequence("c", n=14)]
    whole = pd.concat([measure(s) for s in sequences], ignore_index=True)
    path = tmp_path / "t.parquet"
    assert write_parts(map(measure, sequences), path) == len(whole)
    back = read_table(path)
    # None and NaN both say that the class is not known
    known = [name if isinstance(name, str) else None for name in back["class_name"]]
    assert known == whole["class_name"].tolist()
    one, other = (table.drop(columns="class_name") for table in (back, whole))
    pd.testing.assert_frame_equal(one, other, check_dtype=False)


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".ecsv", ".vot"])
def test_the_template_of_each_row_is_read_back_from_any_table(tmp_path, suffix):
    sequence = replace(a_sequence(), band=("r",) * 12)
    rows = rows_of_curve(measure_curve(sequence, PhotometryOptions(mode="difference")))
    # the blank epoch is in no template
    names = rows["template"].fillna("").tolist()
    assert names == [""] * 7 + ["55000.00000:55006.00000 (6)"] * 5
    path = tmp_path / f"t{suffix}"
    write_parts([rows], path)
    assert read_table(path)["template"].fillna("").tolist() == names
    assert "template" not in lightcurve_rows(sequence)
