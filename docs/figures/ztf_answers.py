"""What a bundle says of the alerts of one real object, with some of its stamps.

    python docs/figures/ztf_answers.py PACKETS BUNDLE OUTPUT.png

PACKETS is a folder with the alert packets of one object.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

import taonet
from taonet.io.sources import alerts_source
from taonet.models.bundle import Bundle
from taonet.models.predict import predict
from taonet.reports.palette import INK, STYLE, class_colours, mute_axes, set_unit_axis
from taonet.sky.cutout import sky_and_noise
from taonet.sky.sequence import ImageSequence

SHOWN = 8
BRIGHTEST_SIGMA = 3000.0


def stretched(sequence: ImageSequence, epoch: int, channel: int) -> np.ndarray:
    """Return a stamp in units of the noise of the difference, compressed, 0 to 1."""
    frame = sequence.frames[epoch]
    level, _ = sky_and_noise(frame[channel : channel + 1])
    _, noise = sky_and_noise(frame[2:3])
    sigma = (frame[channel] - level[0]) / noise[0]
    return np.clip(np.arcsinh(sigma / 4) / np.arcsinh(BRIGHTEST_SIGMA / 4), -0.15, 1)


def draw(figure: Figure, sequence: ImageSequence, bundle: Bundle) -> None:
    """Draw stamps above, the probabilities after every alert below."""
    table = next(predict(bundle, [sequence]))
    epochs = np.unique(np.linspace(0, len(sequence) - 1, SHOWN).astype(int))
    grid = figure.add_gridspec(
        4, SHOWN, height_ratios=[1, 1, 1, 2.6], hspace=0.06, wspace=0.04,
        left=0.075, right=0.89, top=0.93, bottom=0.085,
    )  # fmt: skip
    for row, channel in enumerate(sequence.channels):
        for column, epoch in enumerate(epochs):
            axes = figure.add_subplot(grid[row, column])
            axes.imshow(stretched(sequence, epoch, row), cmap="gray", origin="lower")
            axes.set(xticks=[], yticks=[])
            if row == 0:
                axes.set_title(f"{epoch + 1}, {sequence.band[epoch]}", fontsize=9, weight="normal")
            if column == 0:
                axes.set_ylabel(channel, fontsize=9)
    axes = mute_axes(figure.add_subplot(grid[3, :]))
    for name, colour in class_colours(bundle.taxonomy).items():
        chance = table[f"p_{name}"].to_numpy()
        axes.plot(table["n_epochs"], chance, color=colour, lw=2.2, label=name)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    axes.set(xlabel="alerts seen", ylabel="probability", xlim=(1, len(table)))
    set_unit_axis(axes, which="y")
    title = f"{sequence.object_id}: what {bundle.name} says after each alert"
    figure.text(0.075, 0.965, title, fontsize=12.5, weight="bold", color=INK)


def main() -> None:
    """Read the arguments and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packets", type=Path)
    parser.add_argument("bundle")
    parser.add_argument("output", type=Path)
    given = parser.parse_args()
    found = next(alerts_source([given.packets]).read(frozenset()))
    if found.sequence is None:
        raise SystemExit(f"{given.packets}: {found.reason}")
    with rc_context(STYLE):
        figure = Figure(figsize=(10.5, 7.4), dpi=90)
        draw(figure, found.sequence, taonet.load(given.bundle))
        figure.savefig(given.output)


if __name__ == "__main__":
    main()
