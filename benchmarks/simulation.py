"""How fast `crts` frames are simulated, beside a plain GalSim loop that draws the same scenes.

    python benchmarks/simulation.py [OBJECTS]

GalSim draws every epoch's stars and galaxies, convolved with the PSF, in one call, as its manual
does it; noise and defects are ours in both cases. Prints frames a second and their ratio, measured
in one run, and the peak memory of simulations of 100 objects and of ten times as many.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import galsim
import numpy as np

from taonet.simulation import objects
from taonet.simulation.detector import read_out
from taonet.simulation.exposures import Scene
from taonet.simulation.optics import BETA
from taonet.simulation.presets.by_name import survey_preset
from taonet.tasks.simulate import Sample, simulate_archive

SURVEY = survey_preset("crts")
GALSIM_OBJECTS = 4


def galsim_frame(scene: Scene, epoch: int) -> np.ndarray:
    """Draw one noise-free epoch with GalSim."""
    seen, size = scene.conditions, scene.size_px
    stretch = 0j if seen.stretch is None else seen.stretch[epoch]
    psf = galsim.Moffat(beta=BETA, fwhm=seen.seeing_fwhm_px[epoch])
    psf = psf.shear(g1=stretch.real, g2=stretch.imag)
    sources = []

    def add(source: galsim.GSObject, mag: float, x: float, y: float) -> None:
        flux = 10 ** (0.4 * (seen.zero_point_mag[epoch] - mag))
        where = x + seen.shift_x[epoch] - size // 2, y + seen.shift_y[epoch] - size // 2
        sources.append(source.withFlux(flux).shift(*where))

    field, light = scene.neighbours, scene.light
    for x, y, mag in zip(field.x, field.y, field.mag, strict=True):
        add(galsim.DeltaFunction(), mag, x, y)
    if np.isfinite(light.mag[epoch]):
        add(galsim.DeltaFunction(), light.mag[epoch], scene.x, scene.y)
    for galaxy in (*field.galaxies, *([light.host] if light.host else [])):
        radius = galaxy.radius_arcsec / scene.pixel_arcsec
        shape = galsim.Sersic(n=galaxy.sersic_index, half_light_radius=radius)
        shape = shape.transform(1, 0, 0, galaxy.axis_ratio).rotate(galaxy.angle * galsim.radians)
        dx, dy = galaxy.dx_arcsec / scene.pixel_arcsec, galaxy.dy_arcsec / scene.pixel_arcsec
        add(shape, galaxy.mag, scene.x + dx, scene.y + dy)
    image = galsim.ImageF(size, size)
    galsim.Convolve([galsim.Sum(sources), psf]).drawImage(image=image, scale=1.0)
    return np.asarray(image.array)


def galsim_rate() -> float:
    """Return frames a second of the plain loop."""
    frames, begin = 0, time.perf_counter()
    for index in range(GALSIM_OBJECTS):
        streams = objects.random_streams(1, index, 6)
        class_name = SURVEY.taxonomy.classes[index % 6]
        _, _, scene = objects._draw_scene(SURVEY, class_name, *streams[:5])
        n = len(scene.visits.mjd)
        picture = np.stack([galsim_frame(scene, epoch) for epoch in range(n)])
        read_out(picture, scene.conditions.sky_adu, SURVEY.detector, streams[5])
        frames += n
    return frames / (time.perf_counter() - begin)


def our_rate(n_objects: int, workers: int) -> float:
    """Return frames a second, from nothing to a finished archive on disk."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        frames = simulate_archive(
            Sample(survey="crts", n_objects=n_objects, seed=1), Path(folder) / "a", workers=workers
        )
        return frames / (time.perf_counter() - begin)


def peak_mb(n_objects: int) -> float:
    """Return the peak memory of a process that simulates so many objects."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--child", str(n_objects), folder]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    """Print the table."""
    if "--child" in sys.argv:
        count, folder = sys.argv[2:]
        simulate_archive(
            Sample(survey="crts", n_objects=int(count), seed=1), Path(folder) / "a", workers=2
        )
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    n_objects = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    plain = galsim_rate()
    print(f"plain GalSim loop       {plain:8.0f} frames/s")
    for workers in (1, 2):
        rate = our_rate(n_objects, workers)
        print(f"taonet, {workers} process(es)   {rate:8.0f} frames/s   {rate / plain:6.1f} x")
    for count in (100, 1000):
        print(f"peak memory, {count:6d} objects {peak_mb(count):6.0f} MB")


if __name__ == "__main__":
    main()
