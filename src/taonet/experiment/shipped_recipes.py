"""The recipes that come with the package: found by name, listed with what each is for."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from taonet.errors import ConfigError, MissingError, nearest
from taonet.evaluation.comparison import align_columns
from taonet.io.paths import path_of
from taonet.types import AnyPath

SHIPPED = Path(__file__).parents[1] / "recipes"
"""Their folder; in the repository `recipes/` is a link to it."""

SUFFIX: Final = ".toml"

READS: Final = {
    "cutouts": ("data", "scaling", "model", "training", "prediction"),
    "light curves": ("features", "method", "grid", "redraw", "bootstrap"),
}
"""What recipes are for, with the settings that only those have."""

DATA_OPTIONS: Final = {"cutouts": "--data ARCHIVE", "light curves": "--lightcurves TABLE"}
"""The option of `taonet train` that names the data to learn from."""


def recipe_names(folder: Path = SHIPPED) -> list[str]:
    """Return the names of the recipes in a folder: by default those that come with the package."""
    return sorted(path.stem for path in folder.glob(f"*{SUFFIX}"))


def find_recipe(name_or_path: AnyPath) -> Path:
    """Return the file of a recipe: of a file's path, or of the name of one that ships.

    Raises
    ------
    MissingError
        With the nearest name, or with all there are.

    Examples
    --------
    >>> find_recipe("tiny").name
    'tiny.toml'
    """
    path = path_of(name_or_path, what="the name or the file of a recipe")
    if path.is_file():
        return path
    names = recipe_names()
    if str(name_or_path) in names:
        return SHIPPED / f"{name_or_path}{SUFFIX}"
    raise MissingError(
        "a folder, not a recipe" if path.is_dir() else "no such recipe",
        where=name_or_path,
        do=f"give a TOML file, or the name of a shipped recipe; {nearest(path.stem, names)}",
    )


def shipped_recipes(folder: Path = SHIPPED) -> dict[str, dict[str, str]]:
    """Return what each shipped recipe is, by name; nothing heavy is loaded.

    Returns
    -------
    dict
        What it is ``about`` (its first line), and what it ``reads``: of `READS`.
    """
    return {name: _summarise_recipe(folder / f"{name}{SUFFIX}") for name in recipe_names(folder)}


def recipe_lines(recipes: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Lay out what `shipped_recipes` returns as lines of text."""
    rows = [["name", "reads", "what it is for"]]
    return align_columns(
        [*rows, *([name, one["reads"], one["about"]] for name, one in recipes.items())]
    )


def check_reads(given: Mapping[str, Any], reads: str, *, where: object) -> None:
    """Refuse settings of a recipe for something else.

    Parameters
    ----------
    reads : str
        Of `READS`.

    Raises
    ------
    ConfigError
    """
    for other in READS.keys() - {reads}:
        if any(key in given for key in READS[other]) and not any(
            key in given for key in READS[reads]
        ):
            what = f"a recipe for {other}, not for {reads}"
            raise ConfigError(what, where=where, do=f"give {DATA_OPTIONS[other]}")


def _summarise_recipe(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8")
    contents = tomllib.loads(text)
    curves = any(key in contents for key in READS["light curves"])
    about = text.partition("\n")[0].removeprefix("#").strip()
    return {"reads": "light curves" if curves else "cutouts", "about": about}
