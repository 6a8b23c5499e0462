"""How fast light curves are measured in simulated `crts` sequences, beside photutils.

    python benchmarks/photometry.py [OBJECTS]

photutils fits the same PSF, its width and places given, to the same frames, one call a frame: first
the object alone, then with as many field stars as our calibration measures (which finds shift,
shape and scale besides). Prints frames a second and their ratios, measured in one run, how well the
fluxes agree, and the peak memory for a tenth of the objects and for all of them.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from astropy.table import Table
from photutils.background import LocalBackground
from photutils.psf import MoffatPSF, PSFPhotometry

from taonet.io.archive import Archive
from taonet.photometry.forced_photometry import cut_centre_windows, forced_photometry
from taonet.photometry.lightcurves import BandMeasurement, measure_bands
from taonet.photometry.profile import Profile
from taonet.sky.sequence import ImageSequence
from taonet.tasks.simulate import Sample, simulate_archive

PHOTUTILS_FRAMES = 60
REPEATS = 5


def photutils_fluxes(
    image: np.ndarray, profile: Profile, x: list[float], y: list[float]
) -> np.ndarray:
    """Fit stars at given places above the sky of a ring around each."""
    model = MoffatPSF(alpha=float(np.sqrt(profile.alpha2)), beta=float(profile.beta))
    model.x_0.fixed = model.y_0.fixed = True
    ring = LocalBackground(7, 14)
    fit = PSFPhotometry(model, (11, 11), aperture_radius=4, local_bkg_estimator=ring)
    return np.asarray(fit(image, init_params=Table({"x": x, "y": y}))["flux_fit"])


def compare(archive: Path) -> None:
    """Measure the same frames with photutils: the object alone, then with the field's stars."""
    sequence = Archive(archive)[0]
    (part,) = measure_bands(sequence)
    shift = np.stack([part.calibration.shift_x, part.calibration.shift_y], axis=1)
    centre = sequence.frames.shape[-1] // 2
    place = centre + shift + np.stack([part.fluxes.dx, part.fluxes.dy], axis=1)
    frames = np.flatnonzero(np.isfinite(part.fluxes.flux))[:PHOTUTILS_FRAMES]
    image = part.frames.light.astype(float)
    profile = part.calibration.profile
    began = time.perf_counter()
    alone = [
        photutils_fluxes(image[k], profile.take(k), *place[k][:, None].tolist()) for k in frames
    ]
    rate_alone = len(frames) / (time.perf_counter() - began)
    stars = np.linspace(12, 52, int(np.median(part.calibration.n_stars)))
    began = time.perf_counter()
    for k in frames[::4]:
        x, y = (np.append(stars + shift[k, axis], place[k, axis]).tolist() for axis in (0, 1))
        photutils_fluxes(image[k], profile.take(k), x, y)
    rate_field = len(frames[::4]) / (time.perf_counter() - began)
    ours_alone, ours_whole = our_rates(sequence, part)
    print(f"the object alone:  photutils {rate_alone:7.1f}, ours {ours_alone:8.1f} frames/s: "
          f"{ours_alone / rate_alone:.0f} x")  # fmt: skip
    print(f"with {len(stars)} stars:      photutils {rate_field:7.1f}, ours {ours_whole:8.1f} "
          f"frames/s, calibration and all: {ours_whole / rate_field:.0f} x")  # fmt: skip
    off = (part.fluxes.flux[frames] - np.concatenate(alone)) / part.fluxes.flux_err[frames]
    print(f"(ours - photutils)/error: median {np.median(off):+.3f}, std {off.std():.3f}")


def our_rates(sequence: ImageSequence, part: BandMeasurement) -> tuple[float, float]:
    """Return frames a second of the fit at the object's place, and of everything."""
    began = time.perf_counter()
    for _ in range(REPEATS):
        windows = cut_centre_windows(
            part.frames.light, part.frames.valid, part.calibration,
            noise=np.nan_to_num(part.frames.noise, nan=1.0),
            photon_noise=part.frames.photon_noise,
        )  # fmt: skip
        forced_photometry(windows, part.calibration)
    alone = REPEATS * len(sequence) / (time.perf_counter() - began)
    began = time.perf_counter()
    for _ in range(REPEATS):
        measure_bands(sequence)
    return alone, REPEATS * len(sequence) / (time.perf_counter() - began)


def our_rate(archive: Path, folder: Path, *, workers: int) -> float:
    """Return frames a second, from a finished archive to a finished table."""
    from taonet.tasks.photometry import measure_light_curves as to_table

    began = time.perf_counter()
    to_table([archive], folder / f"{workers}.parquet", workers=workers)
    return len(Archive(archive).quality) / (time.perf_counter() - began)


def peak_mb(archive: Path, folder: Path, n_objects: int) -> float:
    """Return the peak memory of measuring so many objects in a process of its own."""
    out = folder / f"peak-{n_objects}.parquet"
    code = "from taonet.tasks.photometry import measure_light_curves; "
    code += f"measure_light_curves([{str(archive)!r}], {str(out)!r}, limit={n_objects}); "
    code += "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024


def main() -> None:
    objects = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive = folder / "archive"
        simulate_archive(Sample(survey="crts", n_objects=objects, seed=1), archive, workers=2)
        compare(archive)
        for workers in (1, 2):
            rate = our_rate(archive, folder, workers=workers)
            print(f"archive to table, processes: {workers}: {rate:.0f} frames/s")
        for n in (max(objects // 10, 1), objects):
            print(f"peak memory, {n} objects: {peak_mb(archive, folder, n):.0f} MB")


if __name__ == "__main__":
    main()
