"""How well does a frame encoder measure simulated objects, beside forced photometry?

    python benchmarks/encoder_against_photometry.py [crts] [--objects 60] [--encoder frames]

Neither is told seeing or zero points. Fluxes are relative to the first frame, as both state them;
the truth is that of the simulator. Printed by true flux, in units of the noise of a pixel: robust
scatter of measured less true in these units, in the errors that are stated, and the median of
measured over true. Objects that move are left out, those in a host stand apart: their host's light
at their place is no part of the truth, so only the scatter about the object's own median counts.
"""

import argparse
import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import torch

from taonet.data.epoch_measurement import measure_epochs
from taonet.models.encoder_folder import load_encoder
from taonet.models.encoding import encode_sequence
from taonet.models.frame_encoder import FrameEncoder
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.sequence import ImageSequence

EDGES = (0, 5, 20, 60, 200, 1000, np.inf)
"""Of the groups of true flux, in units of the noise of a pixel."""

MAD = 1.4826


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("survey", nargs="?", default="crts")
    parser.add_argument("--objects", type=int, default=60)
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--encoder", default="frames")
    given = parser.parse_args()
    torch.set_num_threads(1)
    encoder = load_encoder(given.encoder).network
    survey = replace(survey_preset(given.survey), unstated=None)
    drawn = simulate(survey, given.objects, seed=given.seed)
    tables = [_measure(*one, encoder) for one in drawn if "pm_arcsec_per_year" not in one[1]]
    table = pd.concat(tables, ignore_index=True)
    print("| flux | frames | encoder | photometry | encoder / true | photometry / true |")
    print("|---|---|---|---|---|---|")
    for hosted, own in table.groupby("hosted"):
        for low, high in itertools.pairwise(EDGES):
            some = own[(own["true"] >= low) & (own["true"] < high)]
            if len(some) > 30:
                print(_line(some, f"{low:g}–{high:g}" + (", in a host" if hosted else "")))


def _measure(sequence: ImageSequence, truth: dict, encoder: FrameEncoder) -> pd.DataFrame:
    """Return true and measured fluxes of an object, in units of the first frame's noise."""
    kept = np.flatnonzero(sequence.readable)
    sequence = sequence.take(kept)
    mag = np.array([np.nan if m is None else m for m in truth["mag"]], float)[kept]
    true = np.where(np.isfinite(mag), 10 ** (0.4 * (sequence.zero_point_mag[0] - mag)), 0.0)
    unknown = np.full(len(sequence), np.nan)
    untold = replace(sequence, seeing_fwhm_px=unknown, zero_point_mag=unknown)
    unit = float(sequence.levels[1][0, 0])
    columns = {"true": true / unit, "hosted": truth.get("host") is not None}
    for name, measured in (
        ("encoder", encode_sequence(encoder, untold)),
        ("photometry", measure_epochs(untold)),
    ):
        # photometry states fluxes on the scale of the first frame's zero point
        scale = measured.scale[0] if name == "photometry" else 1.0
        columns[name] = measured.flux * scale / unit
        columns[f"{name}_err"] = measured.flux_err * scale / unit
        if columns["hosted"]:
            columns[name] = columns[name] - np.nanmedian(columns[name] - columns["true"])
    return pd.DataFrame(columns)


def _line(rows: pd.DataFrame, name: str) -> str:
    scatter, ratios = [], []
    for method in ("encoder", "photometry"):
        off = rows[method] - rows["true"]
        own = MAD * np.nanmedian(np.abs(off / rows[f"{method}_err"]))
        scatter.append(f"{MAD * np.nanmedian(np.abs(off)):.1f} ({own:.2f})")
        ratios.append(f"{np.nanmedian(rows[method] / rows['true'].clip(lower=1e-9)):.2f}")
    cells = [name, f"{len(rows):,}", *scatter, *(ratios if rows["true"].median() > 5 else ["", ""])]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
