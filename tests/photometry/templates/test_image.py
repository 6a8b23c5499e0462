"""An image from elsewhere as the template: in any unit, and refused where it shows other stars."""

import numpy as np
import pytest

from photometry.made import difference_of, templates_of
from taonet.errors import InputError
from taonet.photometry.lightcurves import light_curve, measure_bands
from taonet.photometry.templates.template import MjdRange, TemplateImage


@pytest.mark.parametrize("causal", [True, False])
def test_an_image_in_any_unit_gives_the_curve_that_its_epochs_give(supernova, causal):
    sequence, _ = supernova
    how = {"mode": "difference", "causal": causal}
    chosen = MjdRange(last=sequence.mjd[14])
    (part,) = measure_bands(sequence, template=chosen, **how)
    (template,) = difference_of(part).templates
    deep = TemplateImage(pixels=300 + 0.002 * template.stack.image, name="deep.fits")
    by_epochs = light_curve(sequence, template=chosen, **how)
    by_image = light_curve(sequence, template={"": deep}, **how)
    assert set(templates_of(by_image)) == {"deep.fits"}
    later = slice(15, None)
    off = (by_image.flux - by_epochs.flux)[later] / by_epochs.flux_err[later]
    assert np.abs(off).max() < 1
    ratio = by_image.flux_err[later] / by_epochs.flux_err[later]
    assert ratio == pytest.approx(1, abs=0.25)


def test_later_epochs_change_nothing_that_was_counted_from_an_image(supernova):
    sequence, _ = supernova
    deep = {"": TemplateImage(pixels=sequence.frames[:8, 0].mean(axis=0))}
    whole = light_curve(sequence, mode="difference", template=deep)
    early = light_curve(sequence.up_to(sequence.mjd[9]), mode="difference", template=deep)
    np.testing.assert_allclose(early.flux, whole.flux[:10], rtol=1e-5)


def test_an_image_that_does_not_show_the_stars_is_no_template(supernova):
    sequence, _ = supernova
    turned = np.rot90(sequence.frames[:8, 0].mean(axis=0), 1)
    curve = light_curve(
        sequence, mode="difference", template={"": TemplateImage(pixels=np.roll(turned, 9, 0))}
    )
    assert np.isnan(curve.flux).all()
    assert set(templates_of(curve)) == {""}
    small = {"": TemplateImage(pixels=np.ones((30, 31)), name="small.fits")}
    with pytest.raises(InputError, match=r"small.fits: .* \(got 31 × 30 beside 64 × 64\)"):
        light_curve(sequence, mode="difference", template=small)
