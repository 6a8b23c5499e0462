"""What a network's bundle states of itself must agree with itself."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from models.conftest import CLASSES, small
from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.errors import InputError
from taonet.models.bundle_folder import HEAD
from taonet.models.bundle_parts import MOST_TURNS, BundleParts, StoredTrust, bundle_parts
from taonet.models.encoder_folder import StoredEncoder
from taonet.models.frame_encoder import FrameEncoderConfig
from taonet.trust.trust import Temperature, Thresholds

UNITY = Temperature(epochs=(1,), values=(1.0,))


def parts(**changes):
    given = {
        "name": "n",
        "architecture": small(),
        "taxonomy": CLASSES,
        "reading": Reading(scaling=Scaling(crop_px=16)),
        "frame_px": 20,
        "weights_sha256": "0" * 64,
        "facts": {},
    }
    return BundleParts(**given | changes)


def test_the_largest_part_that_is_read_decides_how_small_cutouts_may_be():
    assert parts().smallest_px == 16
    plain = Reading(scaling=Scaling(crop_px=0))
    assert parts(reading=plain, architecture=small(zooms=(8,), aperture_px=13)).smallest_px == 13
    # without apertures their side does not count
    bare = small(zooms=(8,), apertures=0, aperture_px=13)
    assert parts(reading=plain, architecture=bare).smallest_px == 8
    with pytest.raises(InputError, match="15 pixels, of which 16 are read"):
        parts(frame_px=15)


READING = Reading(scaling=Scaling(crop_px=16))
ENCODED = {"architecture": small(encoded=True), "reading": replace(READING, encoded=True)}
ENCODER = StoredEncoder(name="e", architecture=FrameEncoderConfig(), weights_sha256="0" * 64)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"architecture": small(classes=4)}, "classes of network and taxonomy"),
        ({"architecture": small(channels=3)}, "channels of network and reading"),
        ({"reading": replace(READING, bands=("g", "r"))}, "bands of network and reading"),
        ({"reading": replace(READING, measured=True)}, "measured of network and reading"),
        ({"reading": replace(READING, frames=False)}, "frames of network and reading"),
        ({"reading": replace(READING, deep_px=16)}, "deep zooms of network and reading"),
        ({"reading": replace(READING, encoded=True)}, "encoded of network and reading"),
        (ENCODED, "encoder of bundle and reading"),
        ({"encoder": ENCODER}, "encoder of bundle and reading"),
        (
            {
                "architecture": small(deep_zooms=(16,)),
                "reading": replace(READING, deep_px=16),
            },
            "running means need what is measured",
        ),
        ({"facts": {"turns": MOST_TURNS + 1}}, "facts.turns is not from 1 to 8"),
        ({"facts": {"turns": True}}, "facts.turns"),
    ],
    ids=lambda one: one if isinstance(one, str) else next(iter(one)),
)
def test_what_contradicts_the_rest_is_refused(changes, words):
    with pytest.raises(InputError, match=words):
        parts(**changes)


def test_sets_name_the_classes_of_the_taxonomy():
    sets = Thresholds(level=0.9, classes=("SN", "CV", "NON"), epochs=(1,), values=((0.1,) * 3,))
    stored = StoredTrust(temperature=UNITY, thresholds=sets, objects=9)
    assert parts(trust=stored).trust is stored
    other = replace(sets, classes=("SN", "CV", "AGN"))
    with pytest.raises(InputError, match="classes of thresholds and taxonomy"):
        parts(trust=replace(stored, thresholds=other))


def test_a_configuration_gives_back_what_was_stored_and_damage_is_named():
    whole = parts(facts={"turns": 2}, encoder=ENCODER, **ENCODED)
    config = {**dict.fromkeys(HEAD, "x"), **asdict(whole)}
    assert bundle_parts(config, Path("b")) == whole
    config["frame_px"] = "wide"
    with pytest.raises(InputError, match=r"b: the bundle is damaged.*frame_px"):
        bundle_parts(config, Path("b"))
