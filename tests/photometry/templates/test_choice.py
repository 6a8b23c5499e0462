"""Which epochs make a template: enough of them, and none in which the object is bright."""

import numpy as np

from photometry.made import difference_of, field, templates_of
from taonet.photometry.lightcurves import light_curve, measure_bands
from taonet.photometry.templates.choice import ENOUGH, is_not_bright
from taonet.photometry.templates.template import MjdRange


def test_an_archival_template_leaves_an_outburst_out(supernova):
    sequence, true = supernova
    curve = light_curve(sequence, mode="difference", causal=False)
    off = (curve.flux - true) / curve.flux_err
    assert abs(off.mean()) < 0.7
    assert np.isfinite(curve.flux).all()
    assert len(set(templates_of(curve))) == 1


def test_short_curves_have_no_template_unless_one_is_chosen():
    sequence, _ = field(ENOUGH, seed=2)
    assert np.isnan(light_curve(sequence, mode="difference").flux).all()
    chosen = light_curve(sequence, mode="difference", template=MjdRange())
    assert np.isfinite(chosen.flux).all()


def test_no_noise_alone_takes_an_epoch_for_an_outburst():
    rng = np.random.default_rng(1)
    error = rng.uniform(50, 150, 5000)
    flux = error * rng.normal(size=5000)
    assert is_not_bright(flux, error).mean() > 0.995
    flux[:1500] += 400
    assert is_not_bright(flux, error)[:1500].mean() < 0.05
    assert not is_not_bright(np.full(5, np.nan), np.ones(5)).any()


def test_usual_is_what_most_epochs_are_whatever_their_unit_and_level():
    rng = np.random.default_rng(2)
    error = rng.uniform(50, 150, 400)
    flux = error * rng.normal(size=400)
    flux[100:180] += 3000
    quiet = is_not_bright(flux, error)
    assert not quiet[100:180].any()
    assert quiet[:98].mean() > 0.98
    np.testing.assert_array_equal(is_not_bright(7 * flux + 1e5, 7 * error), quiet)
    # what has faded is not bright
    assert is_not_bright(flux - 8000 * (np.arange(400) == 5), error)[5]


def test_the_first_quiet_epochs_make_the_template():
    flux = np.zeros(20)
    flux[1:3] = 9000.0
    sequence, _ = field(20, seed=7, flux=flux, host=15_000.0)
    curve = light_curve(sequence, mode="difference")
    (part,) = measure_bands(sequence, mode="difference")
    (template,) = difference_of(part).templates
    # beside the two bright ones, too, the mean of five is bright
    assert template.stack.epochs.tolist() == [5, 6, 7, 8, 9, 10]
    assert template.stack.serves.tolist() == [*range(11, 20)]
    assert np.isnan(curve.flux[:11]).all()
