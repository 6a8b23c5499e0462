"""Our stack and our difference of real DECam frames beside those of sfft.

    python benchmarks/decam_difference.py DATA

DATA, the folder ``decam_difference_oracle``, holds ``frames.npz`` and ``frames.csv``: five + five
i-band frames of one field, aligned and sky-subtracted; then the stack of each five and the
difference of the two by sfft (Hu et al. 2022, ApJ 936, 157), as it is and with its noise
decorrelated. The five of the worse seeing are science.

Printed are, for each difference: the noise of a pixel and of the flux of a point, how neighbouring
pixels go together, what is left of bright stars, and how far it goes with the difference by sfft.
Then sources are planted at empty places, with the picture of a bright star of each frame itself:
into the five science frames, which are stacked, calibrated and subtracted anew; and, since sfft is
not run here, into its differences, which are linear in the science image: the star of its science
stack, which is the PSF of the difference, for the decorrelated one convolved with the kernel that
turns the one difference into the other. There PSF and place are given, here they are fitted. The
photons of what is planted are noise of the same draw in both.
"""

import csv
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.fft import irfft2, rfft2
from scipy.ndimage import gaussian_filter, maximum_filter

from taonet.photometry.calibration import Calibration
from taonet.photometry.difference_flux import difference_photometry
from taonet.photometry.field_calibration import calibrate_epochs
from taonet.photometry.forced_photometry import cut_centre_windows, forced_photometry
from taonet.photometry.prepared_frames import PreparedFrames, prepare_frames
from taonet.photometry.reference import stack
from taonet.photometry.subtract import Difference, subtract
from taonet.photometry.templates.template import template_of

SCIENCE, REFERENCE = slice(0, 5), slice(5, 10)
STACKS, SFFT, WHITE = [10, 11], 12, 13
EDGE, APART, STAMP = 18, 24, 14
LEVELS = (3, 5, 10, 30, 100)
FIT = 7


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """A science image and a reference, calibrated, and their difference."""

    frames: PreparedFrames
    calibration: Calibration
    difference: Difference


