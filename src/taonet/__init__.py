"""TAO-Net: classify image sequences of astronomical transients, straight from pixels."""

import os
from typing import TYPE_CHECKING

from taonet.version import __version__

if TYPE_CHECKING:
    from taonet.models.bundle import Bundle

__all__ = ["__version__", "load"]


def load(name_or_path: str | os.PathLike[str]) -> "Bundle":
    """Load a network's bundle by the name of a shipped one or by the path of its folder.

    `taonet.models.predict.predict` makes predictions with it.

    Raises
    ------
    MissingError
        If there is none; the shipped names are listed.
    InputError
        If it is damaged.
    """
    # networks are heavy, and so is pathlib beside the rest: importing taonet takes milliseconds
    from pathlib import Path

    from taonet.models.bundle import load_bundle

    return load_bundle(name_or_path if isinstance(name_or_path, str) else Path(name_or_path))
