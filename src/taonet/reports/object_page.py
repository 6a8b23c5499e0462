"""One object as a single HTML file that opens anywhere: the view of the served page, and its data.

The modules of the page are joined into one script, as a page that is opened from disk cannot
import others. Its policy lets run what is in the file, by digest, and fetches nothing.
"""

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from taonet.io.atomic import atomic_file
from taonet.reports.packed_frames import PackedFrames, frame_parts
from taonet.types import AnyPath
from taonet.version import __version__

MODULES: Final = (
    "dom.js",
    "stretch.js",
    "film.js",
    "charts.js",
    "light_curve_panel.js",
    "object_view.js",
    "single_page.js",
)
"""Of the page, each after those that it imports."""

STYLES: Final = ("vendor/uplot.min.css", "theme.css", "object_view.css")
UPLOT: Final = "vendor/uplot.min.js"

_IMPORT = re.compile(r"^import\s*\{[^}]*\}\s*from\s*\"\./[\w.]+\";\n", re.M)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const)\b)", re.M)


def write_object_page(
    path: AnyPath, document: Mapping[str, Any], packed: PackedFrames | None = None
) -> None:
    """Write one object as a page that needs no server.

    Parameters
    ----------
    path : Path
        Replaced in one step if it exists.
    document : mapping
        As `taonet.reports.object_document.object_document` returns it.
    packed : PackedFrames, optional
        The frames that the document describes.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with atomic_file(Path(path)) as temporary:
        temporary.write_text(object_page(document, packed), encoding="utf-8")


def write_object_document(path: AnyPath, document: Mapping[str, Any]) -> None:
    """Write the document of an object as JSON, for other software.

    Parameters
    ----------
    path : Path
        Replaced in one step if it exists.
    document : mapping
        As `taonet.reports.object_document.object_document` returns it.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with atomic_file(Path(path)) as temporary:
        temporary.write_text(document_json(document), encoding="utf-8")


def document_json(document: Mapping[str, Any]) -> str:
    """Return the document of an object as JSON; what is not known is null."""
    return json.dumps(document, allow_nan=False, indent=1)


def object_page(document: Mapping[str, Any], packed: PackedFrames | None = None) -> str:
    """Return the HTML of one object: its view, its document and its frames.

    Frames are little-endian whole numbers of 16 bits, (epoch, y, x), packed by zlib, in base64:
    100 epochs of 64 × 64 pixels in one channel take about 0.9 MB.

    Parameters
    ----------
    document : mapping
        As `taonet.reports.object_document.object_document` returns it.
    packed : PackedFrames, optional
        The frames that the document describes.

    Examples
    --------
    >>> page = object_page({"object_id": "<b>", "frames": None})
    >>> "&lt;b&gt; · TAO-Net" in page, "<b>" in page
    (True, False)
    """
    style = Markup("\n".join(map(_static, STYLES)))
    uplot, script = Markup(_static(UPLOT)), Markup(_join_modules())
    parts = [] if packed is None else frame_parts(packed)
    return _environment().from_string(_page()).render(
        title=f"{document['object_id']} · TAO-Net",
        policy=_policy(scripts=(uplot, script), style=style),
        style=style,
        uplot=uplot,
        script=script,
        document=_embed(document),
        frames=[(name, _pack(content)) for name, content in parts],
        version=__version__,
    )  # fmt: skip


def _join_modules() -> str:
    """Return the modules as one: what they import from each other is beside it by then."""
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", _static(name))) for name in MODULES)


def _pack(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 9)).decode()


def _embed(document: Mapping[str, Any]) -> Markup:
    """Return a document as JSON that cannot end the element that it stands in."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _policy(*, scripts: tuple[str, ...], style: str) -> str:
    run = " ".join(_digest(script) for script in scripts)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {run}",
            f"style-src {_digest(style)}",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _environment() -> Environment:
    return Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _static(name: str) -> str:
    # read as a file: the room of the page lies above this one
    return files("taonet").joinpath("web", "static", name).read_text(encoding="utf-8")


def _page() -> str:
    return files("taonet.reports").joinpath("object_page.html").read_text(encoding="utf-8")
