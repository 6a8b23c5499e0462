"""Some epochs of a real supernova of ZTF beside a simulated one of like brightness.

    python docs/figures/ztf_real_and_simulated.py PACKETS OUTPUT.png

PACKETS is a folder with the alert packets of one type Ia supernova, such as those of ZTF21abiuvdk
in the test data of the Pitt-Google broker. The simulated one is seen at the same times through the
same bands, in front of a host that is as large; all images have one stretch.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from taonet.io.sources import alerts_source
from taonet.simulation.colours import g_minus_r
from taonet.simulation.conditions import Visits
from taonet.simulation.light import Galaxy, Light
from taonet.simulation.mixture import Transient
from taonet.simulation.objects import simulate_object
from taonet.simulation.populations.supernovae import TEMPLATES, magnitudes_below_peak
from taonet.simulation.presets.by_name import survey_preset
from taonet.simulation.survey import Survey
from taonet.sky.cutout import sky_and_noise
from taonet.sky.sequence import ImageSequence

SHOWN = 7
BRIGHTEST_SIGMA = 3000.0
"""White is so many times the noise of the difference above the sky, black 4 times below."""

HOST = Galaxy(
    mag=11.3,
    radius_arcsec=17,
    sersic_index=1.5,
    axis_ratio=0.5,
    angle=0.75 * np.pi,
    dx_arcsec=6,
    dy_arcsec=0,
)
"""About as the disc of NGC 7814 looks around the real one: bright, and as large as the cutout."""


def read_sequence(packets: Path) -> ImageSequence:
    """Read the alert packets of one object."""
    found = next(alerts_source([packets]).read(frozenset()))
    if found.sequence is None:
        raise SystemExit(f"{packets}: {found.reason}")
    return found.sequence


def like(real: ImageSequence, peak_mag: float) -> Survey:
    """Return ZTF as it would see a supernova Ia when it saw the real one."""
    ztf = survey_preset("ztf")
    visits = Visits(mjd=real.mjd, band=real.band)
    peak_mjd = float(real.mjd[0] + 15)

    def draw_light(_: Transient, visits: Visits, rng: np.random.Generator) -> Light:
        in_r = Light(
            mag=peak_mag + magnitudes_below_peak(visits.mjd - peak_mjd, TEMPLATES["Ia"]),
            subtype="Ia",
            truth={"peak_mjd": peak_mjd},
            host=HOST,
        )
        redder = np.where(np.array(visits.band) == "g", g_minus_r(in_r, visits.mjd, rng), 0)
        return replace(in_r, mag=in_r.mag + redder)

    return replace(ztf, draw_light=draw_light, visits=lambda _rng: visits)


def draw(figure: Figure, sequences: dict[str, ImageSequence]) -> None:
    """Draw the channels of each sequence, one row a channel, one column an epoch."""
    grid = GridSpec(2, 1, figure, hspace=0.22, left=0.085, right=0.995, top=0.93, bottom=0.01)
    for block, (title, sequence) in zip(grid, sequences.items(), strict=True):
        epochs = np.linspace(0, len(sequence) - 1, SHOWN).astype(int)
        cells = block.subgridspec(3, SHOWN, wspace=0.03, hspace=0.04)
        for row, channel in enumerate(sequence.channels):
            for column, epoch in enumerate(epochs):
                axes = figure.add_subplot(cells[row, column])
                axes.imshow(_stretched(sequence, epoch, row), cmap=_grey(), origin="lower")
                axes.set(xticks=[], yticks=[])
                if row == 0:
                    days = sequence.mjd[epoch] - sequence.mjd[0]
                    axes.set_title(f"day {days:.0f}, {sequence.band[epoch]}", fontsize=9)
                if column == 0:
                    axes.set_ylabel(channel, fontsize=9)
        top = block.get_position(figure).y1
        figure.text(0.01, top + 0.035, title, fontsize=11, weight="bold")


def _grey() -> Colormap:
    grey = colormaps["gray"].copy()
    grey.set_bad("#8a6d3b")
    return grey


def _stretched(sequence: ImageSequence, epoch: int, channel: int) -> np.ndarray:
    frame = sequence.frames[epoch]
    level, _ = sky_and_noise(frame[channel : channel + 1])
    _, noise = sky_and_noise(frame[2:3])
    sigma = (frame[channel] - level[0]) / noise[0]
    return np.clip(np.arcsinh(sigma / 4) / np.arcsinh(BRIGHTEST_SIGMA / 4), -0.15, 1)


def main() -> None:
    """Read the arguments and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packets", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--peak-mag", type=float, default=12.4)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    real = read_sequence(given.packets)
    survey = like(real, given.peak_mag)
    simulated, _ = simulate_object(survey, "SN", seed=given.seed, index=0)
    figure = Figure(figsize=(11, 10.2), dpi=90)
    draw(
        figure,
        {
            f"Real: {real.object_id}, a supernova Ia seen by ZTF": real,
            "Simulated: a supernova Ia of like brightness at the same times": simulated,
        },
    )
    figure.savefig(given.output)


if __name__ == "__main__":
    main()
