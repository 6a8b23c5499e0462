"""The sky of the demo: goes on after an interruption, and holds what it says it holds."""

import numpy as np
import pytest

from taonet.io.archive import Archive
from taonet.tasks.demo_sky import EMPTY, FOREIGN, empty_place, foreign_supernova, simulate_sky


@pytest.fixture(scope="module")
def sky(tmp_path_factory):
    return simulate_sky(tmp_path_factory.mktemp("sky"), seed=1, n_objects=2)


def test_strangers_have_no_class_that_could_be_scored(sky):
    assert sky.objects["object_id"].tolist()[2:] == [EMPTY, *FOREIGN]
    assert None not in sky.class_names[:2]
    assert sky.class_names[2:] == [None] * 4
    assert sky.is_simulated


def test_nothing_is_at_the_empty_place():
    place = empty_place(1)
    median = np.median(place.frames[:, 0].astype(float), axis=0)
    sky, spread = np.median(median), np.median(np.abs(median - np.median(median)))
    assert abs(median[30:35, 30:35].mean() - sky) < 1.5 * spread
    # but there are stars elsewhere in it
    assert median.max() > sky + 20 * spread


def test_the_other_camera_has_smaller_pixels(sky):
    foreign = foreign_supernova("x", seed=1, index=0)
    assert foreign.pixel_scale_arcsec == sky[FOREIGN[0]].pixel_scale_arcsec == 0.27
    assert sky[EMPTY].pixel_scale_arcsec == 2.5
    np.testing.assert_array_equal(foreign.frames, sky[FOREIGN[0]].frames)


def test_what_was_interrupted_goes_on_to_the_same_archive(sky, tmp_path):
    def stop_after_two(items, _total, _title):
        for number, item in enumerate(items):
            if number == 2:
                raise KeyboardInterrupt
            yield item

    with pytest.raises(KeyboardInterrupt):
        simulate_sky(tmp_path, seed=1, n_objects=2, track=stop_after_two)
    assert (tmp_path / "sky.part").is_dir()
    assert simulate_sky(tmp_path, seed=1, n_objects=2).digest == sky.digest


def test_what_is_there_is_not_made_again(sky):
    written = (sky.path / "manifest.json").stat().st_mtime_ns
    again = simulate_sky(sky.path.parent, seed=1, n_objects=2)
    assert isinstance(again, Archive)
    assert (again.path / "manifest.json").stat().st_mtime_ns == written
