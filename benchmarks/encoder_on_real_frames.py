"""How well is the light of stars measured that were planted into real frames?

    python benchmarks/encoder_on_real_frames.py [DATA] [--encoder frames] [-o TABLE.csv]

DATA, by default the folder that TAONET_SHARED_DATA names, holds ``field_stars``, ``hits``,
``ztf_stamps`` and ``ztf_stamps_2``. Into an empty place of each sequence a star is planted whose
signal-to-noise ratio is drawn anew in each epoch, log-uniformly from 3 to 300, and another time a
steady one. It is a fainter copy of a lonely star of the same frame
(`taonet.studies.frame_stars`, `taonet.studies.planted_stars`); epochs in which that star is faint,
blurred or out of its place are left out. Seeing and zero points are not stated.

* field_stars: cutouts are cut anew around empty places. The twelve sequences show the same
  exposures: those without a lonely bright star get a copy of the brightest one of the others. How
  clear an exposure was is the mean of the four brightest stars.
* hits: constant objects (NON), which are stars. 21 pixels have no empty place: frames are rolled by
  half their size and the star replaced by other pixels of the frame. No star is left to tell how
  clear a frame was, so that the truth is the light in the frame.
* ztf: the science images of objects with five alerts or more in a band; what the object does is of
  no matter to the empty places around. The star that was copied tells how clear the frame was.

Forced photometry and a plain aperture are compared; ``--encoder`` adds a frame encoder, by name or
folder, once or several times.
"""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.evaluation.intervals import Interval
from taonet.io.alerts.surveys import ZTF
from taonet.models.encoder_folder import load_encoder
from taonet.models.encoding import encode_sequence
from taonet.sky.sequence import JD_OF_MJD_ZERO, ImageSequence
from taonet.studies.frame_stars import FrameStar, find_frame_star
from taonet.studies.planted_star_scores import (
    NUMBERS,
    FluxMeasurement,
    measure_aperture,
    measure_forced,
    measure_planting,
    score_plantings,
)
from taonet.studies.planted_stars import (
    cut_around,
    find_empty_places,
    hide_star,
    plant_changing,
    plant_steady,
)

SIZE_PX = 41
"""Side of cutouts around empty places, of 64 pixels and 63."""

PLACES = 4
FEWEST_EPOCHS = 5

FIELD_STARS_GAIN = 40.0
"""Electrons a count: the variance of empty pixels rises by 0.027 a count of sky (37; with
outliers cut harder 44), and four pixels of some 45,000 electrons are read as one of 4,095."""

HITS_GAIN = 4.0
"""Median of ``sn_epoch_conditions.parquet``."""

