import numpy as np
import pytest

from taonet.errors import InputError
from taonet.sky.cutout import centre_crop, is_blank, pad_to, sky_and_noise
from taonet.sky.psf import moffat


def test_sky_and_noise_are_those_of_the_sky_even_with_a_star_on_it():
    rng = np.random.default_rng(1)
    images = rng.normal(1900, 20, (40, 64, 64)) + 50_000 * moffat(64, fwhm_px=3)
    sky, noise = sky_and_noise(images)
    assert abs(sky.mean() - 1900) < 2
    assert abs(noise.mean() - 20) < 1


def test_sky_and_noise_agree_with_and_without_gaps():
    images = np.random.default_rng(2).normal(10, 2, (3, 9, 9))
    whole = sky_and_noise(images)
    gappy = images.copy()
    gappy[0, 0, 0] = np.nan
    np.testing.assert_allclose(np.array(sky_and_noise(gappy))[:, 1:], np.array(whole)[:, 1:])


@pytest.mark.parametrize("step", [1, 5, 20])
@pytest.mark.parametrize("kind", ["u2", "f4", "f8"])
def test_rounding_to_steps_changes_neither_sky_nor_noise(step, kind):
    images = np.random.default_rng(1).normal(1900, 20, (40, 64, 64))
    rounded = (np.rint(images / step) * step).astype(kind)
    (sky, noise), (level, width) = sky_and_noise(images), sky_and_noise(rounded)
    assert abs((level - sky).mean()) < 0.2 and np.abs(level - sky).max() < 3
    # rounding itself adds noise, a twelfth of the square of the step, and a little is lost
    assert width.mean() == pytest.approx(np.hypot(noise, step / np.sqrt(12)).mean(), rel=0.06)
    assert width.std() < 1.2 * noise.std()


def test_one_missing_pixel_changes_neither_this_image_nor_others():
    images = np.rint(np.random.default_rng(1).normal(95, 1, (4, 64, 64))) * 20
    gappy = images.copy()
    gappy[3, 0, 0] = np.nan
    for whole, with_gap in zip(sky_and_noise(images), sky_and_noise(gappy), strict=True):
        assert np.array_equal(whole[:3], with_gap[:3])
        assert with_gap[3] == pytest.approx(whole[3], rel=1e-3)


def test_every_kind_of_number_gives_the_same():
    images = np.rint(np.random.default_rng(1).normal(90, 3, (2, 32, 32))).clip(0, 127)
    expected = np.array(sky_and_noise(images))
    for kind in ("u1", "i1", "i2", "u2", ">i2", "i4", "u4", "i8", "u8", "f2", "f4"):
        np.testing.assert_array_equal(sky_and_noise(images.astype(kind)), expected)


@pytest.mark.parametrize("image", [np.full((8, 8), 7.0), np.zeros((8, 8), "u2")])
def test_an_image_of_one_value_tells_no_noise(image):
    level, noise = sky_and_noise(image[None])
    assert level == image[0, 0] and np.isnan(noise)


def test_an_image_without_data_has_neither():
    sky, noise = sky_and_noise(np.full((1, 3, 3), np.nan))
    assert np.isnan(sky[0])
    assert np.isnan(noise[0])


@pytest.mark.parametrize(("size", "crop"), [(21, 11), (64, 24), (64, 31), (21, 20)])
def test_the_centre_pixel_stays_the_centre(size, crop):
    image = np.zeros((size, size))
    image[size // 2, size // 2] = 1
    assert centre_crop(image, crop)[crop // 2, crop // 2] == 1


def test_a_crop_larger_than_the_image_is_refused():
    with pytest.raises(InputError, match="larger"):
        centre_crop(np.zeros((5, 5)), 6)


def test_padding_puts_the_gap_on_the_cut_side():
    padded = pad_to(np.ones((2, 3), np.float32), (4, 3), low_y=0, low_x=0)
    assert np.isnan(padded[2:]).all()
    assert (padded[:2] == 1).all()


def test_blank_means_one_value_or_none():
    images = np.zeros((3, 2, 2))
    images[1, 0, 0] = 1
    images[2] = np.nan
    assert list(is_blank(images)) == [True, False, True]
    assert list(is_blank(np.zeros((1, 2, 2), np.uint16))) == [True]


def test_knots_of_nearly_equal_pixels_do_not_hide_the_noise():
    rng = np.random.default_rng(5)
    counts = np.rint(rng.normal(350.3, 0.8, (20, 64, 64)))
    # wings of a planted star, everywhere and next to nothing
    planted = counts + rng.uniform(0, 0.02, counts.shape)
    _, before = sky_and_noise(counts)
    _, after = sky_and_noise(planted)
    assert before.mean() == pytest.approx(0.8, rel=0.12)
    np.testing.assert_allclose(after, before, rtol=0.3)
