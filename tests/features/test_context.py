"""Host and field of an object, against the truth of simulated scenes."""

import numpy as np
import pytest

from taonet.features.context import CONTEXT, context_features
from taonet.photometry.lightcurves import measure_bands
from taonet.sky.psf import moffat
from taonet.sky.sequence import ImageSequence

SIZE, EPOCHS = 48, 24
STARS = ((10, 12, 9000.0), (38, 9, 6000.0), (12, 37, 7000.0))


def spot(x, y, flux, fwhm=2.6):
    """A star or a blob, by shifting in Fourier space a profile that is centred in its frame."""
    wave_y, wave_x = np.fft.fftfreq(SIZE)[:, None], np.fft.fftfreq(SIZE)[None, :]
    turn = np.exp(-2j * np.pi * (wave_x * (x - SIZE // 2) + wave_y * (y - SIZE // 2)))
    return flux * np.fft.ifft2(np.fft.fft2(moffat(SIZE, fwhm_px=fwhm)) * turn).real


def scene(*, flux=4000.0, host=None, drift_px_per_year=0.0, epochs=EPOCHS, seed=0):
    """A field of stars, an object at the centre, and perhaps an extended host beside it."""
    rng = np.random.default_rng(seed)
    mjd = 55_000 + np.linspace(0, 3 * 365.25, EPOCHS)[:epochs]
    still = sum(spot(*star) for star in STARS)
    if host is not None:
        x, y, host_flux = host
        still = still + spot(x, y, host_flux, fwhm=6.0)
    years = (mjd - mjd[0]) / 365.25
    frames = [
        still + spot(SIZE // 2 + drift_px_per_year * year, SIZE // 2, brightness)
        for year, brightness in zip(years, np.broadcast_to(flux, EPOCHS)[:epochs], strict=True)
    ]
    noise = rng.normal(500, 10, (EPOCHS, 1, SIZE, SIZE))[:epochs]
    return ImageSequence.from_frames("x", np.array(frames)[:, None] + noise, mjd)


def context(sequence, *counts):
    counts = counts or (len(sequence),)
    found = context_features(measure_bands(sequence), sequence.mjd, counts)
    return [dict(zip(CONTEXT, row, strict=True)) for row in found]


def test_a_lonely_star_looks_like_one():
    (seen,) = context(scene())
    assert seen["own_width"] == pytest.approx(1, abs=0.05)
    assert seen["own_concentration"] == pytest.approx(1, abs=0.05)
    assert seen["own_mag"] == pytest.approx(25 - 2.5 * np.log10(4000), abs=0.1)
    assert np.isnan(seen["host_offset_px"])
    assert seen["nearest_px"] == pytest.approx(np.hypot(12, 13), abs=0.3)
    assert seen["sources"] == 3 and seen["extended_sources"] == 0
    assert seen["motion_snr"] < 4 and seen["motion_px_per_year"] < 0.05


def test_a_transient_in_a_galaxy_has_a_near_and_wide_host():
    flux = np.where(np.arange(EPOCHS) > 16, 6000.0, 0.0)
    (seen,) = context(scene(flux=flux, host=(SIZE // 2 + 1.5, SIZE // 2 + 1, 20_000)))
    assert seen["host_offset_px"] == pytest.approx(np.hypot(1.5, 1), abs=0.8)
    assert seen["host_width"] > 1.2
    assert seen["own_width"] == seen["host_width"]


def test_a_fast_mover_is_seen_to_move():
    (seen,) = context(scene(drift_px_per_year=0.4))
    assert seen["motion_px_per_year"] == pytest.approx(0.4, abs=0.05)
    assert seen["motion_snr"] > 10


def test_what_was_known_early_does_not_change():
    for count in (2, 9):
        early = context(scene(host=(20, 30, 9000), epochs=count))[0]
        whole = context(scene(host=(20, 30, 9000)), count)[0]
        np.testing.assert_allclose(list(early.values()), list(whole.values()), rtol=1e-4, atol=1e-6)


def test_blank_frames_tell_nothing():
    sequence = ImageSequence.from_frames(
        "x", np.full((3, 1, SIZE, SIZE), 7.0), 55_000 + np.arange(3.0)
    )
    assert np.isnan(list(context(sequence)[0].values())).all()
