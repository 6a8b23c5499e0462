"""Where bundles lie and what they state they are; nothing heavy is imported to find out."""

import json
from pathlib import Path
from typing import Any, Final

from taonet.errors import InputError, MissingError, nearest
from taonet.io.paths import path_of
from taonet.types import AnyPath

VERSION: Final = 1

NETWORK: Final = "taonet-bundle"
TREES: Final = "taonet-trees"

HEAD: Final = ("format", "version", "written_by")
"""What every configuration begins with; `bundle_config` checks it."""

HOLDS: Final = {
    NETWORK: "a network, which reads cutouts",
    TREES: "trees, which read tables of light curves",
}
"""What the formats hold, for people."""

SHIPPED = Path(__file__).parents[1] / "bundles"
"""The bundles that come with the package."""


def bundle_names(folder: Path = SHIPPED) -> list[str]:
    """Return the names of the bundles in a folder: by default those that come with the package."""
    return sorted(path.parent.name for path in folder.glob("*/config.json"))


def find_bundle(name_or_path: AnyPath) -> Path:
    """Return the folder of a bundle.

    Raises
    ------
    MissingError
    """
    given = path_of(name_or_path, what="the name or the folder of a model")
    for path in (given, SHIPPED / str(name_or_path), given / "bundle"):
        if (path / "config.json").is_file():
            return path
    near = nearest(given.name, bundle_names())
    raise MissingError(
        _absence(given),
        where=name_or_path,
        do=f"give a bundle's folder, a run's folder, or the name of a shipped one; {near}",
    )


def _absence(path: Path) -> str:
    if path.is_file():
        return "a file, not a bundle"
    if (path / "run.json").is_file():
        return "a run that is not finished: it has no bundle yet"
    if (path / "manifest.json").is_file():
        return "an archive, not a bundle"
    return "a folder without a bundle" if path.is_dir() else "no such bundle"


def bundle_config(path: AnyPath, *, holding: str | None = None) -> dict[str, Any]:
    """Return a bundle's configuration without loading what it holds.

    Parameters
    ----------
    holding : str, optional
        `NETWORK` or `TREES`: refuse the other.

    Raises
    ------
    InputError
        If it is no bundle, damaged, of a newer version, or holds something else.
    """
    path = Path(path)
    file = path / "config.json"
    try:
        config: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("the bundle cannot be read", where=file, got=error) from error
    if not isinstance(config, dict) or not isinstance(config.get("format"), str):
        raise InputError("not a taonet bundle", where=path, got="a configuration without format")
    stored, version = config["format"], config.get("version")
    if stored not in HOLDS:
        raise InputError("not a taonet bundle", where=path, got=stored)
    if type(version) is not int:
        raise InputError("the bundle is damaged", where=file, got=f"version {version!r}")
    if version > VERSION:
        raise InputError(
            "written by a newer version of taonet",
            where=path,
            got=f"bundle version {version}",
            do="upgrade taonet",
        )
    if holding is not None and stored != holding:
        raise InputError(f"the bundle holds {HOLDS[stored]}; not {HOLDS[holding]}", where=path)
    return config
