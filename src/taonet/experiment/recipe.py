"""Recipes: a complete experiment as one TOML file — strict in, complete out."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from typing import Annotated, Any, Final, Literal

from annotated_types import Ge, Gt, Le, Lt
from pydantic import StringConstraints

from taonet.data.transforms import Scaling
from taonet.errors import ConfigError
from taonet.experiment.shipped_recipes import check_reads, find_recipe
from taonet.models.network_config import TaoNetConfig
from taonet.models.trees.trees import BoostedConfig, ForestConfig
from taonet.settings import settings_of
from taonet.training.curve_pretraining import Pretraining
from taonet.training.loop import TrainingConfig
from taonet.types import AnyPath, Count, Natural

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
"""A name that can name a folder."""


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """What of the archive is used.

    Parameters
    ----------
    mjd_max : float or None
        Leave out epochs at or after this time.
    use_bands : bool
        Give the photometric band to the network.
    channels : tuple of str
        Channels to read; empty takes all that the archive has.
    """

    mjd_max: float | None = None
    use_bands: bool = False
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SplitSettings:
    """How objects are divided: in folds (every object is tested once) or once for all.

    Parameters
    ----------
    kind : {"folds", "holdout", "shots"}
        With ``shots``, a few objects of each class are drawn for training; all others test.
    folds : int
        Number of folds.
    test : float
        Share of the objects held out for testing (holdout).
    shots : int
        Objects of each class.
    """

    kind: Literal["folds", "holdout", "shots"] = "holdout"
    folds: Annotated[int, Ge(2)] = 5
    test: Annotated[float, Gt(0), Lt(1)] = 0.3
    shots: Natural = 10


@dataclass(frozen=True, kw_only=True)
class PredictionSettings:
    """How predictions are made and reported.

    Parameters
    ----------
    turns : int
        Average the predictions over this many turns and flips of the sequence (1 to 8).
    epochs : tuple of int
        Numbers of epochs after which trees predict, besides the last; the network predicts after
        every epoch.
    trees : bool
        Train trees on light curves of the same objects, for comparison. Where the network reads no
        measured fluxes, every object is measured for the trees alone.
    bootstrap : int
        Resamples behind every interval.
    examples : int
        Example sequences shown in the report.
    counterfactuals : int
        Test objects, as many of each class as there are, that the network is also asked about with
        one thing made different (`taonet.data.counterfactuals`); 0 for none. Each costs as much as
        some twenty sequences.
    scored : tuple of str
        Score the predictions among these classes only; empty for all.
    """

    turns: Annotated[int, Ge(1), Le(8)] = 1
    epochs: tuple[Natural, ...] = (3, 5, 10, 20, 40)
    trees: bool = True
    bootstrap: Natural = 1000
    examples: Count = 6
    counterfactuals: Count = 100
    scored: tuple[str, ...] = ()


LATER: Final = {"light_memory": "statistics", "encoded": False}
"""Settings of networks that older recipes do not know, with what they are there."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A complete experiment.

    Parameters
    ----------
    name : str
        Names the run and its bundle.
    about : str
        One or two sentences for the report and the model card.
    seed : int
        The one seed of the experiment.
    threads : int
        CPU threads; 0 takes all.
    encoder : str
        Name or folder of the frame encoder that the network reads (``model.encoded``).
    data, split, scaling, model, pretraining, training, forest, boosted, prediction
        See the settings' own classes. ``model.channels``, ``model.classes`` and ``model.bands``
        come from the data.
    """

    name: Name
    about: str = ""
    seed: Count = 1
    threads: Count = 0
    encoder: str = ""
    data: DataSettings = field(default_factory=DataSettings)
    split: SplitSettings = field(default_factory=SplitSettings)
    scaling: Scaling = field(default_factory=Scaling)
    model: TaoNetConfig = field(default_factory=TaoNetConfig)
    pretraining: Pretraining = field(default_factory=Pretraining)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    forest: ForestConfig = field(default_factory=ForestConfig)
    boosted: BoostedConfig = field(default_factory=BoostedConfig)
    prediction: PredictionSettings = field(default_factory=PredictionSettings)

    @property
    def digest(self) -> str:
        """A hash of every setting, given or default, but where it is carried out."""
        settings = asdict(self)
        del settings["training"]["device"]
        if not self.encoder:
            del settings["encoder"]
        # what came later does not count where it is as it was before
        if not self.pretraining.survey:
            del settings["pretraining"]
        for name, before in LATER.items():
            if settings["model"][name] == before:
                del settings["model"][name]
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def override_recipe(
    recipe: Recipe,
    *,
    shots: int | None = None,
    seed: int | None = None,
    device: str | None = None,
    encoder: str | None = None,
) -> Recipe:
    """Return a recipe with another seed or encoder, few objects to learn from, or elsewhere."""
    if encoder is not None:
        recipe = replace(recipe, encoder=encoder)
    if device is not None:
        recipe = replace(recipe, training=replace(recipe.training, device=device))
    if shots is not None:
        recipe = replace(recipe, split=replace(recipe.split, kind="shots", shots=shots))
    return recipe if seed is None else replace(recipe, seed=seed)


FROM_DATA = ("channels", "classes", "bands")


def read_recipe(path: AnyPath, changes: Sequence[str] = ()) -> Recipe:
    """Read a recipe.

    Parameters
    ----------
    path : str or Path
        Of a TOML file, or the name of a recipe that ships.
    changes : sequence of str
        Settings that replace those of the recipe; see `apply_changes`.

    Raises
    ------
    MissingError
        If there is none; the error gives the nearest name.
    ConfigError
        If it is not TOML, or has a key or value that is not understood; the error gives the
        nearest known key.
    """
    contents = read_toml(path)
    check_reads(contents, "cutouts", where=path)
    return recipe_of(apply_changes(contents, changes), where=str(path))


def apply_changes(given: Mapping[str, Any], changes: Sequence[str]) -> dict[str, Any]:
    """Return settings with some of them set anew, unchecked.

    Parameters
    ----------
    changes : sequence of str
        ``section.key=value``, the value in TOML; a word needs no quotes.

    Raises
    ------
    ConfigError
        If a change has no key or no value.

    Examples
    --------
    >>> apply_changes({"model": {"hidden": 8}}, ["model.recurrence=lstm", "model.zooms=[20]"])
    {'model': {'hidden': 8, 'recurrence': 'lstm', 'zooms': [20]}}
    """
    changed = deepcopy(dict(given))
    for change in changes:
        place, equals, text = change.partition("=")
        *sections, key = place.strip().split(".")
        if not (equals and text.strip() and all((*sections, key))):
            do = "write it as section.key=value, e.g. model.recurrence=lstm"
            raise ConfigError("not a setting", got=change, do=do)
        within = changed
        for section in sections:
            within = within.setdefault(section, {})
            if not isinstance(within, dict):
                raise ConfigError(f"{section} is no section", got=change)
        within[key] = _parse_toml_value(text)
    return changed


def _parse_toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text.strip()


def read_toml(path: AnyPath) -> dict[str, Any]:
    """Read the settings in a recipe, unchecked.

    Raises
    ------
    MissingError
        If there is none.
    ConfigError
        If it is not TOML, or cannot be read.
    """
    file = find_recipe(path)
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError("the recipe cannot be read", where=file, got=error.strerror) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        do = "give a recipe; `taonet recipes` lists those that ship"
        raise ConfigError("not TOML", where=file, got=error, do=do) from error


def recipe_of(given: Mapping[str, Any], *, where: str = "recipe") -> Recipe:
    """Check settings and fill in the defaults.

    Raises
    ------
    ConfigError
    """
    for key in FROM_DATA:
        if key in given.get("model", {}):
            raise ConfigError(f"model.{key} comes from the data", where=where, do="remove it")
    return settings_of(given, Recipe, where=where)
