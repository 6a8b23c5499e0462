"""Can a class of the wide mix be told by its level alone? It should not.

    PYTHONPATH=src:tests python benchmarks/wide_mix.py [OBJECTS]

A forest is given what knows how bright a place is and what it lies in (`simulation.level_numbers`
of the tests): median signal-to-noise ratio and magnitude, the host's magnitude and offset,
neighbours, bad frames; nothing that knows a change. Prints its macro F1, cross-validated, for
three seeds, and each class's quartiles of the numbers. Chance is one over the number of classes.
"""

import sys

import numpy as np

from simulation.level_numbers import NUMBERS, macro_f1_by_level, table_of_levels
from taonet.simulation.presets.by_name import survey_preset

CLASSES = {"crts": ("NON", "SN", "CV"), "hits": ("NON", "SN", "RRL")}
SEEDS = (11, 12, 13)


def main(n_objects: int) -> None:
    """Print the scores and quartiles."""
    for survey, classes in CLASSES.items():
        for seed in SEEDS:
            numbers, names = table_of_levels(survey_preset(survey), classes, n_objects, seed)
            print(f"{survey} seed {seed}: macro F1 {macro_f1_by_level(numbers, names):.3f}")
        for column, what in enumerate(NUMBERS):
            for name in classes:
                quartiles = np.percentile(numbers[names == name, column], [25, 50, 75])
                print(f"  {what}, {name}: {quartiles.round(2)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
