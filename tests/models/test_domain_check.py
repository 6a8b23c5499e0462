"""What lies outside a model's domain is said once for each kind, and answered all the same."""

from dataclasses import replace

import numpy as np
import pytest

import taonet
from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.io.tally import Tally
from taonet.models.bundle import load_bundle
from taonet.models.coverage import coverage_of
from taonet.models.domain import Domain
from taonet.models.domain_check import MISFITS, DomainCheck, check_domain
from taonet.sky.sequence import ImageSequence

DOMAIN = Domain(
    bands=("g",),
    pixel_scale_arcsec=0.27,
    depth_mag=(23.0, 24.0),
    zero_points=1.0,
    n_epochs=(20, 30),
    span_days=(9.0, 10.0),
    mjd_max=57081.0,
)
READING = Reading(scaling=Scaling(), mjd_max=57081.0, measured=True)


def sequence(n=25, *, days=9.5, scale=0.27, band="g", zero_point_mag=29.5, noise=5.0):
    frames = np.random.default_rng(1).normal(100, noise, (n, 21, 21))
    mjd = np.linspace(57070.5, 57070.5 + days, n)
    return ImageSequence.from_frames(
        "o", frames, mjd, band=band, pixel_scale_arcsec=scale, seeing_fwhm_px=4.0,
        zero_point_mag=zero_point_mag,
    )  # fmt: skip


def lines(*sequences, reading=READING, domain=DOMAIN):
    check = DomainCheck(name="m", domain=domain, reading=reading)
    for one in sequences:
        check.add(one)
    return check.lines


def test_what_fits_is_not_spoken_of():
    fitting = [sequence(), sequence(11), sequence(60), sequence(scale=0.3), sequence(band="")]
    assert lines(*fitting) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"scale": 2.5}, "1 of 2 objects has pixels of 2.5 arcsec; m learnt from 0.27"),
        ({"band": "r"}, "1 of 2 objects has epochs in r; m learnt from g"),
        ({"n": 61}, "1 of 2 objects has 61 epochs to read; m learnt from 20 to 30"),
        ({"n": 9}, "1 of 2 objects has 9 epochs to read; m learnt from 20 to 30"),
        ({"zero_point_mag": np.nan}, "1 of 2 objects has no zero points; m was always told them"),
    ],
)
def test_each_kind_of_misfit_is_said(change, line):
    assert lines(sequence(), sequence(**change)) == [line]


def test_depth_is_compared_where_it_is_known():
    (line,) = lines(sequence(noise=50.0))
    assert line.startswith("1 of 1 object has frames as deep as 21.")
    assert line.endswith(" mag; m learnt from 23.0 to 24.0")


def test_dates_after_the_cut_are_counted():
    late = sequence(days=30.0)
    (line,) = lines(late, late, domain=replace(DOMAIN, n_epochs=None))
    n = int((late.mjd >= 57081.0).sum())
    assert line == f"2 of 2 objects have {n} epochs too late; m reads none from MJD 57081 on"


def test_long_spans_are_said():
    reading = replace(READING, mjd_max=None)
    (line,) = lines(sequence(days=50.0), reading=reading, domain=replace(DOMAIN, mjd_max=None))
    assert line == "1 of 1 object has epochs over 50 days; m learnt from 9.0 to 10.0"


def test_many_objects_are_one_sentence():
    several = [sequence(scale=s) for s in (2.5, 1.01, 0.27)] + [sequence(band=b) for b in "irr"]
    assert lines(*several) == [
        "2 of 6 objects have pixels of 1.01 to 2.5 arcsec; m learnt from 0.27",
        "3 of 6 objects have epochs in i r; m learnt from g",
    ]


def test_zero_points_matter_only_to_models_that_measure():
    plain = replace(READING, measured=False)
    assert lines(sequence(zero_point_mag=np.nan), reading=plain) == []


def test_an_unknown_domain_or_an_unknown_object_is_no_misfit():
    nothing = coverage_of(sequence(9, scale=2.5, band="r", days=5.0), READING)
    assert [misfit.find(nothing, Domain()) for misfit in MISFITS] == [None] * len(MISFITS)
    unknown = sequence(scale=np.nan)
    assert lines(unknown) == []


def test_it_is_noted_after_the_last_sequence_and_all_pass():
    tally, model = Tally(), load_bundle("hits-sim")
    tiny = taonet.simulate("tiny", 2, seed=3)
    passed = check_domain(model, iter(tiny), tally)
    assert [one.object_id for one in passed] == [one.object_id for one in tiny]
    assert "2 of 2 objects have pixels of 2.5 arcsec; hits-sim learnt from 0.27" in tally.remarks
    assert set(tally.remarks.values()) == {1}
