"""Templates: one zero level throughout a curve, whoever chooses it."""

from dataclasses import replace

import numpy as np
import pytest

from photometry.made import difference_of, field, templates_of
from taonet.errors import InputError
from taonet.photometry.lightcurves import light_curve, measure_bands
from taonet.photometry.templates.choice import ENOUGH
from taonet.photometry.templates.template import MjdRange


def test_a_supernova_on_a_host_is_continuous_where_deeper_templates_could_be_had(supernova):
    sequence, true = supernova
    curve = light_curve(sequence, mode="difference")
    pull = ((curve.flux - true) / curve.flux_err)[ENOUGH:]
    assert 0.6 < pull.std() < 1.3
    # six times as many epochs made a new template once, and took the supernova for the host
    steps = np.diff(curve.flux - true)[[35, 34, 36]] / np.hypot(curve.flux_err[35:38], 1)
    assert np.abs(steps).max() < 3
    assert len(set(templates_of(curve)[ENOUGH:])) == 1


def test_the_template_of_each_row_is_named_by_its_times_and_number(supernova):
    sequence, _ = supernova
    curve = light_curve(sequence, mode="difference")
    names = templates_of(curve)
    assert names[:ENOUGH] == ("",) * ENOUGH
    assert names[-1] == "55000.00000:55025.00000 (6)"
    chosen = MjdRange.parse(names[-1].split()[0])
    same = light_curve(sequence, mode="difference", template=chosen)
    assert set(templates_of(same)) == {names[-1]}
    np.testing.assert_allclose(same.flux[ENOUGH:], curve.flux[ENOUGH:], rtol=1e-6)
    assert np.isfinite(same.flux).all()


def test_later_epochs_change_nothing_that_was_counted_from_a_range_before(supernova):
    sequence, _ = supernova
    chosen = MjdRange(last=sequence.mjd[8])
    whole = light_curve(sequence, mode="difference", template=chosen)
    early = light_curve(sequence.up_to(sequence.mjd[20]), mode="difference", template=chosen)
    np.testing.assert_allclose(early.flux, whole.flux[:21], rtol=1e-5)
    np.testing.assert_allclose(early.flux_err, whole.flux_err[:21], rtol=1e-5)


def test_a_range_without_an_epoch_leaves_the_band_without_a_flux(supernova):
    sequence, _ = supernova
    bands = replace(sequence, band=("r",) * 20 + ("g",) * (len(sequence) - 20))
    curve = light_curve(bands, mode="difference", template=MjdRange(last=sequence.mjd[9]))
    assert np.isnan(curve.flux[20:]).all()
    assert set(templates_of(curve)[20:]) == {""}
    assert np.isfinite(curve.flux[:20]).all()


@pytest.mark.parametrize("place", [(32, 32), (20, 40)], ids=["object", "sky"])
def test_a_cosmic_ray_in_one_epoch_is_not_in_the_template(place):
    sequence, _ = field(12, seed=3, flux=0.0, host=15_000.0)
    frames = sequence.frames.copy()
    y, x = place
    frames[2, 0, y - 1 : y + 1, x : x + 2] += 9000
    (clean,) = measure_bands(sequence, mode="difference")
    (hit,) = measure_bands(replace(sequence, frames=frames), mode="difference")
    before, after = (difference_of(part).templates[0].stack.image for part in (clean, hit))
    assert np.abs(after - before).max() < 0.02 * 9000
    assert np.abs(hit.fluxes.flux / hit.fluxes.flux_err)[ENOUGH:].max() < 3.5


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("58000:58100.5", (58000, 58100.5)),
        (":58100", (-np.inf, 58100)),
        ("58000: ", (58000, np.inf)),
    ],
)
def test_ranges_may_be_open(text, ends):
    chosen = MjdRange.parse(text)
    assert (chosen.first, chosen.last) == ends


@pytest.mark.parametrize("text", ["", ":", "58000", "58000-58100", "a:b", "58100:58000", "nan:1"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(InputError):
        MjdRange.parse(text)
