"""Frames turned, mirrored, shifted and trimmed: by their WCS they all show the same again."""

import re

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

from taonet.io.fits_cutouts import fits_source
from taonet.sky.cutout import Quality


def cutouts_of(table, directory):
    return fits_source(directory, table, survey="mine").read(frozenset())


RA, DEC, SCALE = 150.0, 2.0, 0.0002
SIZE = 16


def scene(epoch, size=40):
    """A wide frame, different at every pixel and epoch; the object is its pixel [20, 20]."""
    return np.random.default_rng(epoch).normal(100, 5, (size, size)).astype(np.float32)


def cut(epoch, *, x=0, y=0, width=SIZE, height=SIZE, turn="", scale=SCALE, angle=0.0):
    """A cutout, off the object by some pixels, and its header; then turned or mirrored."""
    left, top = 20 - SIZE // 2 + x, 20 - SIZE // 2 + y
    pixels = scene(epoch)[top : top + height, left : left + width]
    place = np.array([20.0 - left, 20.0 - top])
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    matrix = np.array([[-1.0, 0.0], [0.0, 1.0]]) @ np.array([[cosine, -sine], [sine, cosine]])
    for step in turn:
        last = np.array([pixels.shape[1], pixels.shape[0]]) - 1
        if step == "t":
            pixels, place, matrix = pixels.T, place[::-1], matrix[:, ::-1]
        elif step == "x":
            pixels, place = pixels[:, ::-1], np.array([last[0] - place[0], place[1]])
            matrix = matrix @ np.diag([-1.0, 1.0])
        else:
            pixels, place = pixels[::-1], np.array([place[0], last[1] - place[1]])
            matrix = matrix @ np.diag([1.0, -1.0])
    return np.ascontiguousarray(pixels), cards(place, matrix * scale)


def cards(place, matrix):
    header = fits.Header()
    header["CTYPE1"], header["CTYPE2"] = "RA---TAN", "DEC--TAN"
    header["CRVAL1"], header["CRVAL2"] = RA, DEC
    header["CRPIX1"], header["CRPIX2"] = place + 1
    for i in range(2):
        for j in range(2):
            header[f"CD{i + 1}_{j + 1}"] = matrix[i, j]
    return header


def read(tmp_path, epochs, **columns):
    rows = []
    for k, (pixels, header) in enumerate(epochs):
        fits.writeto(tmp_path / f"{k}.fits", pixels, header, overwrite=True)
        rows.append({"file": f"{k}.fits", "object_id": "a", "mjd": 58000.0 + k})
    given = {"ra": RA, "dec": DEC} | columns
    given = {name: value for name, value in given.items() if value is not None}
    pd.DataFrame(rows).assign(**given).to_csv(tmp_path / "table.csv", index=False)
    (found,) = cutouts_of(tmp_path / "table.csv", tmp_path)
    return found


