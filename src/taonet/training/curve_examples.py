"""Training examples without pixels: simulated light curves, measured anew at each showing."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final

import numpy as np
from jaxtyping import Int

from taonet.data.epoch_photometry import UNMEASURED, USUAL_FWHM_PX, EpochPhotometry
from taonet.data.frame_encodings import FrameEncodings
from taonet.data.reading import Example, Reading
from taonet.data.sequence_inputs import SequenceInputs
from taonet.errors import ConfigError
from taonet.parallel import map_in_order
from taonet.simulation.curves import NoiselessCurve, draw_curve
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.taxonomy import Taxonomy
from taonet.training.curve_noise import measure_curve
from taonet.types import Track, no_progress

APART: Final = 0x5EED0CAFE
"""Keeps curves apart from objects that `taonet simulate` draws with the same seed: they must not
meet in a test set."""


@dataclass(frozen=True, kw_only=True)
class CurveLaw:
    """Which object each number stands for: surveys and classes take turns.

    Parameters
    ----------
    surveys : tuple of str
        Names of presets.
    classes : tuple of str
        Classes to draw.
    mix : str
        See `taonet.simulation.curves.draw_curve`.
    seed : int
    """

    surveys: tuple[str, ...]
    classes: tuple[str, ...]
    mix: str
    seed: int

    def class_of(self, index: int) -> str:
        """Return the class of an object."""
        return self.classes[index // len(self.surveys) % len(self.classes)]

    def draw(self, index: int) -> NoiselessCurve:
        """Draw an object; it depends on the law and its number alone."""
        survey = survey_preset(self.surveys[index % len(self.surveys)])
        seed = np.random.SeedSequence([APART, self.seed])
        return draw_curve(survey, self.class_of(index), seed=seed, index=index, mix=self.mix)


@dataclass(frozen=True, kw_only=True, eq=False)
class CurveExamples:
    """Light curves as a source of training examples (`taonet.data.batches.ExampleSource`).

    All curves are drawn when the first one is needed, and stay in memory, 3 kB each: drawing one
    takes as long as showing it ten times. Noise is drawn anew whenever one is shown.

    Parameters
    ----------
    law : CurveLaw
    count : int
        Curves that there are.
    reading : Reading
        How the network reads sequences of the data.
    taxonomy : Taxonomy
    workers : int
        Processes that share the drawing; the result is the same for any number.
    track : function
        Shows progress.
    """

    law: CurveLaw
    count: int
    reading: Reading
    taxonomy: Taxonomy
    workers: int = 1
    track: Track = no_progress

    @property
    def members(self) -> Int[np.ndarray, " object"]:
        """The objects' numbers."""
        return np.arange(self.count)

    @property
    def labels(self) -> Int[np.ndarray, " object"]:
        """Label of each member."""
        names = map(self.law.class_of, range(self.count))
        return np.array([self.taxonomy.label(name) for name in names], np.int64)

    @cached_property
    def curves(self) -> tuple[NoiselessCurve, ...]:
        """All curves, with the epochs that the network can read."""
        return tuple(self._draw_all())

    def _draw_all(self) -> Iterator[NoiselessCurve]:
        drawn = map_in_order(
            partial(CurveLaw.draw, self.law), range(self.count), workers=self.workers
        )
        for curve in self.track(drawn, self.count, "drawing light curves"):
            yield self._readable_part(curve)

    def _readable_part(self, curve: NoiselessCurve) -> NoiselessCurve:
        bands = self.reading.bands
        if not bands:
            return curve
        known = np.flatnonzero([band in bands for band in curve.band])
        if not len(known):
            got = ", ".join(sorted(set(curve.band)))
            raise ConfigError(
                "the survey observes in no band of the data",
                where="pretraining.survey",
                got=got,
                do=f"bands of the data: {', '.join(bands)}",
            )
        return curve if len(known) == len(curve) else curve.take(known)

    def count_epochs(self, index: int) -> int:
        """Return how many epochs of a curve can be shown."""
        return len(self.curves[index])

    def load_example(
        self,
        index: int,
        reading: Reading,
        *,
        epochs: Int[np.ndarray, " shown"],
        rng: np.random.Generator,
    ) -> Example:
        """Return some epochs of a curve, measured anew, with pictures of no pixel."""
        curve, channels = self.curves[index], len(reading.channels)
        photometry = measure_curve(curve, rng, channels=channels)
        named = (curve.band[epoch] for epoch in epochs.tolist())
        band = np.array([reading.band_index(name, where="pretraining") for name in named], np.int64)
        lights = SequenceInputs(
            measured=photometry if reading.measured else None,
            encoded=as_encodings(photometry) if reading.encoded else None,
        ).lights(epochs)
        mjd, nothing = curve.mjd[epochs], np.zeros((len(epochs), channels, 0, 0), np.float32)
        return Example(
            object_id=f"curve-{index:06d}",
            images=nothing,
            deep=nothing[:1],
            deep_of=np.zeros(len(epochs), np.int64),
            conditions=np.concatenate([one.conditions(band) for one in lights], axis=1),
            light=np.concatenate([one.light(band) for one in lights], axis=1),
            days=np.maximum(np.diff(mjd, prepend=mjd[:1]), 0.0).astype(np.float32),
            band=band,
            mjd=mjd,
            label=self.taxonomy.label(curve.class_name),
        )


def as_encodings(photometry: EpochPhotometry) -> FrameEncodings:
    """Return photometry as if a frame encoder had said it: the same fluxes, and no host is seen."""
    first = photometry.scale[0]
    none = np.zeros_like(photometry.scale)
    return FrameEncodings(
        sky=photometry.sky[:, :1],
        noise=photometry.noise[:, :1],
        scale=photometry.scale / first,
        flux=photometry.flux * first,
        flux_err=photometry.flux_err * first,
        seeing=np.log(photometry.fwhm_px / USUAL_FWHM_PX),
        place_x=none,
        place_y=none,
        place_err=none + UNMEASURED,
        before=np.log1p(np.arange(len(none))),
        host_light=none,
        host_size=none,
        host_distance=none,
    )
