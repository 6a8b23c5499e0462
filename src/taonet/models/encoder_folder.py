"""Saved frame encoders: a folder with weights, configuration and a page about it.

``encoder.safetensors`` (weights), ``encoder.json`` (architecture, where it comes from),
``README.md``. A network's bundle that needs an encoder holds the weights itself.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import safetensors.torch
import torch
from safetensors import SafetensorError

from taonet.errors import InputError, MissingError, nearest
from taonet.io.atomic import atomic_folder
from taonet.io.paths import path_of
from taonet.models.frame_encoder import FrameEncoder, FrameEncoderConfig
from taonet.settings import settings_of
from taonet.types import AnyPath
from taonet.version import __version__

FORMAT: Final = "taonet-encoder"

VERSION: Final = 1

CONFIG: Final = "encoder.json"

WEIGHTS: Final = "encoder.safetensors"

SHIPPED_ENCODERS = Path(__file__).parents[1] / "encoders"
"""The encoders that come with the package."""


@dataclass(frozen=True, kw_only=True)
class StoredEncoder:
    """What a configuration states of an encoder.

    Parameters
    ----------
    name : str
    architecture : FrameEncoderConfig
    weights_sha256 : str
        Hash of the file of weights.
    facts : mapping
        How it was taught.
    """

    name: str
    architecture: FrameEncoderConfig
    weights_sha256: str
    facts: dict[str, Any] = field(default_factory=dict)


def encoder_names(folder: Path = SHIPPED_ENCODERS) -> list[str]:
    """Return the names of the encoders in a folder: by default those that come with the package."""
    return sorted(path.parent.name for path in folder.glob(f"*/{CONFIG}"))


def find_encoder(name_or_path: AnyPath) -> Path:
    """Return the folder of an encoder.

    Raises
    ------
    MissingError
        If there is none; the nearest name is given.
    """
    given = path_of(name_or_path, what="the name or the folder of an encoder")
    for path in (given, SHIPPED_ENCODERS / str(name_or_path)):
        if (path / CONFIG).is_file():
            return path
    near = nearest(given.name, encoder_names())
    do = f"give a folder that `taonet encoder` wrote, or the name of a shipped one; {near}"
    raise MissingError("no such encoder", where=name_or_path, do=do)


@dataclass(frozen=True, kw_only=True, eq=False)
class TaughtEncoder:
    """A frame encoder with what is stated of it.

    Parameters
    ----------
    network : FrameEncoder
        In evaluation mode.
    name : str
    facts : mapping
        How it was taught; fit for JSON.
    """

    network: FrameEncoder
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """A hash of what it has learnt."""
        digest = hashlib.sha256()
        for key, weight in sorted(self.network.state_dict().items()):
            digest.update(key.encode() + weight.detach().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

    def write(self, folder: Path) -> dict[str, Any]:
        """Write the weights into a folder, and return what is to be stated of them."""
        weights = self.network.state_dict()
        weights = {key: one.detach().cpu().contiguous() for key, one in weights.items()}
        file = folder / WEIGHTS
        safetensors.torch.save_file(weights, file)
        file.chmod(0o644)
        stored = StoredEncoder(
            name=self.name,
            architecture=self.network.config,
            weights_sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
            facts=dict(self.facts),
        )
        return asdict(stored)

    @classmethod
    def read(cls, folder: Path, stored: StoredEncoder) -> "TaughtEncoder":
        """Read the weights that a configuration states.

        Raises
        ------
        InputError
            If they are missing, not those that are stated, or not finite.
        """
        file = folder / WEIGHTS
        if not file.is_file():
            raise InputError("the weights of the encoder are missing", where=file)
        content = file.read_bytes()
        if hashlib.sha256(content).hexdigest() != stored.weights_sha256:
            do = "get the encoder again"
            raise InputError("not the weights that are stated (hash differs)", where=file, do=do)
        network = FrameEncoder(stored.architecture)
        try:
            weights = safetensors.torch.load(content)
            network.load_state_dict(weights)
        except (SafetensorError, RuntimeError, ValueError) as error:
            what = "the encoder is damaged: weights that do not fit its architecture"
            raise InputError(what, where=file, got=str(error)[:300]) from error
        if not all(torch.isfinite(weight).all() for weight in weights.values()):
            raise InputError("weights that are not finite", where=file, do="get the encoder again")
        return cls(network=network.eval(), name=stored.name, facts=stored.facts)


def save_encoder(
    encoder: TaughtEncoder, path: AnyPath, *, card: str, overwrite: bool = False
) -> None:
    """Write an encoder, all or nothing.

    Parameters
    ----------
    card : str
        A page about it, in Markdown.
    """
    with atomic_folder(Path(path), mark=CONFIG, overwrite=overwrite) as folder:
        head = {"format": FORMAT, "version": VERSION, "written_by": f"taonet {__version__}"}
        (folder / CONFIG).write_text(json.dumps({**head, **encoder.write(folder)}, indent=1))
        (folder / "README.md").write_text(card)


def load_encoder(name_or_path: AnyPath) -> TaughtEncoder:
    """Load an encoder by the name of a shipped one or by its folder; nothing is executed.

    Raises
    ------
    MissingError
        If there is none.
    InputError
        If it is damaged, or of a newer version.
    """
    folder = find_encoder(name_or_path)
    file = folder / CONFIG
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("the encoder cannot be read", where=file, got=error) from error
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        raise InputError("not an encoder of taonet", where=folder)
    version = config.get("version")
    if type(version) is not int or version > VERSION:
        do = "upgrade taonet"
        raise InputError("written by a newer version", where=folder, got=repr(version), do=do)
    head = ("format", "version", "written_by")
    given = {key: value for key, value in config.items() if key not in head}
    return TaughtEncoder.read(folder, settings_of(given, StoredEncoder, where=str(file)))
