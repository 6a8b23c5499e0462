"""A saved model: a folder in the Hugging Face layout, loaded without executing anything.

``model.safetensors`` (weights), ``typicality.safetensors`` (once it is calibrated),
``config.json`` (architecture, taxonomy, what it reads, where it comes from, its scores),
``README.md`` (the model card).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import safetensors.numpy
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from taonet.data.batches import Reading
from taonet.data.transforms import Scaling
from taonet.errors import InputError
from taonet.io.landing import landing_folder
from taonet.models.bundle_folder import NETWORK, VERSION, bundle_config, find_bundle
from taonet.models.taonet import TaoNet, TaoNetConfig
from taonet.sky.taxonomy import Taxonomy
from taonet.trust import Trust
from taonet.typicality import Typicality
from taonet.version import __version__

T = TypeVar("T")

TYPICALITY = "typicality.safetensors"

WEIGHTS_SHA256 = "<sha256 of the weights>"
"""Where a card tells the hash of the weights, which is known once they are written."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Bundle:
    """A network with everything that is needed to use it.

    Parameters
    ----------
    name : str
    network : TaoNet
        In evaluation mode.
    taxonomy : Taxonomy
    reading : Reading
        Which channels, bands and epochs it reads, and how pixels are scaled.
    frame_px : int
        Side of the cutouts it was trained on.
    trust : Trust, optional
        What makes the probabilities honest, and says what is typical; None until calibrated.
    facts : mapping
        Where it comes from: survey, hashes of recipe, data and split, code version, scores,
        whether it was trained on simulation.
    """

    name: str
    network: TaoNet
    taxonomy: Taxonomy
    reading: Reading
    frame_px: int
    trust: Trust | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def weights_digest(bundle: Bundle) -> str:
    """Return a hash of what a bundle's network has learnt."""
    found = hashlib.sha256()
    for name, weight in sorted(bundle.network.state_dict().items()):
        found.update(name.encode() + weight.detach().contiguous().numpy().tobytes())
    return found.hexdigest()


def in_half(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return weights rounded to what half precision tells apart, in their own precision.

    Bundles store such weights in half the space and lose nothing: what was scored is what is
    shipped. The relative change is at most 2^-11; tensors with a number beyond half precision's
    65,504 stay as they are.
    """
    rounded = {name: weight.half().to(weight.dtype) for name, weight in weights.items()}
    return {name: new if new.isfinite().all() else weights[name] for name, new in rounded.items()}


def _stored(weight: torch.Tensor) -> torch.Tensor:
    half = weight.detach().contiguous().half()
    return half if torch.equal(half.to(weight.dtype), weight) else weight.detach().contiguous()


def save_bundle(bundle: Bundle, path: Path, *, card: str, overwrite: bool = False) -> None:
    """Write a bundle, all or nothing; weights in half precision where nothing is lost (`in_half`).

    Parameters
    ----------
    card : str
        The model card, in Markdown.
    """
    with landing_folder(path, mark="config.json", overwrite=overwrite) as folder:
        weights = {k: _stored(v) for k, v in bundle.network.state_dict().items()}
        save_file(weights, folder / "model.safetensors")
        (folder / "model.safetensors").chmod(0o644)
        digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
        config = {
            "format": NETWORK,
            "version": VERSION,
            "written_by": f"taonet {__version__}",
            "name": bundle.name,
            "architecture": asdict(bundle.network.config),
            "taxonomy": {"name": bundle.taxonomy.name, "classes": list(bundle.taxonomy.classes)},
            "reading": asdict(bundle.reading),
            "frame_px": bundle.frame_px,
            "trust": None if bundle.trust is None else _saved_trust(bundle.trust, folder),
            "weights_sha256": digest,
            "facts": dict(bundle.facts),
        }
        (folder / "config.json").write_text(json.dumps(config, indent=1))
        (folder / "README.md").write_text(card.replace(WEIGHTS_SHA256, digest))


def load_bundle(name_or_path: str | Path) -> Bundle:
    """Load a bundle by the name of a shipped one or by the path of its folder.

    Raises
    ------
    MissingError
        If there is none; the shipped names are listed.
    InputError
        If it is damaged, of a newer version, or its weights are not those it claims.
    """
    path = find_bundle(name_or_path)
    config = bundle_config(path, holding=NETWORK)
    file = path / "model.safetensors"
    if not file.is_file():
        raise InputError("the bundle has no weights", where=file)
    if hashlib.sha256(file.read_bytes()).hexdigest() != config["weights_sha256"]:
        raise InputError("the weights are not those the bundle claims", where=file)
    try:
        network = TaoNet(_settings(TaoNetConfig, config["architecture"]))
        network.load_state_dict(load_file(file))
        reading = dict(config["reading"])
        reading["scaling"] = _settings(Scaling, reading["scaling"])
        return Bundle(
            name=config["name"],
            network=network.eval(),
            taxonomy=_settings(Taxonomy, config["taxonomy"]),
            reading=_settings(Reading, reading),
            frame_px=config["frame_px"],
            trust=_loaded_trust(config["trust"], path) if config.get("trust") else None,
            facts=config["facts"],
        )
    except (SafetensorError, KeyError, TypeError, RuntimeError) as error:
        raise InputError("the bundle is damaged", where=path, got=error) from error


def _saved_trust(trust: Trust, folder: Path) -> dict[str, Any]:
    """Write what does not fit into JSON, and return the rest with its hash."""
    if trust.typicality is None:
        return trust.to_dict()
    content = safetensors.numpy.save(trust.typicality.to_arrays())
    (folder / TYPICALITY).write_bytes(content)
    return {**trust.to_dict(), "typicality_sha256": hashlib.sha256(content).hexdigest()}


def _loaded_trust(stored: Mapping[str, Any], folder: Path) -> Trust:
    if "typicality_sha256" not in stored:
        return Trust.from_dict(stored)
    file = folder / TYPICALITY
    if not file.is_file():
        raise InputError("a file of the bundle is missing", where=file)
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != stored["typicality_sha256"]:
        raise InputError("not the file that the bundle claims", where=file)
    return Trust.from_dict(stored, Typicality.from_arrays(safetensors.numpy.load(content)))


def _settings(kind: type[T], values: Mapping[str, Any]) -> T:
    # JSON knows lists only; our settings are tuples
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    return kind(
        **{k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in known}
    )