ZTF_GAIN = 6.2
"""Of the survey's camera; Bellm et al. 2019."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Spot:
    """An empty place in a real sequence, and the star to be copied there."""

    camera: str
    group: str
    sequence: ImageSequence
    star: FrameStar
    clearness: np.ndarray


def field_star_spots(data: Path) -> Iterator[Spot]:
    """Yield empty places of the frames of one night."""
    stored = np.load(data / "field_stars" / "star_sequences_64x64.npz")
    sequences = [
        ImageSequence.from_frames(f"star {i}", frames[:, None], stored["mjd"])
        for i, frames in enumerate(stored["stamps"])
    ]
    stars = [
        find_frame_star(s, radius_px=6, saturation=3500, gain=FIELD_STARS_GAIN) for s in sequences
    ]
    bright = sorted((s for s in stars if s is not None), key=lambda s: -np.median(s.light))[:4]
    clearness = np.mean([star.light / np.median(star.light) for star in bright], axis=0)
    for sequence, star in zip(sequences, stars, strict=True):
        for place in find_empty_places(sequence, SIZE_PX, most=1):
            cut = cut_around(sequence, place, SIZE_PX)
            yield from sharp_epochs("field_stars", cut, star or bright[0], clearness)


def hits_spots(data: Path, *, most: int, rng: np.random.Generator) -> Iterator[Spot]:
    """Yield sequences of constant objects, without the object."""
    stored = np.load(data / "hits" / "sequences.npz")
    for i in np.flatnonzero(stored["label"] == "NON")[:most]:
        n = stored["n_epochs"][i]
        whole = ImageSequence.from_frames(
            stored["object_id"][i], stored["stamps"][i, :n, None], stored["mjd"][i, :n], band="g"
        )
        sequence = whole.take(np.flatnonzero(whole.readable))
        star = find_frame_star(sequence, radius_px=8, saturation=30_000, gain=HITS_GAIN)
        if star is not None:
            hidden = hide_star(sequence, star, rng)
            yield from sharp_epochs("hits", hidden, star, np.ones(len(sequence)))


def ztf_spots(data: Path) -> Iterator[Spot]:
    """Yield empty places around objects with several alerts in a band."""
    for sequence in ztf_sequences(data):
        star = find_frame_star(sequence, radius_px=6, saturation=40_000, gain=ZTF_GAIN)
        if star is None:
            print(f"ztf: no star to copy beside {sequence.object_id}, {sequence.band[0]}")
            continue
        clear = star.light / np.median(star.light)
        for place in find_empty_places(sequence, SIZE_PX, most=PLACES):
            cut = cut_around(sequence, place, SIZE_PX)
            yield from sharp_epochs("ztf", cut, star, clear)


def sharp_epochs(
    camera: str, sequence: ImageSequence, star: FrameStar, clearness: np.ndarray
) -> Iterator[Spot]:
    """Yield the place in those epochs that show the star to be copied clearly, if they will do."""
    epochs = np.flatnonzero(star.is_sharp)
    if len(epochs) < FEWEST_EPOCHS:
        print(f"{camera}: too few sharp epochs of {sequence.object_id}")
        return
    yield Spot(
        camera=camera,
        group=sequence.object_id,
        sequence=sequence.take(epochs),
        star=star.take(epochs),
        clearness=clearness[epochs],
    )


def ztf_sequences(data: Path) -> Iterator[ImageSequence]:
    """Yield the science images of objects with `FEWEST_EPOCHS` alerts in a band."""
    for folder in ("ztf_stamps", "ztf_stamps_2"):
        stamps = np.load(data / folder / "stamps.npz")["stamps"]
        alerts = pd.read_parquet(data / folder / "alerts.parquet")
        for (object_id, band), rows in alerts.groupby(["objectId", alerts["fid"].map(ZTF.bands)]):
            if len(rows) < FEWEST_EPOCHS:
                continue
            whole = ImageSequence.from_frames(
                object_id, stamps[rows["row"], :1], rows["jd"] - JD_OF_MJD_ZERO, band=band
            )
            sequence = whole.take(np.flatnonzero(whole.readable))
            if len(sequence) >= FEWEST_EPOCHS:
                yield sequence


def measure_spots(
    spots: Iterator[Spot], methods: dict[str, FluxMeasurement], rng: np.random.Generator
) -> pd.DataFrame:
    """Plant a changing and a steady star in each place, and measure both."""
    tables = []
    for number, spot in enumerate(spots):
        for is_steady, grow in ((False, plant_changing), (True, plant_steady)):
            planting = grow(spot.sequence, spot.star, spot.clearness, rng=rng)
            table = measure_planting(planting, methods, is_steady=is_steady)
            tables.append(table.assign(camera=spot.camera, group=spot.group, spot=number))
    return pd.concat(tables, ignore_index=True)


def print_scores(scores: pd.DataFrame) -> None:
    """Print the numbers with their intervals, a line a range and method."""
    for camera, part in scores.groupby("camera", sort=False):
        print(f"\n{camera}: {part['n_groups'].max()} objects")
        print(f"{'S/N':8s} {'method':9s} {'n':>5s} {'known':>5s}  " + "".join(
            f"{name:24s}" for name in NUMBERS))  # fmt: skip
        for _, row in part.iterrows():
            numbers = (f"{Interval.from_row(row, name):.2f}" for name in NUMBERS)
            print(f"{row['range']:8s} {row['method']:9s} {row['n']:5d} {row['measured']:5d}  "
                  + "".join(f"{number:24s}" for number in numbers))  # fmt: skip


def encoder_method(name: str) -> FluxMeasurement:
    """Return what asks a frame encoder."""
    encoder = load_encoder(name).network

    def measure(
        sequence: ImageSequence,
    ) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
        encodings = encode_sequence(encoder, sequence)
        return encodings.flux, encodings.flux_err

    return measure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("TAONET_SHARED_DATA"))
    parser.add_argument("--encoder", action="append", default=[])
    parser.add_argument("--hits", type=int, default=100, help="objects of hits to plant beside")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, help="CSV of the scores")
    parser.add_argument("--epochs", type=Path, help="CSV of every epoch")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of the data, or set TAONET_SHARED_DATA")
    methods = {"forced": measure_forced, "aperture": measure_aperture}
    methods |= {Path(name).name: encoder_method(name) for name in options.encoder}
    parts = []
    for camera in range(3):
        rng = np.random.default_rng([options.seed, camera])
        spots = (
            field_star_spots(options.data),
            hits_spots(options.data, most=options.hits, rng=rng),
            ztf_spots(options.data),
        )[camera]
        parts.append(measure_spots(spots, methods, rng))
    table = pd.concat(parts, ignore_index=True)
    scores = score_plantings(table)
    print_scores(scores)
    if options.epochs:
        table.to_csv(options.epochs, index=False)
    if options.output:
        scores.to_csv(options.output, index=False)


if __name__ == "__main__":
    main()
