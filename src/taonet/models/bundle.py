"""A saved model: a folder in the Hugging Face layout, loaded without executing anything.

``model.safetensors`` (weights), ``typicality.safetensors`` (once it is calibrated),
``config.json`` (architecture, taxonomy, what it reads, where it comes from, its scores),
``README.md`` (the model card).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch
from safetensors import SafetensorError

from taonet.data.frame_signature import NUMBERS as SIGNATURE
from taonet.data.reading import Encode, Reading
from taonet.errors import InputError
from taonet.io.atomic import atomic_folder
from taonet.models.bundle_folder import NETWORK, VERSION, bundle_config, find_bundle
from taonet.models.bundle_parts import StoredTrust, bundle_parts
from taonet.models.device import AUTO, find_device
from taonet.models.domain import Domain
from taonet.models.encoder_folder import StoredEncoder, TaughtEncoder
from taonet.models.encoding import encode_sequence
from taonet.models.model import Model, Reads, read_card
from taonet.models.network_config import TaoNetConfig
from taonet.models.taonet import TaoNet
from taonet.trust.frame_typicality import FrameTypicality
from taonet.trust.trust import Trust
from taonet.trust.typicality import Typicality
from taonet.types import AnyPath
from taonet.version import __version__

Record = TypeVar("Record")

TYPICALITY = "typicality.safetensors"
FRAME_TYPICALITY = "frame_typicality.safetensors"

MOST_SHOWN = 300
"""Characters that are shown of a library's message about weights that it cannot load."""

