"""What stars have that no profile has, found in the stack."""

import numpy as np
import pytest

from photometry.made import measure_bright_field
from taonet.photometry.growth import LEAST_MISMATCH, RADIUS_PX, profile_residuals, residuals_at
from taonet.photometry.profile import Profile
from taonet.photometry.reference import Reference


def test_what_no_profile_has_is_found_in_the_stack():
    part, _ = measure_bright_field(n=40, halo=0.15)
    (*_, reference) = part.calibration.references
    members = part.calibration.profile.take(reference.epochs)
    places = np.array([(12.3, 14.8), (50.6, 17.2), (20.1, 52.7), (47.4, 46.9)])
    own = profile_residuals(reference, members, places, 0.1)
    # beyond the profile there is light around, which the profile has too much of in the middle
    assert abs(own.sum()) < 0.03
    ring = np.hypot(*np.mgrid[-RADIUS_PX : RADIUS_PX + 1, -RADIUS_PX : RADIUS_PX + 1])
    assert own[(ring > 5) & (ring < 8)].sum() > 0
    at = np.zeros(1)
    assert residuals_at(own, at, at)[0] == pytest.approx(own[RADIUS_PX, RADIUS_PX])
    assert not profile_residuals(reference, members, places, LEAST_MISMATCH / 2).any()


def test_a_neighbour_is_no_wing():
    one = Profile(
        fwhm_px=np.full(1, 2.5), stretch=np.zeros(1, complex), beta=np.full(1, 3.5),
        blur_px2=np.zeros(1),
    )  # fmt: skip
    y, x = np.mgrid[:64, :64].astype(float)
    light = 1000 * one.pixel_shares(x - 32.2, y - 31.9)

    def stack(image):
        return Reference(
            serves=np.arange(1), epochs=np.arange(1), share=np.ones(1), image=image,
            seen=np.ones((64, 64)), noise=0.1,
        )  # fmt: skip

    place = np.array([(32.2, 31.9)])
    halo = 0.05 * 1000 * np.exp(-((x - 32.2) ** 2 + (y - 31.9) ** 2) / 40) / (40 * np.pi)
    assert profile_residuals(stack(light + halo), one, place, 0.1).any()
    neighbour = 300 * one.pixel_shares(x - 39.0, y - 27.0)
    assert not profile_residuals(stack(light + neighbour), one, place, 0.1).any()
