"""Is the difference curve of a supernova on a host one curve?

    python benchmarks/template_changes.py [SEQUENCES]

Sequences of 260 epochs are made of four field stars, a host of 20,000 counts (a point and an
extended part) and a supernova that rises at epoch 20, 30 or 200 and fades slowly; seeing, clouds
and pointings change, sky and photons make noise. The PSF is drawn by `taonet.sky.psf.moffat`.
Printed is by how much measured minus true flux steps at epochs 36 and 216, where templates once
changed, and the pulls of the whole curve.
"""

import sys

import numpy as np

from taonet.photometry.lightcurves import light_curve
from taonet.sky.psf import moffat
from taonet.sky.sequence import ImageSequence

EPOCHS, SIZE, SKY, GAIN = 260, 64, 1000.0, 4.0
STARS = ((12.3, 14.8, 3e4), (50.6, 17.2, 2e4), (20.1, 52.7, 2e4), (47.4, 46.9, 3e4))
CHANGES = (36, 216)
SIDE = 4
PEAK = 12_000.0


def supernova(start: int) -> np.ndarray:
    """Return counts of a supernova."""
    since = np.arange(EPOCHS) - start
    return np.where(since < 0, 0.0, PEAK * np.exp(-np.maximum(since, 0) / 40))


def made(seed: int, flux: np.ndarray) -> tuple[ImageSequence, np.ndarray]:
    """Return a sequence and how clear each epoch is."""
    rng = np.random.default_rng(seed)
    clear = 10 ** (-0.4 * rng.exponential(0.15, EPOCHS))
    frames = np.zeros((EPOCHS, 1, SIZE, SIZE), np.uint16)
    for i in range(EPOCHS):
        fwhm_px, (dx, dy) = rng.uniform(2.2, 3.2), rng.normal(0, 0.3, 2)
        centre = SIZE // 2 + 0.2, SIZE // 2 - 0.3
        sources = [*STARS, (*centre, 1e4 + flux[i])]
        light = sum(f * moffat(SIZE, fwhm_px=fwhm_px, x=x + dx, y=y + dy) for x, y, f in sources)
        galaxy = moffat(SIZE, fwhm_px=np.hypot(fwhm_px, 5), x=centre[0] + dx, y=centre[1] + dy)
        counts = clear[i] * (light + 1e4 * galaxy) + SKY
        counts += np.sqrt(counts / GAIN) * rng.normal(size=counts.shape)
        frames[i, 0] = np.clip(np.rint(counts), 0, 65535)
    return ImageSequence.from_frames("made", frames, 55000 + 5.0 * np.arange(EPOCHS)), clear


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    steps: dict[int, list[tuple[float, float]]] = {change: [] for change in CHANGES}
    pulls = []
    for seed in range(n):
        flux = supernova((20, 30, 200)[seed % 3])
        sequence, clear = made(seed, flux)
        curve = light_curve(sequence, mode="difference")
        # fluxes are in counts of the first epoch
        off, error = curve.flux - flux * clear[0], curve.flux_err
        pulls.append(off / error)
        for change in CHANGES:
            before, after = slice(change - SIDE, change), slice(change, change + SIDE)
            steps[change].append(
                (
                    off[after].mean() - off[before].mean(),
                    np.sqrt((error[before] ** 2).mean() / SIDE + (error[after] ** 2).mean() / SIDE),
                )
            )
    print(f"step of measured − true flux, means of {SIDE} epochs, at")
    for change, found in steps.items():
        for number, (step, error) in enumerate(found):
            print(f"epoch {change:3d}, sequence {number}: {step:+8.0f} ± {error:.0f}")
    print("pulls of each curve:", *(f"{np.nanmean(p):+.2f} ± {np.nanstd(p):.2f}" for p in pulls))


if __name__ == "__main__":
    main()