WEIGHTS_SHA256 = "<sha256 of the weights>"
"""Where a card states the hash of the weights, which is known once they are written."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Bundle(Model):
    """A network with everything that is needed to use it.

    Parameters
    ----------
    network : TaoNet
        In evaluation mode.
    reading : Reading
        Which channels, bands and epochs it reads, and how pixels are scaled.
    frame_px : int
        Side of the cutouts it was trained on.
    trust : Trust, optional
        What calibrates the probabilities, and measures what is typical; None until calibrated.
    encoder : TaughtEncoder, optional
        The frame encoder that the network reads, with what is stated of it.
    name, taxonomy, facts, card
        See `taonet.models.model.Model`; the facts also say whether it was trained on simulation.
    """

    network: TaoNet
    reading: Reading
    frame_px: int
    trust: Trust | None = None
    encoder: TaughtEncoder | None = None
    format: ClassVar[str] = NETWORK

    @property
    def reads(self) -> Reads:
        """What it reads of an object."""
        return Reads(
            kind="cutouts",
            pixels=self.frame_px,
            pixel_scale_arcsec=self.domain.pixel_scale_arcsec,
            channels=self.reading.channels,
            bands=self.reading.bands,
            mjd_max=self.reading.mjd_max,
        )

    @property
    def domain(self) -> Domain:
        """What the sequences were like that it learnt from, as far as it states that."""
        known = {"frame_px": self.frame_px, "channels": self.reading.channels}
        known |= {"mjd_max": self.reading.mjd_max}
        known |= {"bands": self.reading.bands} if self.reading.bands else {}
        return Domain.from_facts(self.facts, **known)

    @property
    def encode(self) -> Encode | None:
        """What says what the frame encoder says of a sequence; None where there is none."""
        return None if self.encoder is None else partial(encode_sequence, self.encoder.network)

    @property
    def is_calibrated(self) -> bool:
        """Whether its probabilities were calibrated; then it also states sets."""
        return self.trust is not None


def weights_digest(bundle: Bundle) -> str:
    """Return a hash of what a bundle's network has learnt."""
    digest = hashlib.sha256()
    weights = bundle.network.state_dict()
    if bundle.encoder is not None:
        weights = {**weights, **bundle.encoder.network.state_dict(prefix="encoder.")}
    for name, weight in sorted(weights.items()):
        digest.update(name.encode() + weight.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def round_to_half(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return weights rounded to values that half precision holds, in their own precision.

    Bundles store such weights in half the space and lose nothing: what was scored is what is
    shipped. The relative change is at most 2^-11; tensors with a number beyond half precision's
    65,504 stay as they are.
    """
    rounded = {name: weight.half().to(weight.dtype) for name, weight in weights.items()}
    return {name: new if new.isfinite().all() else weights[name] for name, new in rounded.items()}


def _compact_weight(weight: torch.Tensor) -> torch.Tensor:
    weight = weight.detach().cpu().contiguous()
    half = weight.half()
    return half if torch.equal(half.to(weight.dtype), weight) else weight


def save_bundle(bundle: Bundle, path: AnyPath, *, card: str, overwrite: bool = False) -> None:
    """Write a bundle, all or nothing.

    Weights are stored in half precision where nothing is lost by it (`round_to_half`).

    Parameters
    ----------
    card : str
        The model card, in Markdown.
    """
    with atomic_folder(Path(path), mark="config.json", overwrite=overwrite) as folder:
        weights = {k: _compact_weight(v) for k, v in bundle.network.state_dict().items()}
        safetensors.torch.save_file(weights, folder / "model.safetensors")
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
            "encoder": None if bundle.encoder is None else bundle.encoder.write(folder),
            "trust": None if bundle.trust is None else _save_trust(bundle.trust, folder),
            "weights_sha256": digest,
            "facts": dict(bundle.facts),
        }
        (folder / "config.json").write_text(json.dumps(config, indent=1))
        (folder / "README.md").write_text(card.replace(WEIGHTS_SHA256, digest))


def load_bundle(name_or_path: AnyPath, *, device: str = AUTO) -> Bundle:
    """Load a bundle by the name of a shipped one or by the path of its folder.

    Parameters
    ----------
    device : str
        Where its network runs: one of `taonet.models.device.DEVICES`.

    Raises
    ------
    ConfigError
        If there is no such device.
    MissingError
        If there is none; the shipped names are listed. If this machine has no such device.
    InputError
        If it is damaged, of a newer version, its weights are not those it claims, or a number in
        them is not finite.
    """
    place = find_device(device)
    path = find_bundle(name_or_path)
    parts = bundle_parts(bundle_config(path, holding=NETWORK), path)
    network = _load_network(parts.architecture, path / "model.safetensors", parts.weights_sha256)
    return Bundle(
        name=parts.name,
        network=network.to(place).eval(),
        taxonomy=parts.taxonomy,
        reading=parts.reading,
        frame_px=parts.frame_px,
        trust=None if parts.trust is None else _load_trust(parts.trust, path, network),
        encoder=_load_encoder(parts.encoder, path, place),
        facts=parts.facts,
        card=read_card(path),
    )


def _load_network(architecture: TaoNetConfig, file: Path, claimed: str) -> TaoNet:
    content = _content(file, claimed)
    try:
        weights = safetensors.torch.load(content)
        network = TaoNet(architecture)
        network.load_state_dict(weights)
    except (SafetensorError, RuntimeError, MemoryError, ValueError) as error:
        what = "the bundle is damaged: weights that do not fit its architecture"
        raise InputError(what, where=file, got=str(error)[:MOST_SHOWN]) from error
    for name, weight in weights.items():
        if not weight.isfinite().all():
            got = f"{int((~weight.isfinite()).sum())} of {weight.numel()} in {name}"
            do = "get the bundle again; such a network cannot answer"
            raise InputError("weights that are not finite", where=file, got=got, do=do)
    return network


def _load_encoder(
    stored: StoredEncoder | None, folder: Path, place: torch.device
) -> TaughtEncoder | None:
    if stored is None:
        return None
    encoder = TaughtEncoder.read(folder, stored)
    encoder.network.to(place)
    return encoder


def _content(file: Path, claimed: str) -> bytes:
    """Return the bytes of a file of a bundle, if they are those that it claims."""
    if not file.is_file():
        raise InputError("a file of the bundle is missing", where=file)
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != claimed:
        do = "get the bundle again"
        raise InputError("not the file that the bundle claims (hash differs)", where=file, do=do)
    return content


def _save_trust(trust: Trust, folder: Path) -> dict[str, Any]:
    """Write what does not fit into JSON, and return the rest with its hashes."""
    stored = trust.to_dict()
    for key, name, typicality in (
        ("typicality_sha256", TYPICALITY, trust.typicality),
        ("frame_typicality_sha256", FRAME_TYPICALITY, trust.frame_typicality),
    ):
        if typicality is not None:
            content = safetensors.numpy.save(typicality.to_arrays())
            (folder / name).write_bytes(content)
            stored[key] = hashlib.sha256(content).hexdigest()
    return stored


def _load_trust(stored: StoredTrust, folder: Path, network: TaoNet) -> Trust:
    remembered = _load_arrays(folder / TYPICALITY, stored.typicality_sha256, Typicality.from_arrays)
    frames = _load_arrays(
        folder / FRAME_TYPICALITY, stored.frame_typicality_sha256, FrameTypicality.from_arrays
    )
    if remembered is not None:
        _check_count(folder / TYPICALITY, len(remembered.centre), network.features)
    if frames is not None:
        _check_count(folder / FRAME_TYPICALITY, len(frames.centre), len(SIGNATURE))
    return Trust(
        temperature=stored.temperature,
        thresholds=stored.thresholds,
        objects=stored.objects,
        typicality=remembered,
        frame_typicality=frames,
    )


def _load_arrays(
    file: Path, claimed: str | None, read: Callable[[Mapping[str, np.ndarray]], Record]
) -> Record | None:
    if claimed is None:
        return None
    content = _content(file, claimed)
    try:
        return read(safetensors.numpy.load(content))
    except (SafetensorError, InputError, ValueError) as error:
        raise InputError("the bundle is damaged", where=file, got=error) from error


def _check_count(file: Path, features: int, wanted: int) -> None:
    if features != wanted:
        got = f"{features} features for {wanted} of the network"
        raise InputError("the bundle is damaged", where=file, got=got)
