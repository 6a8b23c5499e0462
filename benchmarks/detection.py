"""How often is an empty place detected, and from what brightness on is a star?

    python benchmarks/detection.py [OBJECTS]

Simulated in the wide mix: empty places in fields of a usual density of stars, at the survey's
cadence, and constant stars of every brightness. Prints the share that is detected after the first
epoch and at the end, of all sequences and of those without a spoilt frame, and of the stars by
their magnitude below the limit of a visit. The numbers of docs/decisions/0011 are from here.
"""

import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np

from taonet.data.detection import Detection, detect
from taonet.simulation.objects import simulate_object
from taonet.simulation.presets.by_name import survey_preset
from taonet.simulation.survey import Survey
from taonet.simulation.wide import WIDE_MIX, WideMix, reach_of, widen
from taonet.sky.sequence import ImageSequence

USUAL_STARS = {"hits": (0.3, 1.5), "crts": (0.5, 4.0)}
"""Stars down to 22 mag in 1000 pixels."""

BELOW_LIMIT_MAG = (-2.25, -1.5, -0.75, 0.0, 0.75, 1.0)


def draw(
    survey: Survey, mix: WideMix, n: int, seed: int
) -> list[tuple[ImageSequence, dict[str, object]]]:
    """Return objects that do not change, and their truth."""
    rng = np.random.default_rng(seed)
    return [
        simulate_object(widen(survey, "NON", rng, mix), "NON", seed=seed, index=index)
        for index in range(n)
    ]


def look(sequence: ImageSequence) -> Detection:
    """Return what is seen in the epochs that a network reads."""
    return detect(sequence.pixels[sequence.readable], sequence.channels)


def main(n: int) -> None:
    """Print the shares."""
    for name, stars in USUAL_STARS.items():
        survey = survey_preset(name)
        mix = replace(WIDE_MIX, stars_per_kilopixel=stars, host_share=0.0)
        empty = [
            (look(sequence), not any(truth["defects"].values()))
            for sequence, truth in draw(survey, replace(mix, dark_share=1.0), n, seed=77)
            if sequence.readable.any()
        ]
        clean = [one for one, is_clean in empty if is_clean]
        print(f"{name}: empty places detected after the first epoch, and in the end")
        for what, found in (("all", [one for one, _ in empty]), ("none spoilt", clean)):
            ends = np.array([one.detected[[0, -1]] for one in found])
            print(f"  {what}, {len(found)}: {ends.mean(axis=0).round(3)}")
        limit = reach_of(survey).limit_mag
        lit = draw(survey, replace(mix, dark_share=0.0), n, seed=78)
        seen = np.array([look(sequence).detected[-1] for sequence, _ in lit])
        below = np.array([truth["wide"]["level_mag"] for _, truth in lit]) - limit
        print(f"  stars, {n}: {seen.mean():.3f}")
        for low, high in pairwise(BELOW_LIMIT_MAG):
            inside = (below >= low) & (below < high)
            share = f"{seen[inside].mean():.2f}" if inside.any() else "–"
            print(f"    {low} to {high} mag fainter than the limit, {inside.sum()}: {share}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
