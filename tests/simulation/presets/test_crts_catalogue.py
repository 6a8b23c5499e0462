"""The preset that is fitted to the survey's list: what it states, and what it was frozen as."""

import numpy as np
import pytest

from taonet.simulation.light import discovery_mjd
from taonet.simulation.objects import simulate, simulate_object
from taonet.simulation.presets.by_name import preset_digest, survey_preset
from taonet.simulation.presets.crts import CATALINA
from taonet.simulation.presets.crts_catalogue import CATALINA_LIST, NUMBERS
from taonet.sky.taxonomy import CRTS

NIGHTS = np.arange(53500.0, 55500.0, 10.0)

FROZEN = "c55a1094164a527b7e5a66130aed5d68b17ae9b1ce71c5155890f699d773244b"
"""Frozen before any network was trained on it: another number is another preset."""


def draw(class_name, n, mjd=NIGHTS):
    transient = CATALINA_LIST.transients[class_name]
    return [transient(mjd, np.random.default_rng(seed)) for seed in range(n)]


def test_the_preset_is_the_frozen_one():
    assert preset_digest("crts-catalogue") == FROZEN


def test_times_and_sky_are_those_of_crts():
    for name in ("visits", "conditions", "detector", "size_px", "shares", "taxonomy"):
        assert getattr(CATALINA_LIST, name) == getattr(CATALINA, name)
    assert CATALINA_LIST.taxonomy is CRTS
    assert survey_preset("crts-catalogue") is CATALINA_LIST


def test_nothing_is_stated_of_seeing_and_zero_point():
    sequence, _ = simulate_object(CATALINA_LIST, "NON", seed=1, index=0)
    assert np.isnan(sequence.seeing_fwhm_px).all()
    assert np.isnan(sequence.zero_point_mag).all()
    plain, _ = simulate_object(CATALINA, "NON", seed=1, index=0)
    np.testing.assert_array_equal(sequence.frames, plain.frames)


def test_hosts_are_as_bright_as_the_listed_counterparts():
    hosts = np.array([light.host.mag for light in draw("SN", 600)])
    np.testing.assert_allclose(np.quantile(hosts, [0.25, 0.5, 0.75]), [19.3, 21.0, 21.9], atol=0.4)
    peaks = np.array([light.truth["peak_mag"] for light in draw("SN", 600)])
    assert np.corrcoef(peaks, hosts)[0, 1] > 0.3


def test_dates_are_those_of_the_list():
    found = NUMBERS["discoveries"]["SN"]
    rng = np.random.default_rng(0)
    days = [discovery_mjd(np.array([50000.0, 50001.0]), found, rng) for _ in range(2000)]
    assert not any(covered for _, covered in days)
    late = np.mean([day > 56000 for day, _ in days])
    # as many as in the list
    assert late == pytest.approx(0.57, abs=0.04)


def test_many_sequences_hold_no_event():
    covered = [light.truth["covered"] for light in draw("SN", 200)]
    assert 0.1 < np.mean(covered) < 0.5


@pytest.mark.parametrize("class_name", ["SN", "CV", "AGN", "BZ"])
def test_the_truth_says_which_sequences_hold_no_event(class_name):
    for light in draw(class_name, 30):
        found, covered = light.truth["found_mjd"], light.truth["covered"]
        assert covered == (found is None or found <= NIGHTS[-1])
        assert not covered or found is None or found in NIGHTS


def test_a_supernova_found_after_the_last_image_is_in_none():
    lights = [light for light in draw("SN", 60) if not light.truth["covered"]]
    late = [light for light in lights if light.truth["found_mjd"] > NIGHTS[-1] + 200]
    assert len(late) > 10
    assert all(np.isinf(light.mag).all() for light in late)


def test_other_holds_doubtful_labels_fast_movers_and_no_flares():
    labels = [light.subtype for light in draw("OTHER", 500)]
    share = {label: labels.count(label) / len(labels) for label in set(labels)}
    assert "flare star" not in share
    assert share["high proper motion"] == pytest.approx(0.41, abs=0.06)
    doubtful = sum(share.get(label, 0) for label in ("SN?", "Unknown", "CV?", "SN/CV"))
    assert doubtful == pytest.approx(0.49, abs=0.06)
    assert share.get("RR Lyrae", 0) < 0.01


def test_labels_are_those_of_the_list():
    assert {light.subtype for light in draw("AGN", 200)} == {"AGN", "AGN?", "SN/AGN", "CV/AGN"}
    assert {light.subtype for light in draw("BZ", 60)} == {"Blazar", "Blazar?"}
    light = draw("BZ", 1)[0]
    assert light.truth["kind"] == "blazar"


def test_every_class_is_simulated():
    names = [sequence.class_name for sequence, _ in simulate(CATALINA_LIST, 6, seed=1)]
    assert set(names) == set(CRTS.classes)
