"""Fine-tuning: what a run takes over from the bundle that it starts from."""

from dataclasses import replace

from taonet.errors import ConfigError, InputError
from taonet.experiment.joined_archives import JoinedArchives
from taonet.experiment.recipe import DataSettings, Recipe
from taonet.models.bundle import Bundle
from taonet.models.taonet import TaoNetConfig

FROM_BUNDLE = ("data", "scaling", "model")
"""Sections of a recipe that a bundle decides."""


def tuning_recipe(recipe: Recipe, start: Bundle) -> Recipe:
    """Return a recipe with what the bundle decides: its network and how that reads pixels.

    Raises
    ------
    ConfigError
        If the recipe sets any of it.
    """
    plain = Recipe(name=recipe.name)
    for name in FROM_BUNDLE:
        if getattr(recipe, name) != getattr(plain, name):
            raise ConfigError(
                f"[{name}] comes from the bundle",
                where=f"recipe {recipe.name}",
                do="remove the section, or train without --from",
            )
    reading = start.reading
    data = DataSettings(
        mjd_max=reading.mjd_max, use_bands=bool(reading.bands), channels=reading.channels
    )
    model: TaoNetConfig = start.network.config
    return replace(recipe, data=data, scaling=reading.scaling, model=model)


def check_same_kind(start: Bundle, archive: JoinedArchives) -> None:
    """Refuse data that the bundle's network cannot be tuned on.

    Raises
    ------
    InputError
        If classes, channels or bands differ, or the cutouts are too small.
    """
    given = {
        "classes": (archive.taxonomy.classes, start.taxonomy.classes),
        "channels": (archive.channels[: len(start.reading.channels)], start.reading.channels),
    }
    for what, (theirs, ours) in given.items():
        if theirs != ours:
            got = f"{', '.join(theirs)}; {start.name} has {', '.join(ours)}"
            raise InputError(f"other {what} than the bundle's", where=archive.path, got=got)
    unknown = set(archive.bands) - set(start.reading.bands)
    if start.reading.bands and unknown:
        got = f"{', '.join(sorted(unknown))}; {start.name} knows {', '.join(start.reading.bands)}"
        raise InputError("bands that the bundle does not know", where=archive.path, got=got)
    if archive.frame_px < start.frame_px:
        got = f"{archive.frame_px} pixels, not {start.frame_px}"
        raise InputError("cutouts smaller than the bundle reads", where=archive.path, got=got)
