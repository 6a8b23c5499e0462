"""A model as its user sees it: what it says, what it reads, what it answers.

`taonet.models.bundle.Bundle` holds a network, `taonet.models.trees.bundle.TreesBundle` trees.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from taonet.markup import LINE, facts_html, shorten
from taonet.models.domain import Domain
from taonet.progress import show_progress
from taonet.sky.taxonomy import Taxonomy
from taonet.types import Track

if TYPE_CHECKING:
    from taonet.io.predictions import Predictions

NOT_STATED = "not stated"
"""In place of a fact that a bundle made elsewhere leaves out."""


class Card(str):
    """A model card in Markdown: a string that a notebook shows with its headings and tables."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        # what stands between lines of dashes at the top is for programs
        _, separator, text = self.removeprefix("---").partition("\n---\n")
        return text if self.startswith("---") and separator else str(self)


NO_CARD = Card("")


def read_card(folder: Path) -> Card:
    """Return the card in a bundle's folder; empty where there is none."""
    file = folder / "README.md"
    return Card(file.read_text(encoding="utf-8", errors="replace") if file.is_file() else "")


@dataclass(frozen=True, kw_only=True, repr=False)
class Reads:
    """What a model reads of an object.

    Parameters
    ----------
    kind : {"cutouts", "light curves"}
    pixels : int or None
        Side of the cutouts; larger ones are cropped, smaller ones are refused.
    pixel_scale_arcsec : float or None
        Side of a pixel of the cutouts it learnt from; None where it is not stated.
    channels : tuple of str
        What the cutouts show, in order.
    bands : tuple of str
        Epochs in others are left out; empty where any will do.
    mjd_max : float or None
        Epochs at or after this time are left out.
    features : tuple of str
        What is computed from light curves.
    """

    kind: str
    pixels: int | None = None
    pixel_scale_arcsec: float | None = None
    channels: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    mjd_max: float | None = None
    features: tuple[str, ...] = ()

    @property
    def epochs(self) -> str:
        """Which epochs, in words."""
        before = "" if self.mjd_max is None else f" before MJD {self.mjd_max:g}"
        return f"any number{before}"

    def __str__(self) -> str:
        bands = " ".join(self.bands) or "any"
        if self.pixels is None:
            return f"light curves, bands {bands}; {len(self.features)} features are computed"
        scale = "" if self.pixel_scale_arcsec is None else f" of {self.pixel_scale_arcsec:g} arcsec"
        return (
            f"cutouts of {self.pixels} × {self.pixels} pixels{scale}, {' '.join(self.channels)}, "
            f"bands {bands}, epochs: {self.epochs}"
        )

    def __repr__(self) -> str:
        bands = " ".join(self.bands) or "any band"
        if self.pixels is None:
            return shorten(f"<Reads light curves, {bands}, {len(self.features)} features>", LINE)
        facts = [f"{self.pixels} × {self.pixels} px"]
        if self.pixel_scale_arcsec is not None:
            facts.append(f"{self.pixel_scale_arcsec:g} arcsec a pixel")
        facts += [" ".join(self.channels), bands]
        if self.mjd_max is not None:
            facts.append(f"before MJD {self.mjd_max:g}")
        return shorten(f"<Reads {', '.join(facts)}>", LINE)

    def _repr_html_(self) -> str:
        facts: dict[str, object] = {"bands": " ".join(self.bands) or "any"}
        if self.pixels is None:
            facts["features"] = ", ".join(self.features)
            return facts_html("Reads light curves", facts)
        side = self.pixel_scale_arcsec
        scale = NOT_STATED if side is None else f"{side:g} arcsec"
        facts["pixels"] = f"{self.pixels} × {self.pixels}; larger cutouts are cropped"
        facts |= {"side of a pixel": scale, "channels": " ".join(self.channels)}
        return facts_html("Reads cutouts", {**facts, "epochs": self.epochs})


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Model(ABC):
    """What networks and trees that were saved have in common.

    Parameters
    ----------
    name : str
    taxonomy : Taxonomy
        The classes that it tells apart.
    facts : mapping
        Where it comes from: survey, hashes of recipe, data and split, scores.
    card : Card
        Empty if it was not loaded from a folder.
    """

    name: str
    taxonomy: Taxonomy
    facts: Mapping[str, Any] = field(default_factory=dict)
    card: Card = NO_CARD
    format: ClassVar[str]

    @property
    @abstractmethod
    def reads(self) -> Reads:
        """What it reads of an object."""

    @property
    @abstractmethod
    def domain(self) -> Domain:
        """What it learnt from was like, as far as that is stated; see `taonet.models.domain`."""

    @property
    @abstractmethod
    def is_calibrated(self) -> bool:
        """Whether its probabilities were calibrated; then it also states sets."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that it tells apart, in label order."""
        return self.taxonomy.classes

    def predict(
        self,
        inputs: Any,
        *,
        final: bool = False,
        prior: Mapping[str, object] | None = None,
        limit: int | None = None,
        workers: int = 1,
        track: Track = show_progress,
    ) -> "Predictions":
        """Say what objects are, after every epoch; the table is that of ``taonet predict``.

        Parameters
        ----------
        inputs : path, Archive, ImageSequence, or a list or generator of them
            For trees: a table of light curves (a path or a DataFrame), a curve, or several.
        final : bool
            Keep only each object's last answer.
        prior : mapping, optional
            How common each class is among the objects, as shares or counts: probabilities are
            restated for that mix. Those of networks refer to classes equally common otherwise.
        limit : int, optional
            Read only so many objects.
        workers : int
            Processes that measure what a network reads beside the pixels.
        track : function
            Shows progress.

        Returns
        -------
        Predictions
            A DataFrame, one row an object and number of epochs seen; its columns are explained in
            `taonet.io.predictions.Predictions`. What could not be read is in its
            ``attrs["set_aside"]`` and said in a warning of the logger ``taonet``.

        Raises
        ------
        InputError
            If an input is not what the model reads, nothing could be classified, or the prior is
            none for its classes.

        Examples
        --------
        >>> import taonet
        >>> model = taonet.load("crts-sim")
        >>> table = model.predict(taonet.simulate("crts", 2, seed=5), final=True)
        >>> len(table), table["p_SN"].between(0, 1).all().item()
        (2, True)
        """
        # readers of files are heavier than a model's facts
        from taonet.models.predict_inputs import predict_table

        return predict_table(
            self, inputs, final=final, prior=prior, limit=limit, workers=workers, track=track
        )

    @property
    def identity(self) -> dict[str, str]:
        """What a table of its answers states about it: its name, and the run that made it."""
        facts = {"taonet_model": self.name, "taonet_model_run": self.facts.get("run_digest")}
        return {name: str(value) for name, value in facts.items() if value}

    @property
    def origin(self) -> str:
        """What it learnt from, in a few words."""
        simulated, count = self.facts.get("trained_on_simulation"), self.facts.get("objects")
        words = {True: "simulated objects", False: "real objects", None: "objects"}[simulated]
        return f"{count:,} {words}" if isinstance(count, int) else words

    def __repr__(self) -> str:
        reads = self.reads
        what = reads.kind if reads.pixels is None else f"{reads.pixels} px {reads.kind}"
        simulated = self.facts.get("trained_on_simulation")
        origin = {True: " (simulation)", False: " (real data)", None: ""}[simulated]
        text = f"<Model {self.name}{origin}: {' '.join(self.classes)} from {what}>"
        return shorten(text, LINE)

    def _repr_html_(self) -> str:
        facts = {
            "says": ", ".join(self.classes),
            "reads": self.reads,
            "learnt from": self.origin,
            "survey": self.facts.get("survey", NOT_STATED),
            "is valid for": str(self.domain) or NOT_STATED,
            "probabilities": "calibrated, with sets" if self.is_calibrated else "not calibrated",
            "scores and limits": "model.card" if self.card else NOT_STATED,
        }
        return facts_html(f"Model {self.name}", facts)
