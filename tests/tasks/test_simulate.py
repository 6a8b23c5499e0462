"""Simulated archives, Deep-TAO files and tables of light curves, as a user gets them."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from taonet.errors import ConfigError, OutputError
from taonet.features.published import PUBLISHED
from taonet.io.archive import Archive
from taonet.io.archive_writer import work_folder
from taonet.io.ingest import ingest
from taonet.io.provenance import (
    NUMBERS,
    SIMULATION,
    SOURCE,
    TRUTH,
    describe_simulation,
    truth_path,
)
from taonet.io.sources import source_of
from taonet.simulation.populations.supernovae import supernova
from taonet.simulation.presets.by_name import SOURCE_DIGESTS, SURVEYS
from taonet.sky.taxonomy import CRTS
from taonet.tasks.inject import inject_archive
from taonet.tasks.photometry import Products, measure_light_curves
from taonet.tasks.simulate import (
    Sample,
    simulate_archive,
    simulate_light_curves,
    simulate_sequences,
)


def test_fits_files_read_back_give_the_identical_sequences(tmp_path):
    simulate_archive(
        Sample(survey="crts", n_objects=6, seed=5), tmp_path / "made", fits=tmp_path / "fits"
    )
    ingest(source_of(tmp_path / "fits"), tmp_path / "read")
    made, read = Archive(tmp_path / "made"), Archive(tmp_path / "read")
    place = {name: i for i, name in enumerate(read.objects["object_id"])}
    assert len(place) == len(made) == 6
    for one in (made[i] for i in range(6)):
        other = read[place[one.object_id]]
        assert one.frames.dtype == other.frames.dtype
        for name in ("frames", "mjd", "mjd_raw", "quality", "seeing_fwhm_px", "zero_point_mag"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        for name in ("band", "exposure_id", "ra", "dec", "class_name", "raw_label", "field_id"):
            assert getattr(one, name) == getattr(other, name)


def test_any_number_of_workers_makes_the_same_archive(tmp_path):
    for workers in (1, 2):
        simulate_archive(
            Sample(survey="tiny", n_objects=7, seed=5), tmp_path / str(workers), workers=workers
        )
    assert Archive(tmp_path / "1").digest == Archive(tmp_path / "2").digest
    truths = [(tmp_path / name / "truth.jsonl").read_text() for name in ("1", "2")]
    assert truths[0] == truths[1]


def test_only_the_layout_of_crts_becomes_deep_tao(tmp_path):
    with pytest.raises(ConfigError, match="not that of ztf"):
        simulate_archive(Sample(survey="ztf", n_objects=1), tmp_path / "a", fits=tmp_path / "fits")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="a file is there, not a folder"):
        simulate_archive(Sample(survey="crts", n_objects=1), tmp_path / "a", fits=tmp_path / "file")
    assert not (tmp_path / "a").exists()


def test_light_curves_come_as_the_database_has_them_with_their_truth(tmp_path):
    table = tmp_path / "curves.parquet"
    count = simulate_light_curves(Sample(survey="crts", n_objects=12, seed=1), table)
    curves = pd.read_parquet(table)
    assert list(curves.columns) == ["object_id", "class_name", "mjd", "mag", "magerr"]
    assert len(curves) == count
    assert curves["object_id"].nunique() == 12
    truth = [json.loads(line) for line in truth_path(table).read_text().splitlines()]
    assert [one["object_id"] for one in truth] == curves["object_id"].unique().tolist()
    assert sum(one["n_points"] for one in truth) == count
    with pytest.raises(OutputError, match="exists"):
        simulate_light_curves(Sample(survey="crts", n_objects=1), table)


def test_features_of_a_table_of_light_curves(tmp_path):
    simulate_light_curves(Sample(survey="crts", n_objects=12, seed=1), tmp_path / "c.parquet")
    other = pd.read_parquet(tmp_path / "c.parquet")
    renamed = {"mjd": "time", "mag": "magnitude", "magerr": "error"}
    other.rename(columns=renamed).to_csv(tmp_path / "other.csv", index=False)
    found = []
    for name in ("c.parquet", "other.csv"):
        output = tmp_path / f"{name}.features.parquet"
        products = Products(features="published")
        tally = measure_light_curves([tmp_path / name], output, products=products)
        assert tally.objects == 12
        found.append(pd.read_parquet(output))
    assert list(found[0].columns) == ["object_id", "class_name", *PUBLISHED]
    pd.testing.assert_frame_equal(found[0], found[1])


@pytest.fixture
def with_disruptions(monkeypatch):
    """Let the preset `tiny` know a class beyond its taxonomy."""
    survey = SURVEYS["tiny"]
    more = replace(survey, transients={**survey.transients, "TDE": supernova})
    monkeypatch.setitem(SURVEYS, "tiny", more)


@pytest.mark.usefixtures("with_disruptions")
def test_a_class_beyond_the_taxonomy_is_drawn_where_it_is_named(tmp_path):
    simulate_archive(Sample(survey="tiny", n_objects=4, classes=["SN", "TDE"]), tmp_path / "named")
    named = Archive(tmp_path / "named")
    assert named.taxonomy.classes == (*CRTS.classes, "TDE")
    assert Counter(named.class_names) == {"SN": 2, "TDE": 2}
    simulate_archive(Sample(survey="tiny", n_objects=6), tmp_path / "default")
    default = Archive(tmp_path / "default")
    assert default.taxonomy == CRTS
    assert "TDE" not in default.class_names
    inject_archive(tmp_path / "default", tmp_path / "planted", class_name="TDE", survey_name="tiny")
    assert Archive(tmp_path / "planted").taxonomy == named.taxonomy


@pytest.mark.usefixtures("with_disruptions")
def test_what_is_not_known_of_a_class_beyond_the_taxonomy_is_said(tmp_path):
    realistic = Sample(survey="tiny", n_objects=4, classes=["TDE"], mix="realistic")
    with pytest.raises(ConfigError, match="how common TDE is in tiny is not known"):
        simulate_archive(realistic, tmp_path / "a")
    named = Sample(survey="tiny", n_objects=4, classes=["TDE"])
    with pytest.raises(ConfigError, match="Deep-TAO has no class TDE"):
        simulate_archive(named, tmp_path / "a", fits=tmp_path / "fits")


SAMPLE = Sample(survey="tiny", n_objects=5, seed=2)


def interrupt(path):
    """Simulate into an archive and break off at the third object."""

    def track(items, _count, _text):
        for number, item in enumerate(items):
            if number == 2:
                raise KeyboardInterrupt
            yield item

    with pytest.raises(KeyboardInterrupt):
        simulate_archive(SAMPLE, path, track=track)
    return work_folder(path)


def restate(work, **note):
    """Write another note beside an unfinished archive."""
    (work / SIMULATION).write_text(json.dumps({"command": SAMPLE.command, **note}))


SOURCE_DIGEST = next(
    source for source, numbers in SOURCE_DIGESTS.items() if numbers == SAMPLE.preset_digest
)


@pytest.mark.parametrize(
    "note", [{NUMBERS: SAMPLE.preset_digest}, {SOURCE: SOURCE_DIGEST}], ids=["new", "old"]
)
def test_an_interrupted_simulation_of_the_same_numbers_goes_on(tmp_path, note):
    simulate_archive(SAMPLE, tmp_path / "whole")
    restate(interrupt(tmp_path / "a"), **note)
    simulate_archive(SAMPLE, tmp_path / "a")
    assert Archive(tmp_path / "a").digest == Archive(tmp_path / "whole").digest
    truths = [(tmp_path / name / TRUTH).read_text() for name in ("a", "whole")]
    assert truths[0] == truths[1]
    assert not work_folder(tmp_path / "a").exists()


@pytest.mark.parametrize("note", [{NUMBERS: "0" * 64}, {SOURCE: "0" * 64}], ids=["new", "old"])
def test_an_interrupted_simulation_of_other_numbers_is_left_alone(tmp_path, note):
    work = interrupt(tmp_path / "a")
    restate(work, **note)
    with pytest.raises(OutputError, match="begun with other numbers"):
        simulate_archive(SAMPLE, tmp_path / "a")
    assert len((work / TRUTH).read_text().splitlines()) == 2
    simulate_archive(SAMPLE, tmp_path / "a", overwrite=True)
    assert len(Archive(tmp_path / "a")) == 5


def test_the_note_tells_what_the_hash_of_the_preset_is_of(tmp_path):
    simulate_archive(Sample(survey="tiny", n_objects=1), tmp_path / "a")
    command = "taonet simulate tiny --objects 1 --seed 1"
    numbers = SAMPLE.preset_digest[:12]
    assert describe_simulation(tmp_path / "a") == f"{command} (preset by its numbers: {numbers})"
    old = {"command": command, SOURCE: "2b9b642083bfca61", "taonet": "0.1.0"}
    (tmp_path / "a" / SIMULATION).write_text(json.dumps(old))
    text = f"{command} (preset by its source text: 2b9b642083bf)"
    assert describe_simulation(tmp_path / "a") == text
    assert describe_simulation(tmp_path) == ""


def test_what_is_not_stated_is_left_out_and_the_pictures_are_the_same():
    told = Sample(survey="tiny", n_objects=2, seed=4)
    untold = Sample(survey="tiny", n_objects=2, seed=4, unstated=True)
    stated, unstated = (
        [sequence for sequence, _ in simulate_sequences(sample)] for sample in (told, untold)
    )
    for one, other in zip(stated, unstated, strict=True):
        np.testing.assert_array_equal(one.frames, other.frames)
        assert np.isfinite(one.seeing_fwhm_px).all()
        assert np.isnan(other.seeing_fwhm_px).all()
        assert np.isnan(other.zero_point_mag).all()
    assert untold.command.endswith("--unstated")
    assert untold.preset_digest == told.preset_digest


def test_a_wide_mix_has_both_and_takes_no_such_option():
    with pytest.raises(ConfigError, match="half of its objects"):
        Sample(survey="tiny", n_objects=2, mix="wide", unstated=True)
