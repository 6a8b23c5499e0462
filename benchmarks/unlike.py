"""How often does a bundle say that a sequence is unlike what it learnt from?

    python benchmarks/unlike.py BUNDLE SURVEY [--objects 200] [--mix wide] [--archive NAME=PATH …]
    python benchmarks/unlike.py BUNDLE SURVEY --left-out SN=runs/without-SN/bundle …

Prints the share of sequences that are unlike after the last epoch, with its 95 % interval: fresh
ones of the survey that the bundle learnt from, those of other surveys, and its own seen with pixels
of half and of twice the size. Archives are cut to the size that the bundle reads. ``--left-out``
takes bundles that were trained without a class: the share of that class that each calls unlike.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import binomtest

from taonet.io.archive import Archive
from taonet.models.bundle import Bundle
from taonet.models.load import load_model
from taonet.models.predict import predict
from taonet.simulation.conditions import Conditions, Visits
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset
from taonet.simulation.survey import Survey
from taonet.sky.sequence import ImageSequence

FOREIGN = ("crts", "hits", "ztf")
"""Surveys that are not one another."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle")
    parser.add_argument("survey")
    parser.add_argument("--objects", type=int, default=200)
    parser.add_argument("--mix", default="wide")
    parser.add_argument("--seed", type=int, default=4242)
    parser.add_argument("--archive", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--left-out", action="append", default=[], metavar="CLASS=BUNDLE")
    given = parser.parse_args()
    bundle = load_model(given.bundle)
    draw = Draw(n=given.objects, mix=given.mix, seed=given.seed, frame_px=bundle.frame_px)
    own = survey_preset(given.survey)
    report(bundle, "its own survey, fresh", draw.of(own))
    report(bundle, "its own survey, pixels half as large", draw.of(with_small_pixels(own)))
    report(bundle, "its own survey, pixels twice as large", map(bin_pixels, draw.of(own, times=2)))
    for name in FOREIGN:
        if not given.survey.startswith(name):
            foreign = draw.of(survey_preset(name))
            report(bundle, f"survey {name}", (cut_out(one, bundle) for one in foreign))
    for text in given.archive:
        name, path = text.split("=", 1)
        report(bundle, name, (cut_out(one, bundle) for one in Archive(path)))
    shares = []
    for text in given.left_out:
        name, path = text.split("=", 1)
        other = load_model(path)
        shares.append(report(other, f"trained without {name}", draw.of(own, [name])))
    if shares:
        print(f"median over classes left out: {np.median(shares):.2f}")


@dataclass(frozen=True, kw_only=True)
class Draw:
    """How sequences are drawn: how many, of which mix, and the side of their cutouts."""

    n: int
    mix: str
    seed: int
    frame_px: int

    def of(
        self, survey: Survey, classes: Sequence[str] | None = None, *, times: int = 1
    ) -> Iterator[ImageSequence]:
        """Yield sequences of a survey, with cutouts of the bundle's size or so many times it."""
        sized = replace(survey, size_px=times * self.frame_px)
        drawn = simulate(sized, self.n, seed=self.seed, classes=classes, mix=self.mix)
        for sequence, _truth in drawn:
            yield sequence


def with_small_pixels(survey: Survey) -> Survey:
    """Return the survey seen by a camera with pixels of half the size: stars are twice as wide."""

    def conditions(visits: Visits, rng: np.random.Generator) -> Conditions:
        drawn = survey.conditions(visits, rng)
        return replace(drawn, seeing_fwhm_px=2 * drawn.seeing_fwhm_px)

    return replace(survey, conditions=conditions, pixel_arcsec=survey.pixel_arcsec / 2)


def bin_pixels(sequence: ImageSequence) -> ImageSequence:
    """Return a sequence whose pixels are the sums of two by two."""
    frames = np.asarray(sequence.pixels, np.float32)
    epochs, channels, y, x = frames.shape
    frames = frames.reshape(epochs, channels, y // 2, 2, x // 2, 2).sum(axis=(3, 5))
    return with_frames(sequence, frames)


def cut_out(sequence: ImageSequence, bundle: Bundle) -> ImageSequence:
    """Return the middle of the cutouts of science frames, at times that the bundle reads."""
    frame_px, mjd_max = bundle.frame_px, bundle.reading.mjd_max
    if mjd_max is not None:
        late = max(0.0, float(sequence.mjd[-1]) - mjd_max + 1.0)
        sequence = replace(sequence, mjd=sequence.mjd - late)
    y, x = (max(0, (side - frame_px) // 2) for side in sequence.frames.shape[-2:])
    channel = sequence.channels.index("science")
    middle = np.s_[:, channel : channel + 1, y : y + frame_px, x : x + frame_px]
    return with_frames(sequence, sequence.frames[middle])


def with_frames(sequence: ImageSequence, frames: np.ndarray) -> ImageSequence:
    """Return a sequence of other frames, at the same times."""
    return ImageSequence.from_frames(
        sequence.object_id, frames, sequence.mjd, band=sequence.band,
        seeing_fwhm_px=sequence.seeing_fwhm_px, zero_point_mag=sequence.zero_point_mag,
        class_name=sequence.class_name,
    )  # fmt: skip


def report(bundle: Bundle, title: str, sequences: Iterable[ImageSequence]) -> float:
    """Print and return the share of the sequences that are unlike after their last epoch."""
    read = (one for one in sequences if len(bundle.reading.epochs_of(one)))
    ends = [rows.iloc[-1] for rows in predict(bundle, read)]
    unlike = np.array([bool(row["unlike"]) for row in ends])
    kept = np.mean([row["predicted_class"] == row["class_name"] for row in ends])
    low, high = binomtest(int(unlike.sum()), len(unlike)).proportion_ci(method="wilson")
    typical = np.median([row["typicality"] for row in ends])
    share = float(unlike.mean())
    print(
        f"{title}: {share:.3f} [{low:.3f}, {high:.3f}] of {len(unlike)}; "
        f"median typicality {typical:.3f}; its class in {kept:.2f}",
        flush=True,
    )
    return share


if __name__ == "__main__":
    main()