def assert_shows(found, epochs):
    """Every frame shows its scene about the object, and NaN where it was not cut."""
    for frame, epoch in zip(found.sequence.frames[:, 0], epochs, strict=True):
        low = 20 - SIZE // 2
        wanted = scene(epoch)[low : low + frame.shape[0], low : low + frame.shape[1]]
        seen = np.isfinite(frame)
        assert seen[SIZE // 2, SIZE // 2]
        assert np.array_equal(frame[seen], wanted[seen])


TURNS = ["x", "y", "xy", "t", "tx", "ty", "txy"]


@pytest.mark.parametrize("place", [{}, {"ra": None, "dec": None}])
@pytest.mark.parametrize("turn", TURNS)
def test_frames_turned_by_quarters_or_mirrored_are_turned_back(turn, place, tmp_path):
    epochs = [cut(0), cut(1, turn=turn), cut(2), cut(3, turn=turn)]
    if place:
        # without a position the centre pixel is the object: of odd frames it stays where it is
        epochs = [(pixels[:-1, :-1], header) for pixels, header in map(cut, range(4))]
        turned = [cut(k, x=1, y=1, width=15, height=15, turn=turn) for k in range(4)]
        epochs = [cut(0, x=1, y=1, width=15, height=15), turned[1], turned[2]]
        found = read(tmp_path, epochs, **place)
        assert np.isfinite(found.sequence.frames).all()
        for k, frame in enumerate(found.sequence.frames[:, 0]):
            assert np.array_equal(frame, scene(k)[13:28, 13:28])
    else:
        found = read(tmp_path, epochs)
        assert_shows(found, range(4))
        assert not found.parts
    assert any("turned to the orientation of the first, by their WCS" in r for r in found.remarks)


def test_frames_in_place_are_left_alone_without_a_word(tmp_path):
    found = read(tmp_path, [cut(k) for k in range(3)])
    assert found.remarks == ()
    assert np.isfinite(found.sequence.frames).all()
    assert_shows(found, range(3))


def test_integer_frames_in_place_stay_integers(tmp_path):
    epochs = [(pixels.astype(np.uint16), header) for pixels, header in map(cut, range(3))]
    assert read(tmp_path, epochs).sequence.frames.dtype == np.uint16
    moved = [(pixels.astype(np.uint16), header) for pixels, header in [cut(0), cut(1, x=2)]]
    frames = read(tmp_path, moved).sequence.frames
    assert frames.dtype == np.float32
    assert np.isnan(frames[1, 0, :, :2]).all()
    assert np.array_equal(frames[1, 0, :, 2:], scene(1)[12:28, 14:28].astype(np.uint16))


@pytest.mark.parametrize(("x", "y"), [(3, 0), (-4, 2), (0, -7)])
def test_an_object_off_the_middle_is_put_there(x, y, tmp_path):
    found = read(tmp_path, [cut(0), cut(1, x=x, y=y)])
    assert_shows(found, range(2))
    shifted = found.sequence.frames[1, 0]
    assert np.isnan(shifted).sum() == SIZE**2 - (SIZE - abs(x)) * (SIZE - abs(y))
    hole = Quality.HOLE if max(abs(x), abs(y)) > SIZE // 2 - 2 else 0
    assert found.sequence.quality.tolist() == [0, Quality.NAN_PIXELS | hole]
    assert "object is at the centre, by their WCS" in found.remarks[0]


def test_all_epochs_trimmed_at_one_edge_put_the_object_back_into_the_middle(tmp_path):
    found = read(tmp_path, [cut(k, x=5) for k in range(3)])
    assert_shows(found, range(3))


@pytest.mark.parametrize("turn", ["", "xy", "t"])
def test_a_trimmed_frame_with_a_wcs_is_padded(turn, tmp_path):
    epochs = [cut(0), cut(1, x=4, width=SIZE - 4, turn=turn), cut(2), cut(3, width=SIZE - 3)]
    found = read(tmp_path, epochs)
    assert not found.parts
    assert_shows(found, range(4))
    assert np.isnan(found.sequence.frames[1, 0, :, :4]).all()
    assert np.isnan(found.sequence.frames[3, 0, :, -3:]).all()
    padded = (found.sequence.quality & Quality.PADDED) > 0
    assert padded.tolist() == [False, True, False, True]


def test_a_trimmed_frame_without_a_wcs_is_set_aside_alone(tmp_path):
    bare = fits.Header()
    epochs = [(cut(k)[0], bare) for k in range(3)] + [(cut(3, width=12)[0], bare)]
    found = read(tmp_path, epochs)
    assert_shows(found, range(3))
    assert "16 × 12, not 16 × 16" in found.parts[0].reason


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"angle": 30.0}, "angle that is no quarter.*30.0° to the first"),
        ({"angle": -50.0}, "no quarter.*310.0°"),
        ({"scale": 2 * SCALE}, "another plate scale.*2.00 times"),
        ({"x": 10}, "not on the image.*pixel -2, 8 of 16 × 16"),
    ],
)
def test_a_frame_that_cannot_be_placed_is_set_aside_with_the_number(bad, message, tmp_path):
    found = read(tmp_path, [cut(0), cut(1, **bad), cut(2)])
    assert_shows(found, (0, 2))
    (part,) = found.parts
    assert re.search(message, part.reason)
    assert not re.search(r"\d", part.kind)


@pytest.mark.parametrize("angle", [2.0, -2.5])
def test_a_few_degrees_are_let_pass(angle, tmp_path):
    found = read(tmp_path, [cut(0), cut(1, angle=angle), cut(2)])
    assert len(found.sequence) == 3
    assert not found.parts


def test_an_object_off_every_image_is_no_object(tmp_path):
    found = read(tmp_path, [cut(k) for k in range(3)], ra=RA + 1)
    assert found.sequence is None
    assert "not on the image" in found.rejection.reason
    other_side = read(tmp_path, [cut(k) for k in range(3)], ra=RA - 180, dec=-DEC)
    assert "not on the image" in other_side.rejection.reason


def test_centres_that_lie_apart_without_a_position_deserve_a_word(tmp_path):
    found = read(tmp_path, [cut(0), cut(1, x=4)], ra=None, dec=None)
    assert "frames' centres lie apart" in found.remarks[0]
    assert read(tmp_path, [cut(0), cut(1, x=1)], ra=None, dec=None).remarks == ()


def test_later_epochs_move_no_earlier_frame(tmp_path):
    epochs = [cut(0), cut(1, turn="xy"), cut(2, x=3)]
    positions = [RA, RA + 0.6 * SCALE, RA - 0.7 * SCALE]
    whole = read(tmp_path, [*epochs, cut(3, turn="t"), cut(4, x=-3)], ra=[*positions, RA, RA])
    early = read(tmp_path, epochs, ra=positions)
    assert np.array_equal(early.sequence.frames, whole.sequence.frames[:3], equal_nan=True)


def test_frames_with_and_without_a_wcs_deserve_a_word(tmp_path):
    found = read(tmp_path, [cut(0), (cut(1)[0], fits.Header())])
    assert_shows(found, range(2))
    assert any("without" in r or "no WCS" in r for r in found.remarks)


@pytest.mark.parametrize("damage", [{"CD1_1": 0.0, "CD2_2": 0.0}, {"CTYPE1": "RA---XYZ"}])
def test_a_wcs_that_makes_no_sense_is_left_out_with_a_word(damage, tmp_path):
    odd = cut(1)
    odd[1].update(damage)
    found = read(tmp_path, [cut(0), odd])
    assert_shows(found, range(2))
    assert any("WCS that makes no sense" in r for r in found.remarks)


def test_the_wcs_says_how_large_pixels_are(tmp_path):
    result = read(tmp_path, [cut(0), cut(1, angle=1.0), cut(2, turn="t")])
    assert result.sequence.pixel_scale_arcsec == pytest.approx(SCALE * 3600, rel=1e-4)
    (tmp_path / "bare").mkdir()
    bare = read(tmp_path / "bare", [(scene(0)[:16, :16], fits.Header())])
    assert np.isnan(bare.sequence.pixel_scale_arcsec)
