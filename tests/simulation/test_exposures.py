"""A second library draws the same scenes: noise-free pixels and total flux agree."""

import galsim
import numpy as np
import pytest

from taonet.simulation.conditions import Conditions, Visits
from taonet.simulation.detector import Detector, read_out
from taonet.simulation.exposures import Scene, noise_free_images, science_images
from taonet.simulation.light import Galaxy, Light
from taonet.simulation.optics import BETA
from taonet.simulation.scene import Neighbours

SIZE = 64
PIXEL_ARCSEC = 2.5
SEEING_PX = (1.8, 2.5, 3.4)
STRETCH = (0.0, 0.1 + 0.05j, -0.15 + 0.2j)
X, Y = 32.3, 31.6


def scene_of(*, galaxy=None, stars=(), mag=18.0, stretch=STRETCH):
    """Return a scene of three epochs with shifts, seeings and ovals of their own."""
    mjd = np.array([54000.0, 54100.0, 54200.0])
    conditions = Conditions(
        seeing_fwhm_px=np.array(SEEING_PX),
        zero_point_mag=np.array([25.4, 25.1, 24.8]),
        sky_adu=np.full(3, 1900.0),
        shift_x=np.array([0.0, 0.4, -0.7]),
        shift_y=np.array([0.0, -0.2, 0.6]),
        stretch=np.array(stretch, complex),
    )
    x, y, mags = np.array(stars or np.zeros((0, 3))).reshape(-1, 3).T
    return Scene(
        neighbours=Neighbours(x=x, y=y, mag=mags),
        light=Light(mag=np.array([mag, mag + 0.5, mag - 0.5]), subtype="test", host=galaxy),
        visits=Visits(mjd=mjd, band=("",) * 3),
        conditions=conditions,
        size_px=SIZE,
        pixel_arcsec=PIXEL_ARCSEC,
        x=X,
        y=Y,
    )


def drawn_by_galsim(scene, epoch):
    """Draw one epoch of a scene with GalSim, in pixels."""
    seen = scene.conditions
    stretch = 0j if seen.stretch is None else seen.stretch[epoch]
    psf = galsim.Moffat(beta=BETA, fwhm=seen.seeing_fwhm_px[epoch])
    # GalSim's g is (a − b)/(a + b) as well, and its shear keeps the area
    psf = psf.shear(g1=stretch.real, g2=stretch.imag)

    def placed(source, mag, x, y):
        flux = 10 ** (0.4 * (seen.zero_point_mag[epoch] - mag))
        dx, dy = x + seen.shift_x[epoch] - SIZE // 2, y + seen.shift_y[epoch] - SIZE // 2
        return source.withFlux(flux).shift(dx, dy)

    point = galsim.DeltaFunction()
    sources = [placed(point, scene.light.mag[epoch], scene.x, scene.y)]
    field = scene.neighbours
    sources += [placed(point, m, x, y) for x, y, m in zip(field.x, field.y, field.mag, strict=True)]
    for galaxy in (*field.galaxies, *([scene.light.host] if scene.light.host else [])):
        source = galsim.Sersic(
            n=galaxy.sersic_index, half_light_radius=galaxy.radius_arcsec / PIXEL_ARCSEC
        )
        # half the light within the major axis: squeezed across it, the area is not kept
        source = source.transform(1, 0, 0, galaxy.axis_ratio).rotate(galaxy.angle * galsim.radians)
        x, y = (
            scene.x + galaxy.dx_arcsec / PIXEL_ARCSEC,
            scene.y + galaxy.dy_arcsec / PIXEL_ARCSEC,
        )
        sources.append(placed(source, galaxy.mag, x, y))
    image = galsim.ImageD(SIZE, SIZE)
    image.setCenter(SIZE // 2 + 1, SIZE // 2 + 1)
    params = galsim.GSParams(folding_threshold=1e-4, maxk_threshold=1e-4, maximum_fft_size=16384)
    whole = galsim.Convolve([galsim.Sum(sources), psf], gsparams=params)
    offset = (SIZE // 2 - (SIZE - 1) / 2,) * 2
    return whole.drawImage(image=image, scale=1.0, offset=offset, method="auto").array


SCENES = {
    "a star": scene_of(),
    "a disc": scene_of(galaxy=Galaxy(mag=16.5, radius_arcsec=6.0, axis_ratio=0.5, angle=0.7)),
    "an elliptical": scene_of(
        galaxy=Galaxy(mag=16.5, radius_arcsec=3.0, sersic_index=4.0, axis_ratio=0.8, angle=2.0)
    ),
    "a host aside": scene_of(
        galaxy=Galaxy(mag=17.0, radius_arcsec=4.0, axis_ratio=0.6, dx_arcsec=9.0, dy_arcsec=-6.0)
    ),
    "a field": scene_of(stars=((10.2, 50.7, 17.0), (45.0, 12.5, 16.0), (30.0, 40.0, 19.0))),
}


@pytest.mark.parametrize("name", SCENES)
def test_every_pixel_and_the_whole_flux_agree_with_galsim(name):
    scene = SCENES[name]
    ours = noise_free_images(scene)
    for epoch in range(3):
        theirs = drawn_by_galsim(scene, epoch)
        assert np.abs(ours[epoch] - theirs).max() < 0.01 * theirs.max()
        assert ours[epoch].sum() == pytest.approx(theirs.sum(), rel=1e-3)


def test_noise_is_that_of_photons_and_read_out():
    """Chi-square of many read-outs of one picture, pixel by pixel."""
    detector = Detector(
        gain_e_per_adu=1.5, read_noise_adu=6.0, cosmic_rays=0, shadow_share=0, blank_share=0
    )
    picture = noise_free_images(SCENES["a field"])[:1]
    many = np.repeat(picture, 400, axis=0)
    frames = read_out(many, np.full(400, 1900.0), detector, np.random.default_rng(1)).astype(float)
    mean = picture[0] + 1900.0
    # rounding to whole counts adds a twelfth
    variance = mean / 1.5 + 36 + 1 / 12
    chi_square = (((frames - mean) ** 2) / variance).sum(axis=0)
    degrees = 400
    # the mean over 4096 pixels is known to sqrt(2·400/4096), and no pixel is far out
    assert chi_square.mean() == pytest.approx(degrees, abs=5 * np.sqrt(2 * degrees / 4096))
    assert chi_square.std() == pytest.approx(np.sqrt(2 * degrees), rel=0.1)
    assert np.abs(chi_square - degrees).max() < 6 * np.sqrt(2 * degrees)


def test_every_visit_is_kept_with_its_sky():
    perfect = Detector(
        gain_e_per_adu=1e12, read_noise_adu=0, cosmic_rays=0, shadow_share=0, blank_share=0
    )
    scene = SCENES["a field"]
    kept = science_images(scene, perfect, np.random.default_rng(0))
    assert kept.visits.tolist() == [0, 1, 2]
    assert kept.frames.shape == (3, 1, SIZE, SIZE)
    assert kept.frames.dtype == np.uint16
    expected = noise_free_images(scene) + 1900.0
    assert np.abs(kept.frames[:, 0] - expected).max() <= 0.51
    assert kept.quality is None
