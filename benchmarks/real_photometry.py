"""Compare photometry of real alerts with what surveys state: ``python real_photometry.py DATA``.

DATA holds ``alerts/ztf`` (packets), ``ztf_stamps`` and ``hits``; each packet is measured alone, and
printed where the survey's own PSF and aperture magnitudes agree within 0.1, and for all.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from taonet.io.alerts.framing import records_of
from taonet.io.alerts.packets import alert_of
from taonet.photometry.lightcurves import light_curve
from taonet.sky.alert import sequence_of
from taonet.sky.sequence import JD_OF_MJD_ZERO, ImageSequence

MATCH_DAYS = 0.003
FEWEST = 10
AGREE_MAG = 0.1


def packets(data: Path) -> pd.DataFrame:
    """Measure every packet of ``alerts/ztf``."""
    rows = []
    for path in sorted((data / "alerts" / "ztf").rglob("*.avro")):
        for record in records_of(path):
            curve = light_curve(sequence_of([alert_of(record)]), mode="difference")
            stated = record["candidate"]
            rows.append(
                {
                    "folder": path.parent.name,
                    "fid": stated["fid"],
                    "mag": stated["magpsf"],
                    "aperture": stated["magap"] - stated["magpsf"],
                    "flux": abs(float(curve.flux[0])),
                    "error": float(curve.flux_err[0]),
                }
            )
    table = pd.DataFrame(rows)
    off = 25 - 2.5 * np.log10(table.flux) - table.mag
    return table.assign(off=off, pull=off * np.log(10) / 2.5 * table.flux / table.error)


def print_packets(table: pd.DataFrame) -> None:
    """Print offset and scatter by brightness, band and folder; ours has no error of theirs."""
    bright = pd.cut(table.mag, [0, 17, 18, 19, 30]).rename("magnitude")
    below = table[table.mag < 19]
    for by in (table.groupby(bright, observed=True), below.groupby("fid"), below.groupby("folder")):
        print(by.apply(_summary, include_groups=False).round(3))
    print(_summary(below).round(3).rename("brighter than 19").to_frame().T)
    print("NaN:", int(table.off.isna().sum()))


def _summary(rows: pd.DataFrame) -> pd.Series:
    pull = rows.pull.dropna()
    return pd.Series(
        {
            "n": len(rows),
            "offset": rows.off.median(),
            "median_abs": rows.off.abs().median(),
            "pull": pull.median(),
            "pull_std": 1.4826 * (pull - pull.median()).abs().median(),
        }
    )


def stamps(data: Path) -> pd.DataFrame:
    """Measure the stamps without zero points; what they lack is one a band."""
    images = np.load(data / "ztf_stamps" / "stamps.npz")["stamps"]
    table = pd.read_parquet(data / "ztf_stamps" / "alerts.parquet")
    flux = [
        light_curve(
            ImageSequence.from_frames(
                str(row),
                images[row : row + 1],
                np.array([jd - JD_OF_MJD_ZERO]),
                channels=("science", "template", "difference"),
            ),
            mode="difference",
        ).flux[0]
        for row, jd in enumerate(table.jd)
    ]
    return table.assign(zero_point=table.mag + 2.5 * np.log10(np.abs(flux)))


def print_stamps(table: pd.DataFrame) -> None:
    """Print how far each alert lies from the median of the others of its night and band."""
    night = np.floor(table.jd)
    known = table[table.zero_point.notna()]
    for (fid, day), group in known.groupby(["fid", night]):
        if len(group) >= FEWEST:
            value = group.zero_point.to_numpy()
            off = [v - np.median(np.delete(value, i)) for i, v in enumerate(value)]
            print(f"fid {fid:g} JD {day:.0f}: n {len(off)}, {np.median(np.abs(off)):.3f} mag")


def hits(data: Path) -> pd.DataFrame:
    """Correlate recovered with published light curves, object by object."""
    folder = data / "hits"
    stored = np.load(folder / "sequences.npz")
    frames, mjd, n_epochs = stored["stamps"], stored["mjd"], stored["n_epochs"]
    objects = pd.read_parquet(folder / "objects.parquet").set_index("object_id")
    supernovae = pd.read_parquet(folder / "sn_difference_lightcurves.parquet")
    variables = pd.read_parquet(folder / "variable_lightcurves.parquet")
    published = pd.concat(
        [
            supernovae.assign(light=supernovae.adu),
            variables.assign(light=10 ** (-0.4 * variables.mag_kron)),
        ]
    )
    rows = []
    for i, object_id in enumerate(stored["object_id"]):
        known = published[published.object_id == object_id]
        n = n_epochs[i]
        if not len(known) or not n:
            continue
        sequence = ImageSequence.from_frames(object_id, frames[i, :n, None], mjd[i, :n])
        curve = light_curve(sequence, causal=False)
        near = np.abs(known.mjd.to_numpy()[:, None] - curve.mjd)
        flux = curve.flux[near.argmin(axis=1)]
        good = (near.min(axis=1) < MATCH_DAYS) & np.isfinite(flux)
        if good.sum() >= FEWEST:
            found = np.corrcoef(flux[good], known.light.to_numpy()[good])[0, 1]
            rows.append((object_id, objects.label[object_id], objects.lc_corr[object_id], found))
    return pd.DataFrame(rows, columns=["object_id", "label", "stated", "found"])


if __name__ == "__main__":
    given = Path(sys.argv[1])
    measured = packets(given)
    print("where the survey's PSF and aperture magnitudes agree within 0.1:")
    print_packets(measured[measured.aperture.abs() < AGREE_MAG])
    print("all packets:")
    print_packets(measured)
    print_stamps(stamps(given))
    print(hits(given).groupby("label")[["stated", "found"]].median().round(3))
