"""Inputs as the verbs take them: joined by kind, and nothing passed over."""

import json

import numpy as np
import pandas as pd
import pytest

from fixtures.make_alerts import packet, seen, stamp, star, write
from taonet.errors import InputError
from taonet.io.ingest import ingest
from taonet.io.sources import alerts_source, sources_of
from taonet.tasks.info import describe
from taonet.tasks.photometry import measure_light_curves
from taonet.tasks.predict import predict_files

NAME = "ztf-sim"


def answers(paths, output):
    tally = predict_files(NAME, paths, output)
    return tally, pd.read_parquet(output)


def chances(table):
    return table.filter(like="p_").to_numpy(float)


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """One object in four files."""
    folder = tmp_path_factory.mktemp("night")
    for k in range(4):
        write(folder / f"p{k}.avro", [seen(100 + k, jd=2459000.5 + 3 * k, fid=1 + k % 2)])
    return folder


def test_files_are_one_object_as_their_folder_is(night, tmp_path):
    _, whole = answers([night], tmp_path / "folder.parquet")
    tally, single = answers(sorted(night.glob("*.avro")), tmp_path / "files.parquet")
    assert tally.objects == 1
    assert list(single["n_epochs"]) == [1, 2, 3, 4]
    pd.testing.assert_frame_equal(whole, single)


def test_light_curves_are_measured_of_joined_files_too(night, tmp_path):
    tally = measure_light_curves(sorted(night.glob("*.avro")), tmp_path / "curves.parquet")
    assert tally.objects == 1


def test_inputs_of_one_kind_are_one_source(night, deep_tao_maker, tmp_path):
    deep_tao_maker.make_deep_tao(tmp_path / "fits", seed=1, n_per_class=1)
    fits = sorted((tmp_path / "fits").rglob("*.fits"))
    ingest(alerts_source([night]), tmp_path / "archive")
    packets = sorted(night.glob("*.avro"))
    sources = sources_of([packets[0], *fits[:2], tmp_path / "archive", *packets[1:]])
    assert sorted((source.kind, source.count) for source in sources) == [
        ("alerts", 1),
        ("archive", 1),
        ("deep-tao", 2),
    ]


def test_a_folder_of_two_kinds_is_two_sources_and_nothing_is_left(deep_tao_maker, tmp_path):
    deep_tao_maker.make_deep_tao(tmp_path / "d", seed=1, n_per_class=1)
    n_fits = len(list((tmp_path / "d").rglob("*.fits")))
    write(tmp_path / "d" / "a.avro", [packet(1)])
    (tmp_path / "d" / "notes.txt").write_text("hello")
    sources = {source.kind: source for source in sources_of([tmp_path / "d"])}
    assert (sources["alerts"].count, sources["deep-tao"].count) == (1, n_fits)
    (remark,) = sources["alerts"].remarks
    assert "1 file of the folder not read: no alert packets (notes.txt" in remark


def test_a_folder_without_anything_to_read_says_what_is_in_it(tmp_path):
    with pytest.raises(InputError, match="got an empty folder"):
        sources_of([tmp_path])
    for k in range(2):
        (tmp_path / str(k)).write_bytes(b"\x00\x00\x00\x03\x84" + bytes(200))
    with pytest.raises(InputError, match="2 × a packet in Confluent framing"):
        sources_of([tmp_path])


def test_files_of_no_known_kind_are_set_aside_beside_the_alerts_they_came_with(night, tmp_path):
    (tmp_path / "_SUCCESS").touch()
    (source,) = sources_of([*night.glob("*.avro"), tmp_path / "_SUCCESS"])
    assert (source.kind, source.count) == ("alerts", 2)


def test_an_object_that_two_sources_have_is_used_once(night, tmp_path):
    ingest(alerts_source([night]), tmp_path / "archive")
    tally, table = answers([tmp_path / "archive", night], tmp_path / "p.parquet")
    assert (tally.objects, tally.set_aside_count, len(table)) == (1, 1, 4)


