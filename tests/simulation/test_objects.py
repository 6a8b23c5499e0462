"""Whole objects: the same for the same seed, and nothing but the light knows the class."""

import json
from itertools import islice

import numpy as np
import pytest

from taonet.errors import ConfigError
from taonet.io.deep_tao.release import RELEASE_OBJECTS
from taonet.simulation.objects import simulate, simulate_object
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.taxonomy import CRTS

TINY = survey_preset("tiny")


def one(class_name, index=0, seed=1):
    return simulate_object(TINY, class_name, seed=seed, index=index)


def same(a, b):
    return np.array_equal(a.frames, b.frames) and np.array_equal(a.mjd, b.mjd) and a.ra == b.ra


@pytest.mark.parametrize("mix", ["balanced", "realistic"])
def test_an_object_depends_on_seed_and_number_alone(mix):
    drawn = list(simulate(TINY, 9, seed=5, mix=mix))
    late = list(simulate(TINY, 2, seed=5, mix=mix, start=7))
    for (a, truth_a), (b, truth_b) in zip(drawn[7:], late, strict=True):
        assert same(a, b)
        assert a.object_id == b.object_id
        assert truth_a == truth_b
    assert not same(drawn[0][0], drawn[1][0])
    assert not same(drawn[0][0], one(drawn[0][0].class_name, seed=6)[0])


def test_a_seed_sequence_may_be_used_again_and_equals_its_number():
    root = np.random.SeedSequence(1)
    first, again = one("SN", 3, root)[0], one("SN", 3, root)[0]
    assert same(first, again)
    assert same(first, one("SN", 3, 1)[0])
    assert root.n_children_spawned == 0


@pytest.mark.parametrize("class_name", CRTS.classes)
def test_nothing_but_the_light_knows_the_class(class_name):
    reference, sequence = one("NON")[0], one(class_name)[0]
    for name in ("mjd", "seeing_fwhm_px", "zero_point_mag"):
        np.testing.assert_array_equal(getattr(reference, name), getattr(sequence, name))
    for name in ("band", "exposure_id", "ra", "dec", "object_id"):
        assert getattr(reference, name) == getattr(sequence, name)
    # far from the object the pictures are equal up to the last bit of a transform
    corner = [s.frames[:, 0, :6, :6].astype(int) for s in (reference, sequence)]
    assert np.mean(np.abs(corner[0] - corner[1]) > 2) < 0.01
    centre = [s.frames[:, 0, 12:20, 12:20].astype(int) for s in (reference, sequence)]
    assert class_name == "NON" or np.mean(np.abs(centre[0] - centre[1]) > 2) > 0.1


@pytest.mark.parametrize("class_name", CRTS.classes)
def test_a_sequence_is_what_the_survey_says(class_name):
    for index in range(3):
        sequence, truth = one(class_name, index)
        assert sequence.frames.dtype == np.uint16
        assert sequence.frames.shape[1:] == (1, 32, 32)
        assert 12 <= len(sequence) <= 24
        assert np.all(np.diff(sequence.mjd) > 0)
        assert len(set(sequence.exposure_id)) == len(sequence)
        assert np.isfinite(sequence.seeing_fwhm_px).all()
        assert np.isfinite(sequence.zero_point_mag).all()
        assert sequence.class_name == truth["class_name"] == class_name
        assert sequence.raw_label == ("" if class_name == "NON" else truth["subtype"])
        assert len(truth["mag"]) == len(sequence)
        json.dumps(truth, allow_nan=False)


def test_the_truth_is_what_the_pixels_show():
    """The difference of two objects that share all but their light is that light."""
    found, expected = [], []
    for index in range(8):
        (star, truth), (galaxy, _) = one("CV", index), one("SN", index)
        bright = int(np.argmin(truth["mag"]))
        x, y = round(truth["x"]), round(truth["y"])
        box = np.s_[0, y - 6 : y + 7, x - 6 : x + 7]
        faintest = int(np.argmax(truth["mag"]))
        if star.quality.any() or galaxy.quality.any():
            continue
        light = [
            star.frames[e][box].astype(float).sum() - np.median(star.frames[e]) * 169
            for e in (bright, faintest)
        ]
        flux = 10 ** (0.4 * (star.zero_point_mag - np.array(truth["mag"])))
        found.append(light[0] - light[1])
        expected.append(flux[bright] - flux[faintest])
    assert len(found) > 4
    ratio = np.array(found) / np.array(expected)
    assert np.median(ratio) == pytest.approx(1, abs=0.1)


def test_mixes():
    classes = [s.class_name for s, _ in simulate(TINY, 12, seed=1)]
    assert all(classes.count(name) == 2 for name in CRTS.classes)
    assert classes[:6] != classes[6:]
    real = [s.class_name for s, _ in islice(simulate(TINY, 60, seed=1, mix="realistic"), 60)]
    share = RELEASE_OBJECTS["NON"] / sum(RELEASE_OBJECTS.values())
    assert real.count("NON") / 60 == pytest.approx(share, abs=0.2)


def test_places_lie_on_the_footprint_and_apart():
    places = [(s.ra, s.dec) for s, _ in simulate(TINY, 60, seed=2)]
    ra, dec = np.array(places).T
    assert np.all((ra >= 0) & (ra < 360) & (dec >= -25) & (dec <= 65))
    closest = np.hypot((ra[:, None] - ra) * np.cos(np.radians(dec)), dec[:, None] - dec)
    assert (closest + 9 * np.eye(60)).min() * 3600 > 10


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"classes": ("SNX",)}, "did you mean 'SN'"),
        ({"mix": "fair"}, "balanced"),
        ({"classes": ()}, "known: SN"),
    ],
)
def test_unknown_classes_and_mixes_are_refused(given, words):
    with pytest.raises(ConfigError, match=words):
        next(simulate(TINY, 1, seed=1, **given))
