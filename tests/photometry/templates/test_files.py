"""Templates in FITS files: by band, by object, and cut out by their WCS."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from photometry.made import field
from taonet.errors import InputError
from taonet.photometry.lightcurves import light_curve
from taonet.photometry.tables import PhotometryOptions, measure_curve
from taonet.photometry.templates.files import TemplateFiles
from taonet.photometry.templates.template import MjdRange

RA, DEC = 150.1, 2.2


@pytest.fixture
def sequence():
    return field(14, seed=8, flux=0.0, host=20_000.0, ra=RA, dec=DEC)[0]


@pytest.fixture
def stack(sequence):
    return sequence.frames[:8, 0].mean(axis=0).astype(np.float32)


def write(path, pixels, at=None):
    """Write an image; ``at`` is the pixel (x, y) that shows the object."""
    header = fits.Header()
    if at is not None:
        wcs = WCS(naxis=2)
        wcs.wcs.ctype = "RA---TAN", "DEC--TAN"
        wcs.wcs.crval = RA, DEC
        wcs.wcs.crpix = at[0] + 1, at[1] + 1
        wcs.wcs.cdelt = -0.3 / 3600, 0.3 / 3600
        header = wcs.to_header()
    fits.PrimaryHDU(pixels, header).writeto(path)
    return path


def curve_by(words, sequence):
    files = TemplateFiles.parse([str(word) for word in words])
    files.check()
    return measure_curve(sequence, PhotometryOptions(mode="difference", template=files))


def test_a_file_on_the_cutouts_pixels_gives_the_curve_of_its_epochs(tmp_path, sequence, stack):
    path = write(tmp_path / "deep.fits", stack)
    by_file = curve_by([path], sequence)
    by_epochs = light_curve(
        sequence, mode="difference", template=MjdRange(last=float(sequence.mjd[7]))
    )
    assert set(by_file.template) == {"deep.fits"}
    later = slice(8, None)
    off = (by_file.flux - by_epochs.flux)[later] / by_epochs.flux_err[later]
    assert np.abs(off).max() < 1.5


def test_a_larger_image_is_cut_out_at_the_objects_place(tmp_path, sequence, stack):
    large = np.full((150, 190), 1000, np.float32)
    large += np.random.default_rng(1).normal(0, 5, large.shape).astype(np.float32)
    large[40 : 40 + 64, 77 : 77 + 64] = stack
    whole = curve_by([write(tmp_path / "large.fits", large, at=(77 + 32, 40 + 32))], sequence)
    cut = curve_by([write(tmp_path / "cut.fits", stack)], sequence)
    np.testing.assert_allclose(whole.flux, cut.flux, rtol=1e-4, atol=0.01)
    elsewhere = write(tmp_path / "elsewhere.fits", large, at=(900, 900))
    assert np.isnan(curve_by([elsewhere], sequence).flux).all()


def test_bands_have_templates_of_their_own(tmp_path, stack):
    both = field(14, seed=8, ra=RA, dec=DEC, band=["g", "r"] * 7)[0]
    path = write(tmp_path / "r.fits", stack)
    curve = curve_by([f"r={path}"], both)
    assert curve.template == ("", "r.fits") * 7
    with pytest.raises(InputError, match=r"which band .* g=FILE"):
        curve_by([path], both)
    with pytest.raises(InputError, match="two templates for one band"):
        TemplateFiles.parse([f"r={path}", f"r={path}"])


def test_a_folder_holds_a_file_for_each_object(tmp_path, sequence, stack):
    write(tmp_path / "made.fits", stack)
    assert set(curve_by([tmp_path], sequence).template) == {"made.fits"}
    (tmp_path / "made.fits").rename(tmp_path / "other.fits")
    assert set(curve_by([tmp_path], sequence).template) == {""}


def test_what_cannot_be_a_template_is_refused_in_one_line(tmp_path, sequence, stack):
    with pytest.raises(InputError, match="no such file"):
        curve_by([tmp_path / "none.fits"], sequence)
    larger = write(tmp_path / "larger.fits", np.pad(stack, 3))
    with pytest.raises(InputError, match=r"another size than the cutouts .got no WCS"):
        curve_by([larger], sequence)
    placed = write(tmp_path / "placed.fits", np.pad(stack, 3), at=(35, 35))
    nowhere = field(14, seed=8)[0]
    with pytest.raises(InputError, match="ra and dec of made are not known"):
        curve_by([placed], nowhere)