def test_a_band_the_model_does_not_know_costs_its_epoch_alone(tmp_path):
    others = [seen(1, fid=1), seen(3, fid=2, jd=2459002.5)]
    write(tmp_path / "gir.avro", [*others, seen(2, fid=3, jd=2459001.5)])
    write(tmp_path / "gr.avro", others)
    tally, table = answers([tmp_path / "gir.avro"], tmp_path / "gir.parquet")
    _, expected = answers([tmp_path / "gr.avro"], tmp_path / "gr.parquet")
    np.testing.assert_allclose(chances(table), chances(expected), atol=1e-6)
    assert dict(tally.rejected.parts) == {"a band that this model does not know": 1}
    (line,) = tally.list_path.read_text().splitlines()
    assert "'i'" in json.loads(line)["reason"]
    assert "1 single frames or packets set aside (1 × a band" in str(tally)


def test_an_object_in_bands_the_model_does_not_know_alone_is_rejected(tmp_path):
    write(tmp_path / "i.avro", [seen(k, fid=3, jd=2459000.5 + k) for k in (1, 2)])
    with pytest.raises(InputError, match=r"a band that this model does not know .*bands: g, r"):
        predict_files(NAME, [tmp_path / "i.avro"], tmp_path / "i.parquet")
    write(tmp_path / "g.avro", [seen(3, object_id="ZTF2")])
    tally, _ = answers([tmp_path / "i.avro", tmp_path / "g.avro"], tmp_path / "p.parquet")
    assert (tally.objects, tally.set_aside_count, tally.rejected.parts.total()) == (1, 1, 0)


def test_company_and_order_never_change_an_answer(tmp_path):
    objects = {
        f"ZTF{k}": [
            seen(10 * k + e, object_id=f"ZTF{k}", jd=2459000.5 + e, fid=1 + e % 2)
            for e in range(1 + k % 3)
        ]
        for k in range(5)
    }
    packets = [one for some in objects.values() for one in some]
    write(tmp_path / "all.avro", packets)
    write(tmp_path / "turned.avro", packets[::-1])
    write(tmp_path / "one.avro", objects["ZTF2"])
    found = [answers([tmp_path / f"{n}.avro"], tmp_path / f"{n}.parquet")[1] for n in
             ("all", "turned", "one")]  # fmt: skip
    alone = chances(found[2])
    for table in found[:2]:
        np.testing.assert_allclose(chances(table[table["object_id"] == "ZTF2"]), alone, atol=1e-4)


@pytest.mark.parametrize("which", [1, 2])
@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_a_template_or_difference_of_nothing_never_gives_a_chance_that_is_no_number(
    tmp_path, which, value
):
    images = [star(3), star(7, flux=0.0), star(3) - star(7, flux=0.0)]
    images[which] = np.full_like(images[which], value)
    packets = [packet(1, stamps=[stamp(image) for image in images]), seen(2, jd=2459003.5)]
    write(tmp_path / "a.avro", packets)
    _, table = answers([tmp_path / "a.avro"], tmp_path / "p.parquet")
    assert np.isfinite(chances(table)).all()
    np.testing.assert_allclose(chances(table).sum(axis=1), 1, atol=1e-6)


def test_when_nothing_can_be_classified_all_reasons_are_told(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.avro").write_bytes(b"\x00\x00\x00\x03\x84" + bytes(200))
    write(tmp_path / "d" / "b.avro", [packet(1, cutoutScience=None)])
    with pytest.raises(InputError) as error:
        predict_files(NAME, [tmp_path / "d"], tmp_path / "p.parquet")
    assert "no science stamp" in str(error.value)
    assert "Confluent" in str(error.value)


def test_info_shows_the_first_object_that_can_be_read(tmp_path):
    (tmp_path / "a.avro").write_bytes(b"")
    write(tmp_path / "b.avro", [packet(1, object_id="ZTF5")])
    facts = describe(tmp_path)
    assert (facts["items"], facts["first"]) == (2, "ZTF5")
    with pytest.raises(InputError, match="empty file"):
        describe(tmp_path / "a.avro")
