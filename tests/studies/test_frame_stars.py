"""Stars to be copied are single, round, far from others, and clear in each frame that is used."""

import numpy as np
import pytest

from studies.drawn import EPOCHS, GAIN, NOISE, SKY, STARS, frames_of, sequence_of
from taonet.studies.frame_stars import find_frame_star, find_peaks


def star_of(stars, clear, **how):
    frames = frames_of(stars, size=64, clear=clear, **how)
    return find_frame_star(sequence_of(frames), radius_px=6, saturation=1e5, gain=GAIN)


def test_the_brightest_star_that_is_not_saturated_is_copied(sequence, star, clear):
    assert star.place == (32, 32)
    np.testing.assert_allclose(
        star.light / np.median(star.light), clear / np.median(clear), rtol=0.03
    )
    np.testing.assert_allclose(star.noise, NOISE, rtol=0.1)
    fainter = find_frame_star(sequence, radius_px=6, saturation=3000, gain=GAIN)
    assert fainter is not None and fainter.place == (12, 50)
    assert find_frame_star(sequence, radius_px=6, saturation=SKY, gain=GAIN) is None


@pytest.mark.parametrize(
    ("x", "share"), [(37.0, 0.5), (35.0, 0.7), (34.6, 0.7), (37.0, 0.05), (38.5, 0.05)]
)
def test_stars_with_neighbours_and_close_doubles_are_not_copied(clear, x, share):
    found = star_of([*STARS, (x, 32.0, share * 40_000.0)], clear)
    assert found is not None and found.place == (12, 50)


def test_what_outgrows_the_radius_is_no_star(clear):
    assert star_of([(32.0, 32.0, 400_000.0)], clear, fwhm=9.0) is None


def test_a_copy_fades_to_nothing_at_its_edge(star):
    edge = np.abs(star.images[:, [0, -1]]).max()
    assert edge < 1e-9 * star.images.max()
    middle = star.images[:, 3:10, 3:10].sum(axis=(1, 2))
    assert (middle > 0.9 * star.light).all()


def test_blurred_moved_and_clouded_frames_are_not_used(clear):
    fwhm, light = np.full(EPOCHS, 2.5), clear.copy()
    fwhm[3], light[5] = 9.0, 0.01
    frames = frames_of(STARS[:1], size=64, clear=light, fwhm=fwhm)
    frames[7] = np.roll(frames[7], 4, axis=1)
    frames[9] = np.roll(frames[9], 3, axis=0)
    frames[11] = np.roll(frames[11], 1, axis=0)
    star = find_frame_star(sequence_of(frames), radius_px=6, saturation=1e5, gain=GAIN)
    assert star is not None
    assert np.flatnonzero(~star.is_sharp).tolist() == [3, 5, 7, 9]
    kept = star.take(np.flatnonzero(star.is_sharp))
    assert kept.is_sharp.all() and len(kept.noise) == EPOCHS - 4


def test_peaks_are_the_stars(sequence):
    assert np.argwhere(find_peaks(sequence)).tolist() == [[14, 50], [32, 32], [50, 12]]
