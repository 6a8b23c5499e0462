"""Recipes for trees on tables of light curves: an experiment without images."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Literal

from taonet.experiment.recipe import Name, SplitSettings, read_toml
from taonet.experiment.shipped_recipes import check_reads
from taonet.features.sets import check_set
from taonet.models.trees.trees import BoostedConfig, ForestConfig, TreesConfig
from taonet.settings import settings_of
from taonet.types import AnyPath, Count, Natural


@dataclass(frozen=True, kw_only=True)
class CurveRecipe:
    """A complete experiment on light curves.

    Parameters
    ----------
    name : str
        Names the run and its bundle.
    about : str
        One or two sentences for the report and the model card.
    seed : int
        The one seed of the experiment.
    features : str
        A set of `taonet.features.sets.SETS`.
    method : {"forest", "boosted"}
        Which of the two sections below says how trees grow.
    grid : bool
        Choose the forest's settings from the published grid, by 2-fold cross-validation on
        training objects.
    redraw : bool
        Even out the classes of the training set with redrawn copies of its light curves.
    split, forest, boosted
        See the settings' own classes.
    bootstrap : int
        Resamples behind every interval.
    """

    name: Name
    about: str = ""
    seed: Count = 1
    features: str = "published"
    method: Literal["forest", "boosted"] = "forest"
    grid: bool = False
    redraw: bool = False
    split: SplitSettings = field(default_factory=SplitSettings)
    forest: ForestConfig = field(default_factory=ForestConfig)
    boosted: BoostedConfig = field(default_factory=BoostedConfig)
    bootstrap: Natural = 1000

    def __post_init__(self) -> None:
        check_set(self.features)

    @property
    def trees(self) -> TreesConfig:
        """The settings of the trees that the method names."""
        return self.forest if self.method == "forest" else self.boosted

    @property
    def digest(self) -> str:
        """A hash of every setting, given or default."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def read_curve_recipe(path: AnyPath) -> CurveRecipe:
    """Read a recipe for light curves: a TOML file, or one that ships, by its name.

    Raises
    ------
    MissingError
        If there is none.
    ConfigError
        If it is not TOML, or has a key or value that is not understood.
    """
    contents = read_toml(path)
    check_reads(contents, "light curves", where=path)
    return settings_of(contents, CurveRecipe, where=str(path))
