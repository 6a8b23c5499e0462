"""Are fluxes right and their errors honest? Sources planted in simulated sequences, as measured.

    python benchmarks/photometry_truth.py SURVEY MODE [OBJECTS [archival]]

SURVEY is crts, hits or ztf, MODE science or difference. Half of the sources are constant, half are
as bright as they like in every epoch, so that a sequence covers all signal-to-noise ratios. The
field around them, weather and detector are the survey's; there is no host, as its light would
count. Prints mean and scatter of the pulls (measured − true)/error by the ratio of true flux to
stated error, with the standard error over objects (epochs of an object share its template, its
zero point and its neighbours). Epochs with a quality bit set are left out, and counted. Seeing is
not told for crts, where files do not state it; for ztf all visits count, not only detections.
"""

import sys
from dataclasses import replace
from functools import partial

import numpy as np

from taonet.photometry.lightcurves import light_curve, measure_bands
from taonet.photometry.subtract import template_mean
from taonet.simulation.conditions import Visits
from taonet.simulation.light import Light
from taonet.simulation.mixture import Transient
from taonet.simulation.objects import simulate_object
from taonet.simulation.presets.by_name import survey_preset
from taonet.simulation.survey import Survey
from taonet.sky.cutout import Quality
from taonet.sky.flux import flux_of
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import QUIET_CLASS

MAGNITUDES = {"crts": (14.0, 20.5), "hits": (17.5, 24.5), "ztf": (14.5, 21.0)}
RANGES = ((0, 3), (3, 10), (10, 30), (30, 100), (100, 300))
HARMLESS = int(Quality.UNCALIBRATED | Quality.NAN_PIXELS | Quality.PADDED)


def planted(
    magnitudes: tuple[float, float], _: Transient, visits: Visits, rng: np.random.Generator
) -> Light:
    """Draw a source without a host, constant or not."""
    n = len(visits.mjd)
    is_constant = rng.random() < 0.5
    mag = np.broadcast_to(rng.uniform(*magnitudes, 1 if is_constant else n), n)
    return Light(mag=mag, subtype="planted", template_mag=np.full(n, np.inf))


def survey(name: str) -> Survey:
    """Return a preset that shows planted sources; that of ztf keeps every visit."""
    found = replace(survey_preset(name), draw_light=partial(planted, MAGNITUDES[name]))
    if name != "ztf":
        return found
    subtraction, gaps = found.expose.args
    every = replace(subtraction, least_snr=0.0)
    return replace(found, expose=partial(found.expose.func, every, gaps))


def true_flux(sequence: ImageSequence, truth: dict, mode: str, *, causal: bool) -> np.ndarray:
    """Return the flux that should be found, with zero point 25."""
    if mode == "difference" and "difference_flux" in truth:
        unit = flux_of(sequence.zero_point_mag, 25.0)
        return np.array(truth["difference_flux"]) * unit
    mag = np.array([np.inf if m is None else m for m in truth["mag"]])
    flux = flux_of(mag, 25.0)
    if mode == "science":
        return flux
    over = np.full(len(flux), np.nan)
    for part in measure_bands(sequence, mode="difference", causal=causal):
        own = flux[part.epochs]
        over[part.epochs] = own - template_mean(part.difference.templates, own)
    return over


def pulls(name: str, mode: str, i: int) -> np.ndarray:
    """Return pull, signal-to-noise ratio, whether the epoch is good, and the object's number."""
    sequence, truth = simulate_object(survey(name), QUIET_CLASS, seed=8, index=i)
    if name == "crts":
        sequence = replace(sequence, seeing_fwhm_px=np.full(len(sequence), np.nan))
    causal = "archival" not in sys.argv
    flux = true_flux(sequence, truth, mode, causal=causal)
    curve = light_curve(sequence, mode=mode, causal=causal)
    there = np.isfinite(curve.flux) & np.isfinite(flux)
    good = (curve.quality & ~HARMLESS) == 0
    pull, snr = (curve.flux - flux) / curve.flux_err, np.abs(flux) / curve.flux_err
    return np.stack([pull[there], snr[there], good[there], np.full(there.sum(), i)])


def main() -> None:
    name, mode = sys.argv[1:3]
    objects = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    found = [pulls(name, mode, i) for i in range(objects)]
    pull, snr, good, number = np.concatenate(found, axis=1)
    print(f"{name}, {mode}, {objects} objects, {len(pull)} epochs, "
          f"{1 - good.mean():.1%} with a quality bit left out")  # fmt: skip
    print("S/N        epochs objects    mean pull        std   robust std")
    for low, high in (*RANGES, (3, 300)):
        chosen = (good == 1) & (snr >= low) & (snr < high)
        if chosen.sum() < 20:
            continue
        p, of = pull[chosen], number[chosen]
        sums = np.array([[p[of == o].sum(), (of == o).sum()] for o in np.unique(of)])
        centred = sums[:, 0] - p.mean() * sums[:, 1]
        error = np.sqrt((centred**2).sum()) / len(p)
        robust = 1.4826 * np.median(np.abs(p - np.median(p)))
        print(f"{low:4d} – {high:3d} {len(p):8d} {len(sums):7d} {p.mean():+9.3f} ± {error:.3f} "
              f"{p.std():8.3f} {robust:8.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
