"""Pre-training: the memory learns from simulated light curves before the network sees a frame."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from taonet.data.reading import Reading
from taonet.errors import ConfigError
from taonet.models.network_config import TaoNetConfig
from taonet.models.taonet import TaoNet
from taonet.simulation.curves import refuse_differences
from taonet.simulation.presets.by_name import preset_digest, survey_preset
from taonet.sky.taxonomy import Taxonomy
from taonet.training.curve_examples import CurveExamples, CurveLaw
from taonet.training.loop import TrainingConfig, train_network
from taonet.types import Natural, Positive, Track, no_progress


@dataclass(frozen=True, kw_only=True)
class Pretraining:
    """How a network is trained on light curves first; what is not said here is as in training.

    Parameters
    ----------
    survey : tuple of str
        Presets of the simulator that curves are drawn from, in equal parts; empty for no
        pre-training.
    mix : {"balanced", "wide"}
        How bright objects are, see `taonet.simulation.objects.simulate`; classes are balanced in
        either.
    curves : int
        Light curves to draw.
    steps : int
        Batches to learn from.
    learning_rate : float
        Highest rate.
    """

    survey: tuple[str, ...] = ()
    mix: Literal["balanced", "wide"] = "balanced"
    curves: Natural = 50_000
    steps: Natural = 3000
    learning_rate: Positive = 4e-3

    def __post_init__(self) -> None:
        for name in self.survey:
            refuse_differences(survey_preset(name))

    @property
    def facts(self) -> dict[str, Any]:
        """What a bundle notes of the curves that its network was pre-trained on."""
        surveys = {name: preset_digest(name, mix=self.mix) for name in self.survey}
        return {"surveys": surveys, "mix": self.mix, "curves": self.curves, "steps": self.steps}


def pretrain_network(
    architecture: TaoNetConfig,
    examples: CurveExamples,
    *,
    settings: Pretraining,
    config: TrainingConfig,
    seed: int,
    folder: Path,
    track: Track = no_progress,
) -> TaoNet:
    """Train a network on light curves, or go on with that; see `taonet.training.loop`.

    What sees pictures stays as it was drawn. Curves have pictures of no pixel, of which a network
    makes zeros: no gradient reaches the CNNs and apertures. Blank pictures instead would teach them
    that nothing is to be seen, and a constant that they tell of them would be built into what
    reads it. Zero is the mean of what the CNNs tell of real pictures, since that is normalised, so
    that later the pictures change as little as can be of what was learnt.

    Parameters
    ----------
    architecture : TaoNetConfig
    examples : CurveExamples
    settings : Pretraining
    config : TrainingConfig
        Of the training on frames. Parts that it freezes learn here.
    seed : int
    folder : Path
        For ``metrics.jsonl`` and ``checkpoint.pt``.
    track : function
        Shows progress.
    """
    config = replace(
        config,
        steps=settings.steps,
        learning_rate=settings.learning_rate,
        frozen=(),
        steadiness=0.0,
    )
    return train_network(
        architecture,
        examples,
        config=config,
        seed=seed,
        folder=folder,
        title="pre-training on light curves",
        track=track,
    )


def curve_examples(
    settings: Pretraining,
    *,
    architecture: TaoNetConfig,
    reading: Reading,
    taxonomy: Taxonomy,
    seed: int,
    workers: int = 1,
    track: Track = no_progress,
) -> CurveExamples:
    """Return the light curves that a network for some data is pre-trained on; none is drawn yet.

    Parameters
    ----------
    settings : Pretraining
    architecture : TaoNetConfig
    reading : Reading
    taxonomy : Taxonomy
        Of the data. Its classes that some survey cannot draw are left out.
    seed : int
    workers : int
        Processes that share the drawing.
    track : function
        Shows progress.

    Raises
    ------
    ConfigError
        If the network reads no measured fluxes, or fewer than two classes can be drawn.
    """
    if not architecture.lights:
        raise ConfigError(
            "the network reads no fluxes to pre-train it on",
            where="pretraining.survey",
            do="set model.measured or model.encoded, or leave the section out",
        )
    law = CurveLaw(
        surveys=settings.survey,
        classes=_drawable_classes(settings.survey, taxonomy),
        mix=settings.mix,
        seed=seed,
    )
    return CurveExamples(
        law=law,
        count=settings.curves,
        reading=reading,
        taxonomy=taxonomy,
        workers=workers,
        track=track,
    )


def _drawable_classes(surveys: Sequence[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    transients = [survey_preset(name).transients for name in surveys]
    classes = tuple(c for c in taxonomy.classes if all(c in known for known in transients))
    if len(classes) < 2:
        raise ConfigError(
            "the surveys draw too few classes of the data to pre-train on",
            where="pretraining.survey",
            got=", ".join(classes) or "none",
        )
    return classes
