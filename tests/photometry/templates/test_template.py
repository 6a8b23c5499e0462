"""Templates: one zero level throughout a curve, whoever chooses it."""

from dataclasses import replace

import numpy as np
import pytest

from photometry.made import field
from taonet.errors import InputError
from taonet.photometry.lightcurves import light_curve, measure_bands
from taonet.photometry.templates.choice import ENOUGH, is_not_bright
from taonet.photometry.templates.template import MjdRange, TemplateImage

N = 48
RISE = np.where(np.arange(N) < 28, 0.0, 9000 * np.exp(-(np.arange(N) - 28.0) / 20))


def difference_curve(sequence, **options):
    curve = light_curve(sequence, mode="difference", **options)
    assert curve.template is not None
    return curve


def template_of(part):
    (template,) = part.difference.templates
    return template


@pytest.fixture(scope="module")
def supernova():
    """A supernova on a bright host; what it has above the first epochs, on the curve's scale."""
    sequence, truth = field(N, seed=6, flux=RISE, host=20_000.0)
    return sequence, RISE * truth["clear"][0]


def test_a_supernova_on_a_host_is_continuous_where_deeper_templates_could_be_had(supernova):
    sequence, true = supernova
    curve = difference_curve(sequence)
    pull = ((curve.flux - true) / curve.flux_err)[ENOUGH:]
    assert 0.6 < pull.std() < 1.3
    # six times as many epochs made a new template once, and took the supernova for the host
    steps = np.diff(curve.flux - true)[[35, 34, 36]] / np.hypot(curve.flux_err[35:38], 1)
    assert np.abs(steps).max() < 3
    assert len(set(curve.template[ENOUGH:])) == 1


def test_an_archival_template_leaves_an_outburst_out(supernova):
    sequence, true = supernova
    curve = difference_curve(sequence, causal=False)
    off = (curve.flux - true) / curve.flux_err
    assert abs(off.mean()) < 0.7
    assert np.isfinite(curve.flux).all()
    assert len(set(curve.template)) == 1


def test_the_template_of_each_row_is_named_by_its_times_and_number(supernova):
    sequence, _ = supernova
    curve = difference_curve(sequence)
    assert curve.template[:ENOUGH] == ("",) * ENOUGH
    assert curve.template[-1] == "55000.00000:55025.00000 (6)"
    chosen = MjdRange.parse(curve.template[-1].split()[0])
    same = difference_curve(sequence, template=chosen)
    assert set(same.template) == {curve.template[-1]}
    np.testing.assert_allclose(same.flux[ENOUGH:], curve.flux[ENOUGH:], rtol=1e-6)
    assert np.isfinite(same.flux).all()


def test_later_epochs_change_nothing_that_was_counted_from_a_range_before(supernova):
    sequence, _ = supernova
    chosen = MjdRange(last=sequence.mjd[8])
    whole = difference_curve(sequence, template=chosen)
    early = light_curve(sequence.up_to(sequence.mjd[20]), mode="difference", template=chosen)
    np.testing.assert_allclose(early.flux, whole.flux[:21], rtol=1e-5)
    np.testing.assert_allclose(early.flux_err, whole.flux_err[:21], rtol=1e-5)


def test_a_range_without_an_epoch_leaves_the_band_without_a_flux(supernova):
    sequence, _ = supernova
    bands = replace(sequence, band=("r",) * 20 + ("g",) * (N - 20))
    curve = difference_curve(bands, template=MjdRange(last=sequence.mjd[9]))
    assert np.isnan(curve.flux[20:]).all()
    assert set(curve.template[20:]) == {""}
    assert np.isfinite(curve.flux[:20]).all()


def test_short_curves_have_no_template_unless_one_is_chosen():
    sequence, _ = field(ENOUGH, seed=2)
    assert np.isnan(difference_curve(sequence).flux).all()
    chosen = difference_curve(sequence, template=MjdRange())
    assert np.isfinite(chosen.flux).all()


@pytest.mark.parametrize("place", [(32, 32), (20, 40)], ids=["object", "sky"])
def test_a_cosmic_ray_in_one_epoch_is_not_in_the_template(place):
    sequence, _ = field(12, seed=3, flux=0.0, host=15_000.0)
    frames = sequence.frames.copy()
    y, x = place
    frames[2, 0, y - 1 : y + 1, x : x + 2] += 9000
    (clean,) = measure_bands(sequence, mode="difference")
    (hit,) = measure_bands(replace(sequence, frames=frames), mode="difference")
    before, after = (template_of(part).stack.image for part in (clean, hit))
    assert np.abs(after - before).max() < 0.02 * 9000
    assert np.abs(hit.fluxes.flux / hit.fluxes.flux_err)[ENOUGH:].max() < 3.5


@pytest.mark.parametrize("causal", [True, False])
def test_an_image_in_any_unit_gives_the_curve_that_its_epochs_give(supernova, causal):
    sequence, _ = supernova
    chosen = MjdRange(last=sequence.mjd[14])
    (part,) = measure_bands(sequence, mode="difference", causal=causal, template=chosen)
    pixels = 300 + 0.002 * template_of(part).stack.image
    deep = {"": TemplateImage(pixels=pixels, name="deep.fits")}
    by_epochs = difference_curve(sequence, causal=causal, template=chosen)
    by_image = difference_curve(sequence, causal=causal, template=deep)
    assert set(by_image.template) == {"deep.fits"}
    later = slice(15, None)
    off = (by_image.flux - by_epochs.flux)[later] / by_epochs.flux_err[later]
    assert np.abs(off).max() < 1
    ratio = by_image.flux_err[later] / by_epochs.flux_err[later]
    assert ratio == pytest.approx(1, abs=0.25)


def test_later_epochs_change_nothing_that_was_counted_from_an_image(supernova):
    sequence, _ = supernova
    deep = {"": TemplateImage(pixels=sequence.frames[:8, 0].mean(axis=0))}
    whole = difference_curve(sequence, template=deep)
    early = light_curve(sequence.up_to(sequence.mjd[9]), mode="difference", template=deep)
    np.testing.assert_allclose(early.flux, whole.flux[:10], rtol=1e-5)


def test_an_image_that_does_not_show_the_stars_is_no_template(supernova):
    sequence, _ = supernova
    turned = np.rot90(sequence.frames[:8, 0].mean(axis=0), 1)
    deep = {"": TemplateImage(pixels=np.roll(turned, 9, 0))}
    curve = difference_curve(sequence, template=deep)
    assert np.isnan(curve.flux).all()
    assert set(curve.template) == {""}
    small = {"": TemplateImage(pixels=np.ones((30, 31)), name="small.fits")}
    with pytest.raises(InputError, match=r"small.fits: .* \(got 31 × 30 beside 64 × 64\)"):
        difference_curve(sequence, template=small)


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


def test_no_noise_alone_takes_an_epoch_for_an_outburst():
    rng = np.random.default_rng(1)
    error = rng.uniform(50, 150, 5000)
    flux = error * rng.normal(size=5000)
    assert is_not_bright(flux, error).mean() > 0.995
    flux[:1500] += 400
    assert is_not_bright(flux, error)[:1500].mean() < 0.05
    assert not is_not_bright(np.full(5, np.nan), np.ones(5)).any()
