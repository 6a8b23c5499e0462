"""Counterfactuals: what a sequence would show if one thing were different, and nothing else.

A model that answers for the right reason follows the change of an object and nothing else: not its
brightness, not its place in the frame, not a fault beside it. The table `COUNTERFACTUALS` says what
is made different, and what should become of the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal
from zlib import crc32

import numpy as np

from taonet.data.counterfactual_frames import hole, move, trail, turn
from taonet.data.counterfactual_light import change_alone, dim, empty, freeze
from taonet.sky.sequence import ImageSequence

AS_IS: Final = "as it is"
"""Stands for the sequence without a change where counterfactuals are named."""

Make = Callable[[ImageSequence, np.random.Generator], ImageSequence]

Expected = Literal["stays", "follows", "becomes NON"]
"""What should become of the answer.

``stays``: the same class. ``follows``: the class of what still shows a change; what no longer does
may become NON. ``becomes NON``: nothing changes any more, or nothing is there.
"""


@dataclass(frozen=True, kw_only=True)
class Counterfactual:
    """One thing that is made different.

    Parameters
    ----------
    make : function
        From a sequence and a random generator to the sequence that would have been.
    description : str
        For a table's reader.
    expected : str
        See `Expected`.
    """

    make: Make
    description: str
    expected: Expected


def _dim_by(mag: float, *, expected: Expected) -> Counterfactual:
    word, how = ("dimmed", "noise restored") if mag > 0 else ("brightened", "noise with it")
    return Counterfactual(
        make=lambda sequence, rng: dim(sequence, mag, rng),
        description=f"all light {word} by {abs(mag):g} mag, {how}",
        expected=expected,
    )


def _move_by(dx: float, dy: float) -> Counterfactual:
    return Counterfactual(
        make=lambda sequence, _rng: move(sequence, dx, dy),
        description=f"the object ({dx:g}, {dy:g}) pixels off the centre",
        expected="stays",
    )


def _turn_by(quarter_turns: int, description: str, *, flip: bool) -> Counterfactual:
    return Counterfactual(
        make=lambda sequence, _rng: turn(sequence, quarter_turns, flip=flip),
        description=description,
        expected="stays",
    )


def _middle(sequence: ImageSequence) -> int:
    """Return the epoch in the middle of those that hold information."""
    usable = np.flatnonzero(sequence.usable)
    return int(usable[len(usable) // 2]) if len(usable) else 0


COUNTERFACTUALS: Final[dict[str, Counterfactual]] = {
    "dimmed 1 mag": _dim_by(1, expected="stays"),
    "dimmed 2 mag": _dim_by(2, expected="follows"),
    "dimmed 2.5 mag": _dim_by(2.5, expected="follows"),
    "dimmed 3 mag": _dim_by(3, expected="follows"),
    "brightened 1 mag": _dim_by(-1, expected="stays"),
    "brightened 2 mag": _dim_by(-2, expected="stays"),
    "brightened 3 mag": _dim_by(-3, expected="stays"),
    "moved 0.5 px": _move_by(0.5, 0.5),
    "moved 1 px": _move_by(1, 1),
    "moved 2 px": _move_by(2, 2),
    "turned": _turn_by(1, "turned by 90° about the object", flip=False),
    "mirrored": _turn_by(0, "mirrored in x", flip=True),
    "trail": Counterfactual(
        make=lambda sequence, rng: trail(sequence, _middle(sequence), rng),
        description="a satellite's trail near the object in one epoch",
        expected="stays",
    ),
    "hole": Counterfactual(
        make=lambda sequence, rng: hole(sequence, _middle(sequence), rng),
        description="a square without data beside the object in one epoch",
        expected="stays",
    ),
    "change frozen": Counterfactual(
        make=freeze,
        description="every epoch the median frame of its band, at its own sky and noise",
        expected="becomes NON",
    ),
    "change alone": Counterfactual(
        make=change_alone,
        description="the median frame of the band taken off every epoch",
        expected="follows",
    ),
    "empty sky": Counterfactual(
        make=empty,
        description="nothing but sky and noise",
        expected="becomes NON",
    ),
    "object taken out": Counterfactual(
        make=partial(empty, keep_field=True),
        description="sky and noise in place of the object; the field as it is",
        expected="becomes NON",
    ),
}
"""By name, in the order of tables."""


def make_counterfactual(name: str, sequence: ImageSequence, *, seed: int) -> ImageSequence:
    """Return what a sequence would show.

    What is random depends on the seed, the object's name and the counterfactual's alone.

    Parameters
    ----------
    name : str
        A key of `COUNTERFACTUALS`.
    """
    words = (name, sequence.object_id)
    rng = np.random.default_rng([seed, *(crc32(word.encode()) for word in words)])
    return COUNTERFACTUALS[name].make(sequence, rng)
