"""A film of a sequence: its epochs one after the other, with the answers after each of them."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from matplotlib import rc_context
from matplotlib.animation import FFMpegWriter, FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text

from taonet.errors import InputError, OutputError
from taonet.evaluation.scored_rows import WHERE, probabilities_of
from taonet.io.atomic import atomic_file
from taonet.reports.answer_figures import Bars, rows_about
from taonet.reports.cutout_figures import point_at_object
from taonet.reports.notebook_figure import LONGEST_TITLE, NotebookFigure
from taonet.reports.palette import STYLE, clip_text, escape_math, figure_style, mute_axes
from taonet.reports.stretch import stretch_channel
from taonet.sky.pictures import usable_epochs
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

FRAMES_PER_SECOND: Final = 4.0
SIZE_PX: Final = 240
MOST_SHOWN: Final = 60
"""Epochs that a notebook plays: each is a picture within it."""

MOST_EMBEDDED_MB: Final = 10.0
DOTS_PER_INCH: Final = 100
SAME_TIME: Final = 1e-9
"""Days that a time may lose in a file."""

MARGIN, GAP, HEAD, FOOT = 16, 8, 58, 28
NAMES, BARS = 84, 210
"""Pixels of the film beside the cutouts, so that each of their pixels is equally large."""

LEAST_WIDTH: Final = 400
"""Pixels, for title and date."""

_BUTTONS: Final = {
    "minus": "−",
    "fast-backward": "|◀",
    "step-backward": "‹",
    "play fa-flip-horizontal": "◀",
    "pause": "❚❚",
    "play": "▶",
    "step-forward": "›",
    "fast-forward": "▶|",
    "plus": "+",
}
"""What stands on the buttons in place of icons that matplotlib has fetched from the network."""

BY_PILLOW: Final = (".gif", ".webp", ".apng")


class Film(FuncAnimation):
    """A sequence as a film: shown by a notebook where it is the last value of a cell.

    `save` writes it, as ``.gif``, ``.webp`` or ``.apng``, and with ffmpeg as whatever that writes.
    A notebook plays at most sixty epochs, evenly chosen; a file has all of them.

    Parameters
    ----------
    figure : Figure
    draw : function
        Changes the figure to one of the epochs, by number.
    numbers : array (played,)
        The epochs to play.
    frames_per_second : float
    title : str
    """

    def __init__(
        self,
        figure: Figure,
        draw: Callable[[int], None],
        numbers: Int[np.ndarray, " played"],
        *,
        frames_per_second: float,
        title: str,
    ) -> None:
        self.figure, self.draw, self.numbers = figure, draw, numbers
        self.frames_per_second, self.title = frames_per_second, title
        super().__init__(
            figure,
            lambda played: draw(int(numbers[played])),
            frames=len(numbers),
            interval=round(1000 / frames_per_second),
            cache_frame_data=False,
        )

    def __del__(self) -> None:
        """Go without a warning: a film need not be played."""

    def __repr__(self) -> str:
        title = clip_text(self.title, LONGEST_TITLE)
        n, rate = len(self.numbers), self.frames_per_second
        return f"<film {title!r}, {n} epoch{'s' * (n > 1)}, {rate:g} a second>"

    def save(self, filename: Any, writer: Any = None, *args: Any, **options: Any) -> None:
        """Write the film to a file; the suffix says of which kind.

        Parameters
        ----------
        filename : path or str
            It is replaced if it exists.
        writer, args, options
            As of `matplotlib.animation.Animation.save`.

        Raises
        ------
        OutputError
            If nothing can be written there, or not as what the suffix says.
        """
        with rc_context({**STYLE, "savefig.dpi": "figure", "savefig.bbox": "standard"}):
            if writer is not None:
                super().save(filename, writer, *args, **options)
                return
            path = Path(filename)
            with atomic_file(path) as temporary:
                super().save(str(temporary), _writer_for(path), *args, **options)

    def _repr_html_(self) -> str:
        room = MOST_EMBEDDED_MB * 2**20 / self._embedded_size()
        count = int(min(MOST_SHOWN, max(1, room), len(self.numbers)))
        picks = np.linspace(0, len(self.numbers) - 1, count).round().astype(np.int64)
        shown = Film(
            self.figure,
            self.draw,
            self.numbers[picks],
            frames_per_second=self.frames_per_second,
            title=self.title,
        )
        with rc_context({"animation.embed_limit": 2 * MOST_EMBEDDED_MB}):
            return _with_plain_buttons(str(shown.to_jshtml()))

    def _embedded_size(self) -> float:
        """Return the bytes that an epoch takes within a notebook, of the first and the last."""
        sizes = []
        for number in self.numbers[[0, -1]].tolist():
            self.draw(number)
            with io.BytesIO() as file:
                self.figure.savefig(file, format="png", dpi="figure")
                sizes.append(4 / 3 * file.tell())
        return max(sizes)


@figure_style
def sequence_film(
    sequence: ImageSequence,
    *,
    rows: pd.DataFrame | None = None,
    taxonomy: Taxonomy | None = None,
    frames_per_second: float = FRAMES_PER_SECOND,
    size_px: int = SIZE_PX,
) -> Film:
    """Return a film of the usable epochs of a sequence, all channels side by side.

    Each channel has one stretch for the whole film, differences go both ways about zero, and
    two ticks point at the object. Pixels without data are hatched.

    Parameters
    ----------
    sequence : ImageSequence
    rows : DataFrame, optional
        A prediction table that has the sequence's object: the probabilities stand beside the
        cutouts, each answer from its epoch on.
    taxonomy : Taxonomy, optional
        The classes drawn, by default those that the table gives probabilities of.
    frames_per_second : float
    size_px : int
        About the width of a cutout in the film: each of its pixels is a whole number of the
        film's.

    Raises
    ------
    InputError
        If the table has no row of the object, or lacks a column; or a number is not positive.
    """
    for name, value in (("frames_per_second", frames_per_second), ("size_px", size_px)):
        if not value > 0:
            raise InputError(f"{name} must be positive", got=value)
    answers = None if rows is None else _Answers.of(sequence, rows, taxonomy)
    scene = _Scene(sequence, answers, size_px=size_px)
    return Film(
        scene.figure,
        scene.draw,
        np.arange(len(scene.epochs)),
        frames_per_second=frames_per_second,
        title=_title(sequence),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Answers:
    """The answers about an object, by time."""

    mjd: Float[np.ndarray, " row"]
    probabilities: Float[np.ndarray, "row class"]
    taxonomy: Taxonomy

    @classmethod
    def of(
        cls, sequence: ImageSequence, table: pd.DataFrame, taxonomy: Taxonomy | None
    ) -> "_Answers":
        rows, stated = rows_about(sequence.object_id, table)
        if "mjd_last" not in rows:
            raise InputError("columns are missing", where=WHERE, got="no mjd_last")
        taxonomy = taxonomy or stated
        return cls(
            mjd=rows["mjd_last"].to_numpy(np.float64),
            probabilities=probabilities_of(rows, taxonomy),
            taxonomy=taxonomy,
        )

    def at(self, mjd: float) -> Float[np.ndarray, " class"]:
        """Return the probabilities known at a time, NaN before the first answer."""
        n_known = int(np.searchsorted(self.mjd, mjd + SAME_TIME, side="right"))
        if n_known == 0:
            return np.full(len(self.taxonomy.classes), np.nan)
        return np.asarray(self.probabilities[n_known - 1])


class _Scene:
    """A figure of one epoch of a sequence, which changes to any other."""

    def __init__(self, sequence: ImageSequence, answers: _Answers | None, *, size_px: int) -> None:
        self.sequence, self.answers = sequence, answers
        self.epochs = usable_epochs(sequence)
        self.channels = [
            stretch_channel(sequence, self.epochs, channel) for channel in sequence.channels
        ]
        height, width = sequence.frames.shape[2:]
        scale = max(1, round(size_px / max(height, width)))
        self.panel = (int(scale * width), int(scale * height))
        self.figure = self._make_figure()
        self.images = [self._add_panel(k) for k in range(len(self.channels))]
        self.bars = None if answers is None else self._add_bars(answers)
        self.date = self._add_heading()
        self.draw(0)

    def draw(self, number: int) -> None:
        """Change the figure to an epoch."""
        epoch = self.epochs[number]
        for channel, image in zip(self.channels, self.images, strict=True):
            image.set_data(channel.images[number])
        mjd, band = float(self.sequence.mjd[epoch]), self.sequence.band[epoch]
        parts = [f"MJD {mjd:.2f}", band, f"day {mjd - self.sequence.mjd[0]:.2f}"]
        parts.append(f"epoch {number + 1} of {len(self.epochs)}")
        self.date.set_text(escape_math("  ·  ".join(filter(None, parts))))
        if self.bars is not None and self.answers is not None:
            self.bars.set_values(self.answers.at(mjd))

    @property
    def _pixels_wide(self) -> int:
        """Of the panels, with the gaps between them."""
        return len(self.channels) * (self.panel[0] + GAP) - GAP

    def _make_figure(self) -> Figure:
        beside = 0 if self.answers is None else MARGIN + NAMES + BARS
        width = max(LEAST_WIDTH, 2 * MARGIN + self._pixels_wide + beside)
        height = HEAD + self.panel[1] + FOOT
        # films of some kinds have even numbers of pixels only
        pixels = np.array([width + width % 2, height + height % 2])
        return NotebookFigure(figsize=tuple(pixels / DOTS_PER_INCH), dpi=DOTS_PER_INCH)

    def _add_axes(self, *, left: int, top: int, width: int, height: int) -> Axes:
        """Add axes at a place in whole pixels."""
        full_width, full_height = self.figure.get_size_inches() * DOTS_PER_INCH
        bottom = (full_height - top - height) / full_height
        return self.figure.add_axes(
            (left / full_width, bottom, width / full_width, height / full_height)
        )

    def _add_panel(self, k: int) -> AxesImage:
        width, height = self.panel
        left = MARGIN + k * (width + GAP)
        axes = self._add_axes(left=left, top=HEAD, width=width, height=height)
        channel = self.channels[k]
        image = channel.draw(axes, 0)
        point_at_object(axes, channel.images.shape[1:], channel.channel)
        axes.set_xlabel(escape_math(channel.channel), fontsize=9.5, labelpad=4)
        return image

    def _add_bars(self, answers: _Answers) -> Bars:
        left = MARGIN + self._pixels_wide + MARGIN + NAMES
        axes = self._add_axes(left=left, top=HEAD, width=BARS, height=self.panel[1])
        return Bars(mute_axes(axes, grid="none"), answers.taxonomy)

    def _add_heading(self) -> Text:
        width, height = self.figure.get_size_inches() * DOTS_PER_INCH
        left = MARGIN / width
        title = escape_math(clip_text(_title(self.sequence), LONGEST_TITLE))
        self.figure.text(left, 1 - 10 / height, title, va="top", fontsize=11.5, fontweight="bold")
        return self.figure.text(left, 1 - 34 / height, "", va="top", fontsize=9.5)


def _title(sequence: ImageSequence) -> str:
    known = f"  ·  {sequence.class_name}" if sequence.class_name else ""
    return f"{sequence.object_id}{known}"


def _with_plain_buttons(player: str) -> str:
    player = re.sub(r'<link rel="stylesheet"\s+href="[^"]*font-awesome[^"]*">', "", player)
    icon = re.compile(r'<i class="fa fa-([a-z -]+)"></i>')
    return icon.sub(lambda match: _BUTTONS.get(match[1], match[0]), player)


def _writer_for(path: Path) -> str:
    if path.suffix.lower() in BY_PILLOW:
        return "pillow"
    if not FFMpegWriter.isAvailable():
        raise OutputError(
            "films of this kind need ffmpeg, which is not installed",
            where=path,
            do=f"choose a name that ends in {', '.join(BY_PILLOW)}",
        )
    return "ffmpeg"
