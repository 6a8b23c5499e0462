"""Are fluxes right whatever the PSF? Stars of many shapes planted in real noise, and measured.

    python benchmarks/psf_shapes.py DATA [SEQUENCES]

DATA holds ``field_stars`` (real frames: what is empty of each gives the noise) and
``ztf_conditions`` (real PSFs). Every sequence holds the object, constant and of a signal-to-noise
ratio of 100 to 400 an epoch, and five field stars of 60 to 400, all of one PSF, which is a
Gaussian, a Moffat profile or one of ZTF's, moved by parts of a pixel from epoch to epoch (for ZTF's
by a cubic spline) or not (they are known on whole pixels only). The truth is all light of a
profile, for ZTF's that within 21 x 21 pixels. Prints, over sequences, the median of the mean error
of the flux and its spread, that of the last quarter of the epochs, and the median of the stated
error that all epochs share.
"""

import sys
from functools import partial
from pathlib import Path

import numpy as np
from scipy.ndimage import maximum_filter, shift

from taonet.photometry.lightcurves import curve_of, measure_bands
from taonet.sky.sequence import ImageSequence

SIZE, EPOCHS, STARS = 64, 40, 5
FINE = 5
GAUSSIAN = np.inf


def empty_frames(data: Path) -> np.ndarray:
    """Return frames without sources: holes are filled with other empty pixels of the frame."""
    stamps = np.load(data / "field_stars" / "star_sequences_64x64.npz")["stamps"]
    rng = np.random.default_rng(0)
    found = []
    for star in stamps:
        usual = np.median(star, axis=0)
        spread = 1.4826 * np.median(np.abs(usual - np.median(usual)))
        light = maximum_filter(usual > np.median(usual) + 4 * spread, 9)
        for frame in star[:: len(star) // EPOCHS][:EPOCHS]:
            sky = frame[~light].astype(float)
            cosmics = (frame > np.median(sky) + 8 * sky.std()) & ~light
            hole = light | cosmics
            filled = frame.astype(float)
            filled[hole] = rng.choice(frame[~hole], hole.sum())
            found.append(filled)
    return np.array(found).reshape(len(stamps), EPOCHS, SIZE, SIZE)


def profile(fwhm: float, beta: float, x: float, y: float) -> np.ndarray:
    """Draw a profile of unit light, averaged over pixels."""
    fine = (np.arange(SIZE * FINE) + 0.5) / FINE - 0.5
    r2 = (fine[None, :] - x) ** 2 + (fine[:, None] - y) ** 2
    if np.isinf(beta):
        sigma2 = fwhm**2 / (8 * np.log(2))
        image = np.exp(-r2 / (2 * sigma2)) / (2 * np.pi * sigma2)
    else:
        alpha2 = fwhm**2 / (4 * (2 ** (1 / beta) - 1))
        image = (beta - 1) / (np.pi * alpha2) * (1 + r2 / alpha2) ** -beta
    return image.reshape(SIZE, FINE, SIZE, FINE).mean(axis=(1, 3))


def real(psf: np.ndarray, x: float, y: float) -> np.ndarray:
    """Draw one of ZTF's PSFs of unit light at a place."""
    image = np.zeros((SIZE, SIZE))
    column, row = round(x), round(y)
    image[row - 10 : row + 11, column - 10 : column + 11] = psf / psf.sum()
    apart = (y - row, x - column)
    return image if apart == (0, 0) else shift(image, apart, order=3)


def sequence(
    noise: np.ndarray, draw, *, moved: bool, fwhm: float, rng
) -> tuple[ImageSequence, float]:
    """Plant the object and its field; return the sequence and the object's flux."""
    x = np.array([32.0, 12, 51, 14, 50, 32])
    y = np.array([32.0, 13, 12, 50, 51, 11])
    sigma = 1.4826 * np.median(np.abs(noise - np.median(noise)))
    unit = sigma * np.sqrt(4 * np.pi) * fwhm / 2.355
    snr = np.concatenate([rng.uniform(100, 400, 1), rng.uniform(60, 400, STARS)])
    place = rng.uniform(-0.4, 0.4, (2, 6)) if moved else np.zeros((2, 6))
    frames = noise.copy()
    for frame in frames:
        jitter = rng.normal(0, 0.3, 2) if moved else np.zeros(2)
        for k in range(6):
            frame += (
                snr[k] * unit * draw(x[k] + place[0, k] + jitter[0], y[k] + place[1, k] + jitter[1])
            )
    n = len(frames)
    found = ImageSequence.from_frames("planted", frames[:, None], 59000.0 + np.arange(n),
                                      zero_point_mag=np.full(n, 25.0))  # fmt: skip
    return found, float(snr[0] * unit)


def main() -> None:
    data, n = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 24
    noise = empty_frames(data)
    psfs = np.load(data / "ztf_conditions" / "psfs.npz")["psf"].astype(float)
    rng = np.random.default_rng(1)
    shapes = [(f"{'Gaussian' if np.isinf(beta) else f'Moffat {beta}'}, FWHM {fwhm}", fwhm, beta)
              for beta in (GAUSSIAN, 2.1, 3.5, 4.6) for fwhm in (2.0, 3.0)]  # fmt: skip
    shapes += [("ZTF, not moved", 1.8, 0.0), ("ZTF, moved", 1.8, 1.0)]
    print("PSF                      mean error   spread   last quarter   stated error")
    for name, fwhm, beta in shapes:
        rows = []
        for i in range(n):
            if name.startswith("ZTF"):
                chosen = psfs[rng.integers(len(psfs))]
                planted = partial(real, chosen)
            else:
                planted = partial(profile, fwhm, beta)
            made, flux = sequence(
                noise[i % len(noise)], planted, moved=beta != 0, fwhm=fwhm, rng=rng
            )
            parts = measure_bands(made)
            off = curve_of(made, parts).flux / flux - 1
            stated = parts[0].calibration.steepness.flux_err(flat=False)
            rows.append((np.nanmean(off), np.nanmean(off[-10:]), np.mean(stated)))
        mean, last, stated = np.array(rows).T
        spread = 1.4826 * np.median(np.abs(mean - np.median(mean)))
        print(f"{name:24s} {np.median(mean):+9.4f} {spread:9.4f} {np.median(last):+12.4f}"
              f" {np.median(stated):13.4f}")  # fmt: skip


if __name__ == "__main__":
    main()
