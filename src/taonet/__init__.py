"""TAO-Net: classify image sequences of astronomical transients, straight from pixels.

Everything that a notebook needs is here: `load` a model and `predict` with it, `read` files,
`simulate` objects, measure `light_curves`, `plot`, `animate` and `view`, `train`, `evaluate` and
`report`.
`Archive` opens a packed archive, `ImageSequence.from_frames` makes a sequence of your own arrays.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from taonet.version import __version__

if TYPE_CHECKING:
    from taonet import errors
    from taonet.api.figures import animate, plot, view
    from taonet.api.models import load, predict
    from taonet.api.photometry import light_curves
    from taonet.api.reading import read
    from taonet.api.scores import evaluate, report
    from taonet.api.simulation import simulate
    from taonet.api.training import train
    from taonet.io.archive import Archive
    from taonet.sky.sequence import ImageSequence

__all__ = [
    "Archive",
    "ImageSequence",
    "__version__",
    "animate",
    "errors",
    "evaluate",
    "light_curves",
    "load",
    "plot",
    "predict",
    "read",
    "report",
    "simulate",
    "train",
    "view",
]

_MODULES = {
    "Archive": "taonet.io.archive",
    "ImageSequence": "taonet.sky.sequence",
    "animate": "taonet.api.figures",
    "evaluate": "taonet.api.scores",
    "light_curves": "taonet.api.photometry",
    "load": "taonet.api.models",
    "plot": "taonet.api.figures",
    "predict": "taonet.api.models",
    "read": "taonet.api.reading",
    "report": "taonet.api.scores",
    "simulate": "taonet.api.simulation",
    "train": "taonet.api.training",
    "view": "taonet.api.figures",
}
"""Where each name is defined: it is imported when it is first used (PEP 562)."""


def __getattr__(name: str) -> Any:
    # importing taonet takes milliseconds, though numpy, torch and matplotlib take seconds
    if name == "errors":
        return import_module("taonet.errors")
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
