"""The bundles that come with the package, and what each is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from taonet.evaluation.comparison import align_columns
from taonet.evaluation.intervals import Interval
from taonet.models.bundle_folder import SHIPPED, bundle_config, bundle_names


def shipped_bundles(folder: Path = SHIPPED) -> dict[str, dict[str, Any]]:
    """Return what each shipped bundle is, by name; nothing heavy is loaded.

    Returns
    -------
    dict
        ``survey``, ``classes``, ``size_mb`` (10⁶ bytes on disk), ``trained_on`` (``"simulation"``
        or ``"real"``), ``objects`` (of the training set), ``calibrated``, and its scores on objects
        not trained on: ``macro_f1`` and ``macro_recall`` with intervals.
    """
    return {name: _summarise_bundle(folder / name) for name in bundle_names(folder)}


def bundle_lines(bundles: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Lay out what `shipped_bundles` returns as lines of text."""
    rows = [["name", "survey", "classes", "MB", "trained on", "calibrated", "macro F1"]]
    for name, about in bundles.items():
        trained = f"{about['objects']} {about['trained_on']}"
        f1 = about["macro_f1"]
        score = "–" if f1 is None else f"{Interval.from_dict(f1)}"
        cells = [name, about["survey"], " ".join(about["classes"]), f"{about['size_mb']:.2f}"]
        rows.append([*cells, trained, "yes" if about["calibrated"] else "no", score])
    return align_columns(rows)


def _summarise_bundle(path: Path) -> dict[str, Any]:
    config = bundle_config(path)
    facts = config["facts"]
    scores = facts.get("scores", {})
    return {
        "survey": facts["survey"],
        "classes": config["taxonomy"]["classes"],
        "size_mb": sum(file.stat().st_size for file in path.iterdir()) / 1e6,
        "trained_on": "simulation" if facts["trained_on_simulation"] else "real",
        "objects": facts["objects"],
        "calibrated": config.get("trust") is not None,
        "macro_f1": scores.get("macro_f1"),
        "macro_recall": scores.get("macro_recall"),
    }
