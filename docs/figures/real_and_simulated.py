"""Real sequences beside simulated ones, class by class; or a class sheet of one preset.

    python docs/figures/real_and_simulated.py hits OUTPUT.png --archive REAL_ARCHIVE
    python docs/figures/real_and_simulated.py crts OUTPUT.png

A row an object: some of its epochs in order of time, the brightest and the faintest among them, in
one stretch for the whole row.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taonet.io.archive import Archive
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.cutout import sky_and_noise
from taonet.sky.sequence import ImageSequence

SHOWN = 8


def shown_epochs(sequence: ImageSequence) -> np.ndarray:
    """Return epochs spread in time, with the brightest and faintest centres among them."""
    usable = np.flatnonzero(sequence.usable)
    frames = sequence.frames[usable, 0].astype(float)
    sky, _ = sky_and_noise(frames)
    middle = frames.shape[-1] // 2
    core = frames[:, middle - 2 : middle + 3, middle - 2 : middle + 3]
    light = core.sum(axis=(1, 2)) - 25 * sky
    extremes = {int(usable[light.argmax()]), int(usable[light.argmin()])}
    others = usable[np.linspace(0, len(usable) - 1, SHOWN).astype(int)].tolist()
    chosen = [*extremes, *(i for i in others if i not in extremes)][:SHOWN]
    return np.sort(np.array(chosen))


def draw_row(row: list[Axes], sequence: ImageSequence, title: str) -> None:
    """Draw some epochs of a sequence, the sky taken off each, in one stretch."""
    epochs = shown_epochs(sequence)
    frames = sequence.frames[epochs, 0].astype(float)
    sky, noise = sky_and_noise(frames)
    light = frames - sky[:, None, None]
    low, high = -2 * np.median(noise), max(6 * np.median(noise), np.percentile(light, 99))
    for axes, image, epoch in zip(row, light, epochs, strict=False):
        stretched = np.arcsinh(np.clip(image, low, high) / np.median(noise))
        axes.imshow(stretched, cmap="gray", origin="lower", interpolation="nearest")
        axes.set_title(f"{sequence.mjd[epoch] - sequence.mjd[0]:.1f} d", fontsize=6, pad=1.5)
    row[0].set_ylabel(title, fontsize=7)


def main() -> None:
    """Draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("survey")
    parser.add_argument("output", type=Path)
    parser.add_argument("--archive", type=Path, help="real sequences to stand beside")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip", type=int, default=0, help="real objects of each class to skip")
    given = parser.parse_args()
    survey = survey_preset(given.survey)
    rows: list[tuple[ImageSequence, str]] = []
    for number, name in enumerate(survey.taxonomy.classes):
        if given.archive is not None:
            real = Archive(given.archive)
            found = [i for i, other in enumerate(real.class_names) if other == name]
            rows.append((real[found[given.skip]], f"{name}\nreal"))
        wanted = 1 if given.archive is not None else 2
        # another number is another place on the sky
        drawn = simulate(survey, wanted, seed=given.seed, classes=[name], start=2 * number)
        rows += [(one, f"{name}\nsimulated") for one, _ in drawn]
    figure = Figure(figsize=(SHOWN * 1.05, len(rows) * 1.12), layout="constrained")
    panels = figure.subplots(len(rows), SHOWN, squeeze=False)
    for axes in panels.ravel():
        axes.set(xticks=[], yticks=[])
    for row, (sequence, title) in zip(panels, rows, strict=True):
        draw_row(list(row), sequence, title)
    figure.savefig(given.output, dpi=110)


if __name__ == "__main__":
    main()