def read(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return frames, their gain and their seeing."""
    frames = np.load(folder / "frames.npz")["frames"].astype(np.float64)
    with (folder / "frames.csv").open() as file:
        rows = list(csv.DictReader(file))
    return frames, *(np.array([float(row[name]) for row in rows]) for name in ("gain", "fwhm"))


def subtract_pair(images: np.ndarray, photon_noise: np.ndarray, fwhm_px: np.ndarray) -> Pair:
    """Calibrate two images against each other and subtract the second from the first."""
    frames = replace(prepare_frames(images), photon_noise=photon_noise)
    calibration = calibrate_epochs(
        frames, seeing_fwhm_px=fwhm_px, zero_point_mag=np.full(2, np.nan), causal=False
    )
    template = template_of(
        frames,
        calibration,
        np.arange(2.0),
        chosen=np.array([False, True]),
        serves=np.array([0]),
    )
    difference = subtract(frames, calibration, [template])
    return Pair(frames=frames, calibration=calibration, difference=difference)


def stack_each(frames: np.ndarray, gain: np.ndarray, fwhm_px: np.ndarray) -> Pair:
    """Stack the frames of either night, by the stars of all ten, and subtract."""
    prepared = replace(prepare_frames(frames), photon_noise=1 / gain)
    calibration = calibrate_epochs(
        prepared, seeing_fwhm_px=fwhm_px, zero_point_mag=np.full(len(frames), np.nan), causal=False
    )
    shift = np.stack([calibration.shift_x, calibration.shift_y], axis=1)
    shift -= shift.mean(axis=0)
    stacks = [
        stack(prepared, np.arange(10)[which], np.array([0]), scale=calibration.scale, shift=shift)
        for which in (SCIENCE, REFERENCE)
    ]
    images = np.stack([one.image for one in stacks])
    photons = np.array([(one.share**2 / gain[one.epochs]).sum() for one in stacks])
    widths = np.array([fwhm_px[one.epochs].mean() for one in stacks])
    return subtract_pair(images, photons, widths)


def star_places(image: np.ndarray, noise: float) -> np.ndarray:
    """Return (y, x) of bright stars that stand alone."""
    peak = (maximum_filter(image, 15) == image) & (image > 40 * noise)
    inside = np.argwhere(peak)
    return inside[((inside >= EDGE) & (inside < len(image) - EDGE)).all(axis=1)]


def empty_places(image: np.ndarray, noise: float) -> np.ndarray:
    """Return (y, x) on a grid, away from all that is seen."""
    bright = maximum_filter(gaussian_filter(image, 2) > 3 * noise, 19)
    steps = np.arange(EDGE, len(image) - EDGE, APART // 2)
    found: list[np.ndarray] = []
    for place in np.array([(y, x) for y in steps for x in steps]):
        far = all(np.hypot(*(place - other)) >= APART for other in found)
        if far and not bright[tuple(place)]:
            found.append(place)
    return np.array(found)


def around(image: np.ndarray, place: np.ndarray, half: int) -> np.ndarray:
    """Return the pixels around a place."""
    y, x = place
    return image[y - half : y + half + 1, x - half : x + half + 1]


def star_of(image: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return the picture of a star, its sky taken off, nothing beyond a circle."""
    pixels = around(image, place, STAMP + 4)
    radius = np.hypot(*(np.indices(pixels.shape) - (STAMP + 4)))
    sky = np.median(pixels[radius > STAMP])
    return np.where(radius <= STAMP, pixels - sky, 0)[4:-4, 4:-4]


def sources(shape: tuple[int, ...], places: np.ndarray, star: np.ndarray) -> np.ndarray:
    """Return an image of nothing but a star at each place."""
    image = np.zeros(shape)
    for place in places:
        around(image, place, len(star) // 2)[...] += star
    return image


def fitted(image: np.ndarray, places: np.ndarray, star: np.ndarray) -> np.ndarray:
    """Fit a known star and a level at each place, all pixels alike; flux in units of the star."""
    half = FIT
    middle = len(star) // 2
    model = star[middle - half : middle + half + 1, middle - half : middle + half + 1]
    inner = np.hypot(*(np.indices(model.shape) - half)) <= half
    model = model[inner] - model[inner].mean()
    pixels = np.array([around(image, place, half)[inner] for place in places])
    return np.asarray(pixels @ model / (model @ model))


def measured(pair: Pair, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Measure our difference at each place as if it were the centre; flux and error."""
    out = []
    one = pair.difference
    centre = np.array(one.light.shape[1:]) // 2
    for place in places:
        roll = {
            name: np.roll(getattr(one, name), tuple(centre - place), (1, 2))
            for name in ("light", "valid", "steady")
        }
        fluxes = difference_photometry(
            replace(one, **roll, doubt=np.zeros(2)),
            pair.calibration,
            photon_noise=pair.frames.photon_noise,
            causal=False,
        )
        out.append((fluxes.flux[0], fluxes.flux_err[0]))
    return np.array(out).T


def spread(values: np.ndarray) -> float:
    """Return the scatter, outliers left aside."""
    return float(1.4826 * np.median(np.abs(values - np.median(values))))


def correlation(image: np.ndarray, other: np.ndarray, empty: np.ndarray) -> float:
    """Return how two images go together on empty sky."""
    both = empty & (np.abs(image) < 4 * spread(image)) & (np.abs(other) < 4 * spread(other))
    return float(np.corrcoef(image[both], other[both])[0, 1])


def beside(image: np.ndarray, empty: np.ndarray) -> tuple[float, float]:
    """Return the correlation of pixels side by side and corner to corner, on empty sky."""
    right = [correlation(image, np.roll(image, 1, axis), empty) for axis in (0, 1)]
    corner = [correlation(image, np.roll(image, (1, one), (0, 1)), empty) for one in (1, -1)]
    return float(np.mean(right)), float(np.mean(corner))


def print_stacks(ours: np.ndarray, frames: np.ndarray, empty: np.ndarray) -> None:
    """Compare the stacks."""
    print("stack      noise  side  corner   star peak/noise   correlation with sfft's stack")
    for name, own, theirs in zip(("science", "template"), ours, frames[STACKS], strict=True):
        for whose, image in (("ours", own), ("sfft", theirs)):
            side, corner = beside(image, empty)
            with_theirs = correlation(image, theirs, empty)
            print(
                f"{name:9s} {whose} {spread(image[empty]):6.2f} {side:5.2f} {corner:6.2f} "
                f"{image.max() / spread(image[empty]):15.0f} {with_theirs:18.3f}"
            )


def star_flux(pair: Pair, place: np.ndarray) -> float:
    """Return the flux that our fit gives a star of the science image."""
    centre = np.array(pair.frames.light.shape[1:]) // 2
    light, valid = (
        np.roll(image, tuple(centre - place), (1, 2))
        for image in (pair.frames.light, pair.frames.valid)
    )
    windows = cut_centre_windows(
        light,
        valid,
        pair.calibration,
        noise=pair.frames.noise,
        photon_noise=pair.frames.photon_noise,
    )
    fluxes = forced_photometry(windows, pair.calibration, causal=False)
    return float(fluxes.flux[0])


def whitened(frames: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Do to an image what turns sfft's difference into its decorrelated one."""
    plain, white = rfft2(frames[SFFT]), rfft2(frames[WHITE])
    turn = white * plain.conj() / (np.abs(plain) ** 2 + 1e-9 * np.abs(plain).max() ** 2)
    return np.asarray(irfft2(rfft2(image) * turn, s=image.shape))


def print_differences(
    images: dict[str, np.ndarray],
    fluxes: dict[str, np.ndarray],
    frames: np.ndarray,
    stars: np.ndarray,
    empty: np.ndarray,
    gain: np.ndarray,
) -> None:
    """Compare the differences."""
    science, template = frames[STACKS]
    photons = np.maximum(science, 0) / (5 * gain[0]) + np.maximum(template, 0) / (5 * gain[5])
    print(
        "\ndifference            noise  of a point  side  corner  like sfft, white  on all pixels"
    )
    for name, image in images.items():
        side, corner = beside(image, empty)
        like = correlation(image, frames[WHITE], empty)
        everywhere = np.corrcoef(image.ravel(), frames[WHITE].ravel())[0, 1]
        print(
            f"{name:21s} {spread(image[empty]):5.2f} {spread(fluxes[name]):11.0f} {side:5.2f} "
            f"{corner:7.2f} {like:17.3f} {everywhere:14.3f}"
        )
    print("\nleft of stars: share of the flux within 7 px / largest pixel in shares of the peak / "
          "r.m.s. within 5 px in units of the expected noise")  # fmt: skip
    flux = np.array([disc_sum(science, place) for place in stars])
    for name, image in images.items():
        variance = spread(image[empty]) ** 2 + photons
        cells = [
            f"{disc_sum(image, place) / own:+.3f} / "
            f"{np.abs(around(image, place, 5)).max() / template[tuple(place)]:.3f} / "
            f"{np.sqrt((around(image, place, 5) ** 2 / around(variance, place, 5)).mean()):.1f}"
            for place, own in zip(stars, flux, strict=True)
        ]
        print(f"{name:21s} {'   '.join(cells)}")


def disc_sum(image: np.ndarray, place: np.ndarray) -> float:
    """Return the sum within seven pixels of a place."""
    pixels = around(image, place, 7)
    return float(pixels[np.hypot(*(np.indices(pixels.shape) - 7)) <= 7].sum())


def report(level: int, name: str, flux: np.ndarray, error: np.ndarray, alone: np.ndarray) -> None:
    """Print what was found of planted sources; all in units of the true flux.

    ``alone`` is what is measured at the same places where nothing is planted.
    """
    pull, gain = (flux - 1) / error, flux - alone
    print(
        f"{level:4d}  {name:12s} {flux.mean():6.3f} ± {flux.std() / np.sqrt(len(flux)):.3f} "
        f"{gain.mean():8.3f} ± {gain.std() / np.sqrt(len(flux)):.3f} {flux.std():8.3f} "
        f"{(flux > 5 * error).mean():12.0%} {pull.mean():+12.2f} ± {pull.std():.2f}"
    )


def main() -> None:
    frames, gain, fwhm_px = read(Path(sys.argv[1]))
    science, template = frames[STACKS]
    noise = spread(template)
    places = empty_places(template, noise)
    empty = ~maximum_filter(gaussian_filter(template, 2) > 3 * noise, 13)
    empty[:EDGE], empty[-EDGE:], empty[:, :EDGE], empty[:, -EDGE:] = False, False, False, False
    stars = star_places(template, noise)
    stars = stars[np.argsort(-template[tuple(stars.T)])]

    ours = stack_each(frames[:10], gain[:10], fwhm_px[:10])
    mixed = subtract_pair(frames[STACKS], 1 / (5 * gain[STACKS]), fwhm_px[STACKS])
    print_stacks(ours.frames.light, frames, empty)

    model = stars[1]  # the very brightest may bend the detector's response
    star, centre = star_of(science, model), np.array([science.shape]) // 2
    white_star = whitened(frames, sources(science.shape, centre, star))
    white_star, total = around(white_star, centre[0], STAMP), star.sum()
    our_star, mixed_star = star_flux(ours, model), star_flux(mixed, model)
    fluxes = {
        "sfft": fitted(frames[SFFT], places, star) * total,
        "sfft, white": fitted(frames[WHITE], places, white_star) * total,
        "ours": measured(ours, places)[0] / our_star * total,
        "ours of their stacks": measured(mixed, places)[0] / mixed_star * total,
    }
    images = {
        "sfft": frames[SFFT],
        "sfft, white": frames[WHITE],
        "ours": ours.difference.light[0],
        "ours of their stacks": mixed.difference.light[0],
    }
    print_differences(images, fluxes, frames, stars, empty, gain)
    sigma = float(fluxes["ours"].std())
    print(
        f"\n{len(places)} planted with the star at y, x = {model}; S/N by {sigma:.0f} ADU\n"
        "S/N   difference    flux / true    more than without   scatter  found at 5 sigma   pull"
    )
    for level in LEVELS:
        true = level * sigma / total
        light = np.stack(
            [sources(one.shape, places, true * star_of(one, model)) for one in frames[SCIENCE]]
        )
        photons = np.random.default_rng(level).normal(size=light.shape)
        photons *= np.sqrt(np.maximum(light, 0) / gain[SCIENCE, None, None])
        science_frames = frames[SCIENCE] + light + photons
        pair = stack_each(
            np.concatenate([science_frames, frames[REFERENCE]]), gain[:10], fwhm_px[:10]
        )
        alone = fluxes["ours"] / (level * sigma)
        report(level, "ours", *(measured(pair, places) / our_star / true), alone)
        added = sources(science.shape, places, true * star) + photons.mean(axis=0)
        for name, image, one in (
            ("sfft", frames[SFFT] + added, star),
            ("sfft, white", frames[WHITE] + whitened(frames, added), white_star),
        ):
            alone = fluxes[name] / (level * sigma)
            error = np.full(len(places), fluxes[name].std() / (level * sigma))
            report(level, name, fitted(image, places, one) / true, error, alone)


if __name__ == "__main__":
    main()
