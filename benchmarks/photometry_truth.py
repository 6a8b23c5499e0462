"""Are fluxes right and their errors honest? Light curves of simulated sequences beside the truth.

    python benchmarks/photometry_truth.py SURVEY MODE [OBJECTS [causal]]

SURVEY is crts, hits or ztf, MODE science or difference. Prints mean and scatter of the pulls
(measured − true)/error by signal-to-noise ratio, for objects with and without a host, with the
standard error of the mean over objects (epochs of an object share its template, its zero point and
its neighbours). Epochs with a quality bit set are left out, and counted. Seeing is not told for
crts, where files do not state it; for ztf all visits count, not only detections.
"""

import sys
from dataclasses import replace
from functools import partial

import numpy as np

from taonet.photometry.lightcurves import light_curve, measure
from taonet.photometry.subtract import held_by_template
from taonet.simulate.objects import simulate_object
from taonet.simulate.presets import survey_named
from taonet.simulate.survey import Survey
from taonet.sky.cutout import Quality
from taonet.sky.flux import flux_of
from taonet.sky.sequence import ImageSequence

CLASSES = {
    "crts": ("CV", "NON", "SN", "AGN"),
    "hits": ("RRL", "EB", "NON", "SN"),
    "ztf": ("SN", "CV", "AGN", "BZ"),
}
RANGES = ((0, 3), (3, 10), (10, 30), (30, 100), (100, 300))


def survey(name: str) -> Survey:
    """Return a preset; that of ztf keeps every visit."""
    found = survey_named(name)
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
    for part in measure(sequence, mode="difference", causal=causal):
        own = flux[part.epochs]
        over[part.epochs] = own - held_by_template(part.difference.templates, own)
    return over


def main() -> None:
    name, mode = sys.argv[1:3]
    objects = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    causal = "causal" in sys.argv[4:]
    preset, rows = survey(name), []
    for i in range(objects):
        class_name = CLASSES[name][i % len(CLASSES[name])]
        sequence, truth = simulate_object(preset, class_name, seed=8, index=i)
        if name == "crts":
            sequence = replace(sequence, seeing_fwhm_px=np.full(len(sequence), np.nan))
        flux = true_flux(sequence, truth, mode, causal=causal)
        curve = light_curve(sequence, mode=mode, causal=causal)
        there = np.isfinite(curve.flux) & np.isfinite(flux)
        good = (
            curve.quality & ~int(Quality.UNCALIBRATED | Quality.NAN_PIXELS | Quality.PADDED)
        ) == 0
        n, host = there.sum(), truth["host"] is not None
        pull = (curve.flux - flux) / curve.flux_err
        snr = np.abs(flux) / curve.flux_err
        rows.append(
            np.stack([pull[there], snr[there], good[there], np.full(n, host), np.full(n, i)])
        )
    pull, snr, good, host, number = np.concatenate(rows, axis=1)
    print(f"{name}, {mode}{', causal' * causal}, {objects} objects, {len(pull)} epochs, "
          f"{1 - good.mean():.1%} with a quality bit left out")  # fmt: skip
    print("host  S/N        epochs objects    mean pull        std   robust std")
    for on_host in (0, 1):
        for low, high in (*RANGES, (3, 300)):
            chosen = (good == 1) & (host == on_host) & (snr >= low) & (snr < high)
            if chosen.sum() < 20:
                continue
            p, of = pull[chosen], number[chosen]
            sums = np.array([[p[of == o].sum(), (of == o).sum()] for o in np.unique(of)])
            centred = sums[:, 0] - p.mean() * sums[:, 1]
            error = np.sqrt((centred**2).sum()) / len(p)
            robust = 1.4826 * np.median(np.abs(p - np.median(p)))
            where = f"{'yes' if on_host else 'no ':4s} {low:4d} – {high:3d}"
            print(f"{where} {len(p):9d} {len(sums):7d} {p.mean():+9.3f} ± {error:.3f} "
                  f"{p.std():8.3f} {robust:8.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
