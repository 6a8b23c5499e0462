"""The verb `info`: the facts about an archive, a bundle, a run or a file, in a few lines."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from taonet.errors import InputError
from taonet.io.archive import Archive, is_archive
from taonet.io.inputs import read_sequences
from taonet.io.items import SequenceSource
from taonet.io.lightcurves.tables import is_table, read_light_curves
from taonet.io.prediction_columns import classes_of, is_prediction_table
from taonet.io.sources import source_of
from taonet.io.tables import read_table
from taonet.io.tally import Tally
from taonet.models.bundle_folder import TREES, bundle_config, bundle_names, find_bundle
from taonet.models.domain import Domain
from taonet.sky.cutout import Quality
from taonet.sky.sequence import ImageSequence
from taonet.types import AnyPath, no_progress

NOT_STATED = "not stated"
"""In place of facts that a bundle made elsewhere leaves out."""


def describe(path: AnyPath, *, verify: bool = False) -> dict[str, Any]:
    """Return the facts about an archive, a bundle, a run or a file of sequences.

    Parameters
    ----------
    verify : bool
        Read every byte of an archive and compare it with its manifest.

    Raises
    ------
    InputError
        If it is none of these, or damaged.
    """
    path = Path(path)
    if is_archive(path) or path.name.endswith(".part"):
        return describe_archive(Archive(path), verify=verify)
    if (path / "run.json").is_file():
        return _describe_run(path)
    if (path / "config.json").is_file() or str(path) in bundle_names():
        return _describe_bundle(path)
    if is_table(path):
        return _describe_table(path)
    source = source_of(path)
    tally = Tally(path)
    sequence = _first_sequence(source, tally)
    return {
        "kind": f"{source.kind} source",
        "items": source.count,
        "first": sequence.object_id,
        "epochs": len(sequence),
        "frame": " x ".join(str(n) for n in sequence.frames.shape[1:]),
        "mjd": f"{sequence.mjd[0]:.4f} to {sequence.mjd[-1]:.4f}",
        **({"notes": "; ".join(tally.remarks)} if tally.remarks else {}),
    }


def _first_sequence(source: SequenceSource, tally: Tally) -> ImageSequence:
    for sequence in read_sequences([source], tally, limit=None, title="", track=no_progress):
        return sequence
    raise tally.no_objects_error("nothing could be read")


def _describe_table(path: Path) -> dict[str, Any]:
    table = read_table(path)
    if is_prediction_table(table):
        count, classes = table["object_id"].nunique(), ", ".join(classes_of(table))
        return {"kind": "prediction table", "objects": count, "classes": classes}
    curves = read_light_curves(path).curves
    bands = sorted({band for curve in curves for band in curve.band})
    return {
        "kind": "table of light curves",
        "objects": len(curves),
        "points": sum(len(curve.mjd) for curve in curves),
        "bands": f"{len(bands)} ({', '.join(b or 'not named' for b in bands)})",
    }


def describe_archive(archive: Archive, *, verify: bool = False) -> dict[str, Any]:
    """Return the facts about an archive."""
    if verify:
        archive.verify()
    objects = archive.objects
    counts = objects["class_name"].fillna("unknown").value_counts()
    epochs = objects["n_epochs"]
    flags = _flag_counts(archive)
    channels, height, width = archive.manifest["frame_shape"]
    return {
        "kind": "archive" + (" of simulated sequences" if archive.is_simulated else ""),
        "survey": archive.survey,
        "objects": len(archive),
        "epochs": f"{archive.manifest['frames']} in all, "
        f"{epochs.min()} to {epochs.max()} an object",
        "frame": f"{height} x {width} {np.dtype(archive.manifest['dtype']).name}",
        "side of a pixel in arcsec": archive.pixel_scales,
        "channels": f"{channels} ({', '.join(archive.channels)})",
        "bands": f"{len(archive.bands)} ({', '.join(b or 'not named' for b in archive.bands)})",
        "mjd": f"{objects['mjd_first'].min():.4f} to {objects['mjd_last'].max():.4f}",
        "classes": ", ".join(f"{name} {count}" for name, count in counts.items()),
        "flagged frames": ", ".join(f"{n} {name}" for name, n in flags.items()) or "none",
        "set aside": archive.manifest["set_aside"],
        "digest": archive.digest[:12],
        **({"verified": "every byte"} if verify else {}),
    }


def _flag_counts(archive: Archive) -> dict[str, int]:
    quality = archive.quality
    counts = {bit.name or "": int(((quality & bit) != 0).sum()) for bit in Quality}
    return {name: count for name, count in counts.items() if count}


def _describe_bundle(path: Path) -> dict[str, Any]:
    config = bundle_config(find_bundle(path))
    try:
        return _bundle_facts(config)
    except (KeyError, TypeError, AttributeError) as error:
        got = f"{type(error).__name__}: {error}"
        raise InputError("the bundle is damaged", where=path, got=got) from error


def _bundle_facts(config: dict[str, Any]) -> dict[str, Any]:
    facts, holds_trees = config["facts"], config["format"] == TREES
    real = "light curves as given" if holds_trees else "real sequences"
    simulated = facts.get("trained_on_simulation")
    return {
        "kind": f"bundle of trees ({config['kind']})" if holds_trees else "bundle",
        "name": config["name"],
        "survey": facts.get("survey", NOT_STATED),
        "trained on": NOT_STATED if simulated is None else "simulation" if simulated else real,
        "objects": facts.get("objects", NOT_STATED),
        "classes": ", ".join(config["taxonomy"]["classes"]),
        **_input_facts(config, holds_trees=holds_trees),
        **_domain_facts(config),
        "recipe": str(facts.get("recipe_digest", NOT_STATED))[:12],
    }


def _input_facts(config: dict[str, Any], *, holds_trees: bool) -> dict[str, str]:
    if holds_trees:
        return {"features": f"{len(config['feature_names'])} ({config['feature_set']})"}
    channels = ", ".join(config["reading"]["channels"])
    return {"cutouts": f"{config['frame_px']} pixels, channels {channels}"}


def _domain_facts(config: dict[str, Any]) -> dict[str, str]:
    known = {"bands": bands} if (bands := config.get("reading", {}).get("bands")) else {}
    domain = Domain.from_facts(config["facts"], **known)
    return {"valid for": str(domain)} if domain.in_words else {}


def _describe_run(path: Path) -> dict[str, Any]:
    recipe = json.loads((path / "recipe.json").read_text())
    data = json.loads((path / "data.json").read_text())
    finished = (path / "finished.json").is_file()
    return {
        "kind": "run",
        "recipe": recipe["name"],
        "data": data["path"],
        "state": "finished" if finished else "not finished; the same train command goes on",
        **({"report": str(path / "report.html")} if finished else {}),
    }
