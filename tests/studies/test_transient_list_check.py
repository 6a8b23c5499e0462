"""A preset beside the list of transients: what is as listed, and what one class has for itself."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.io.deep_tao.transient_list import FIRST_COLUMN, LAST_COLUMN
from taonet.simulation.light import Light
from taonet.simulation.presets.crts import CATALINA
from taonet.simulation.presets.crts_catalogue import CATALINA_LIST
from taonet.studies.transient_list_check import (
    compare_with_list,
    draw_objects,
    frame_snr,
    list_summary,
)

TRANSIENTS = ["SN", "CV", "AGN", "BZ", "OTHER"]


def write_list(path, *, faint_sn, faint_cv, n=40):
    """Write a list in which some of the SNe and CVs have counterparts of 23 mag."""
    rows = []
    for label, share in (("SN", faint_sn), ("CV", faint_cv), ("AGN", 0), ("Blazar", 0), ("HPM", 0)):
        for i in range(n):
            mag = 23 if i < share * n else 18
            cells = ["x", "0", "0", "20151231.5", "17.5", *["x"] * 7, f"{label} mag {mag}"]
            rows.append("\t".join(cells))
    names = "\t".join([FIRST_COLUMN, *["x"] * 11, LAST_COLUMN])
    path.write_text("\n".join([names, *rows]) + "\n")
    return path


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    path = write_list(tmp_path_factory.mktemp("list") / "list.tsv", faint_sn=0.5, faint_cv=0.5)
    return compare_with_list(path, CATALINA_LIST, n_objects=25, seed=3)


def test_an_object_is_the_same_whatever_the_number():
    few, many = (draw_objects(CATALINA_LIST, ["SN"], n_objects=n, seed=1) for n in (3, 5))
    assert few.equals(many.head(3))


def test_light_of_the_catalogue_is_listed_with_dates_and_counterparts(catalogue):
    sn = catalogue["classes"]["SN"]
    assert sn["mag"]["listed"] == [17.5, 17.5, 17.5]
    assert 17 < sn["mag"]["simulated"][1] < 20
    assert sn["mjd"]["simulated"][1] > 55500
    assert 0.4 < sn["no_event"] < 1
    assert sn["share"]["listed"] == pytest.approx(0.2)
    assert catalogue["classes"]["OTHER"]["kinds"]["listed"] == {"high proper motion": 1.0}
    text = "\n".join(list_summary(catalogue))
    assert "images end before the event in" in text
    assert "the list has no places of hosts" in text
    assert "snr 1..3: SN" in text


def test_a_region_of_one_class_alone_fails_where_reality_has_two(tmp_path):
    path = write_list(tmp_path / "list.tsv", faint_sn=0.2, faint_cv=0.9)
    # supernovae of `crts` are far above their hosts; stars in place of CVs leave them alone there
    alone = {**CATALINA.transients, "CV": CATALINA.transients["NON"]}
    survey = replace(CATALINA, transients=alone)
    found = compare_with_list(path, survey, n_objects=60, seed=1)
    assert any(sentence.startswith("SN owns amplitude_mag") for sentence in found["failures"])


def test_stars_that_are_not_found_by_an_event_have_no_counterpart():
    stars = draw_objects(CATALINA, ["OTHER"], n_objects=10, seed=1)
    assert stars["counterpart_mag"].isna().all()
    assert stars["mag"].notna().all()


def test_the_limit_of_a_frame_is_where_the_survey_has_it():
    rng = np.random.default_rng(1)
    visits = CATALINA.visits(rng)
    conditions = CATALINA.conditions(visits, rng)

    def snr(mag):
        light = Light(mag=np.full(len(visits.mjd), mag), subtype="star")
        return frame_snr(CATALINA, light, conditions)

    # 20 ADU a pixel of noise on some 14 pixels, a zero point of 25.8 less clouds: 5 sigma at 19.3
    assert snr(18.8) > 5 > snr(19.8)
    # where the sky is all the noise
    assert snr(22.0) / snr(23.0) == pytest.approx(10**0.4, rel=0.02)
