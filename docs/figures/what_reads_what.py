"""Draw what a network reads: from the frames of a simulated supernova to the answer after each.

    python docs/figures/what_reads_what.py

Writes docs/images/what-reads-what.png. The pictures and fluxes are those of one simulated object,
the encoder is the one that ships.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from taonet.data.encoder_inputs import inputs_of_sequence
from taonet.data.frame_encodings import FrameEncodings
from taonet.models.encoder_folder import load_encoder
from taonet.models.encoding import encode_sequence
from taonet.simulation.objects import simulate_object
from taonet.simulation.presets.by_name import survey_preset

IMAGE = Path(__file__).parents[1] / "images" / "what-reads-what.png"
SEED, NUMBER = 11, 15

PIXELS, FITTED, SHARED = "#1b6ca8", "#a85a1b", "#444444"
"""Colours of what reads pixels, of what fits a PSF, and of what both share."""


def main() -> None:
    """Draw and write the figure."""
    sequence, _ = simulate_object(survey_preset("crts"), "SN", seed=SEED, index=NUMBER)
    inputs, _ = inputs_of_sequence(sequence)
    encodings = encode_sequence(load_encoder("frames").network, sequence)
    shown = int(np.argmax(encodings.flux / encodings.flux_err))
    figure = plt.figure(figsize=(11, 4.6))
    canvas = figure.add_axes((0, 0, 1, 1))
    canvas.set(xlim=(0, 110), ylim=(0, 46))
    canvas.axis("off")
    for image, x, y, name in (
        (inputs.frames[shown], 4, 26, "frame k"),
        (inputs.means[shown], 4, 4, "mean of frames 1 … k − 1"),
    ):
        _picture(figure, image, x, y, name)
    _box(canvas, 24, 32, "PSF photometry\nfits each frame", FITTED)
    _box(canvas, 24, 19, "frame encoder\nlearnt, 88,433 weights", PIXELS)
    _box(canvas, 24, 6, "CNN on deep means\nhost and field", SHARED)
    _fluxes(figure, sequence.mjd, encodings, shown)
    _box(canvas, 72, 19, "memory of light\nand GRU, once a night", SHARED)
    _box(canvas, 93, 19, "classes\nafter frame k", SHARED, width=15)
    for start, end, colour in (
        ((18.5, 34), (24, 36), FITTED),
        ((18.5, 31), (24, 24), PIXELS),
        ((18.5, 13), (24, 22), PIXELS),
        ((18.5, 9), (24, 10), SHARED),
        ((42, 36), (47, 33), FITTED),
        ((42, 23), (47, 27), PIXELS),
        ((67, 27), (72, 24), SHARED),
        ((42, 9), (77, 18.6), SHARED),
        ((90, 23), (93, 23), SHARED),
    ):
        arrow = FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=12, color=colour, lw=1.6
        )
        canvas.add_patch(arrow)
    canvas.text(33, 42.5, "crts-sim", ha="center", color=FITTED, weight="bold")
    canvas.text(33, 28.6, "crts-pixels", ha="center", color=PIXELS, weight="bold")
    figure.savefig(IMAGE, dpi=130)


def _picture(figure: Figure, image: np.ndarray, x: float, y: float, name: str) -> None:
    axes = figure.add_axes((x / 110, y / 46, 14 / 110, 14 / 46))
    axes.imshow(np.arcsinh(image), cmap="gray_r", origin="lower", vmin=-1, vmax=4)
    axes.set(xticks=[], yticks=[])
    axes.set_title(name, fontsize=9)


def _box(axes: Axes, x: float, y: float, text: str, colour: str, *, width: float = 18) -> None:
    box = FancyBboxPatch(
        (x, y), width, 8, boxstyle="round,pad=0.2,rounding_size=1", fc="white", ec=colour, lw=1.8
    )
    axes.add_patch(box)
    axes.text(x + width / 2, y + 4, text, ha="center", va="center", fontsize=9, color=colour)


def _fluxes(figure: Figure, mjd: np.ndarray, encodings: FrameEncodings, shown: int) -> None:
    axes = figure.add_axes((51 / 110, 21 / 46, 15.5 / 110, 16 / 46))
    axes.errorbar(
        mjd - mjd[0], encodings.flux, encodings.flux_err, fmt=".", ms=3, lw=0.6, color=PIXELS
    )
    axes.plot(mjd[shown] - mjd[0], encodings.flux[shown], "o", mfc="none", ms=9, color=PIXELS)
    axes.tick_params(labelsize=6)
    axes.set_xlabel("days", fontsize=7, labelpad=1)
    axes.set_title("light of each frame\nand its error", fontsize=9)


if __name__ == "__main__":
    main()
