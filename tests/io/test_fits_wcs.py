"""What a WCS says of places and turns, against astropy."""

import numpy as np
import pytest
from astropy.wcs import WCS

from taonet.io.fits_wcs import centre_on, sky_frame, turn_back, turn_between

RA, DEC, SCALE = 150.0, 2.0, 0.0002


def plain_header():
    """North is up and east to the left; RA and Dec are those of the pixel (8, 8)."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix = [RA, DEC], [9.0, 9.0]
    header = wcs.to_header()
    for name in ("PC1_1", "PC1_2", "PC2_1", "PC2_2", "CDELT1", "CDELT2"):
        header.remove(name, ignore_missing=True)
    header["CD1_1"], header["CD1_2"], header["CD2_1"], header["CD2_2"] = -SCALE, 0.0, 0.0, SCALE
    return header


def galactic(header):
    header["CTYPE1"], header["CTYPE2"] = "GLON-TAN", "GLAT-TAN"
    header["CRVAL1"], header["CRVAL2"] = 234.5, 42.3


def swapped(header):
    header["CTYPE1"], header["CTYPE2"] = "DEC--TAN", "RA---TAN"
    header["CRVAL1"], header["CRVAL2"] = DEC, RA


def rotated(header):
    for name in ("CD1_1", "CD1_2", "CD2_1", "CD2_2"):
        del header[name]
    header["CDELT1"], header["CDELT2"], header["CROTA2"] = -SCALE, SCALE, 23.0


def distorted(header):
    header["CTYPE1"], header["CTYPE2"] = "RA---TAN-SIP", "DEC--TAN-SIP"
    header["A_ORDER"], header["B_ORDER"] = 2, 2
    header["A_2_0"], header["B_1_1"] = 3e-4, -2e-4


def polynomial(header):
    header["CTYPE1"], header["CTYPE2"] = "RA---TPV", "DEC--TPV"
    header["PV1_1"], header["PV2_1"], header["PV1_4"] = 1.0, 1.0, 0.02


def pole(header):
    header["CRVAL2"] = 89.9999


def of_1950(header):
    header["RADESYS"], header["EQUINOX"] = "FK4", 1950.0


@pytest.mark.parametrize(
    "change", [galactic, swapped, rotated, distorted, polynomial, pole, of_1950, lambda _: None]
)
def test_places_are_those_of_astropy(change):
    header = plain_header()
    change(header)
    frame = sky_frame(dict(header))
    assert frame is not None
    wcs = WCS(header)
    for x, y in ((3.0, 11.0), (8.0, 8.0)):
        sky = wcs.pixel_to_world(x, y).icrs
        assert frame.pixel_of(sky.ra.deg, sky.dec.deg) == pytest.approx((x, y), abs=1e-3)


def test_a_header_without_a_sky_has_no_place():
    assert sky_frame({"CTYPE1": "LINEAR", "CTYPE2": "LINEAR"}) is None
    assert sky_frame({"NAXIS": 2}) is None


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_turns_are_taken_apart(quarters, mirrored):
    angle = np.radians(90 * quarters + 1.5)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn = turn_between(1.01 * matrix @ np.diag([-1.0 if mirrored else 1.0, 1.0]), np.eye(2))
    assert turn.degrees == pytest.approx(90 * quarters + 1.5)
    assert turn.left_over == pytest.approx(1.5)
    assert turn.is_mirrored == mirrored
    assert turn.stretch == pytest.approx(1.01)
    assert turn.is_none == (quarters == 0 and not mirrored)


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_frame_that_was_turned_and_turned_back_is_what_it_was(quarters, mirrored):
    pixels = np.random.default_rng(1).normal(size=(7, 9))
    seen = np.rot90(pixels[:, ::-1] if mirrored else pixels, quarters)
    (row,), (column,) = np.nonzero(seen == pixels[2, 5])
    # how the axes of the turned frame lie among those of the first, by their own pixels
    steps = []
    for dy, dx in ((0, 1), (1, 0)):
        y, x = np.argwhere(pixels == seen[row + dy, column + dx])[0] - [2, 5]
        steps.append((x, y))
    turn = turn_between(np.array(steps, float).T, np.eye(2))
    back, place = turn_back(seen, (float(column), float(row)), turn)
    np.testing.assert_array_equal(back, pixels)
    assert place == (5.0, 2.0)


def test_a_frame_is_put_on_its_place_by_whole_pixels_and_nothing_is_invented():
    pixels = np.arange(1, 31, dtype=np.uint16).reshape(5, 6)
    placed = centre_on(pixels, (1.0, 0.0), (5, 5))
    assert placed[2, 2] == pixels[0, 1]
    np.testing.assert_array_equal(placed[2:, 1:], pixels[:3, :4])
    assert np.isnan(placed[:2]).all() and np.isnan(placed[:, 0]).all()
    assert centre_on(pixels, (3.0, 2.0), (5, 6)) is pixels
