"""The verb `encoder`: teach a frame encoder by simulated truth and planted stars."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from taonet.errors import InputError
from taonet.experiment.cost import record_cost
from taonet.experiment.encoder_card import encoder_card
from taonet.experiment.recipe import apply_changes
from taonet.experiment.stages import reserve_run_folder
from taonet.io.archive import Archive
from taonet.io.archive_writer import work_folder
from taonet.io.atomic import refuse_existing
from taonet.io.provenance import describe_simulation
from taonet.models.device import AUTO, find_device
from taonet.models.encoder_folder import CONFIG, TaughtEncoder, save_encoder
from taonet.models.frame_encoder import FrameEncoderConfig
from taonet.settings import settings_of
from taonet.training.encoder_loop import EncoderTraining, train_encoder
from taonet.training.encoder_scores import EncoderScores, score_encoder, split_taught_frames
from taonet.training.taught_frames import TaughtFrames, prepare_taught_frames
from taonet.types import AnyPath, Track, no_progress
from taonet.version import __version__

HELD_OUT = 0.05
"""Share of the sequences that only score the encoder."""


@dataclass(frozen=True, kw_only=True)
class EncoderSettings:
    """How a frame encoder is made: sizes and training."""

    model: FrameEncoderConfig = field(default_factory=FrameEncoderConfig)
    training: EncoderTraining = field(default_factory=EncoderTraining)


def teach_encoder(
    data: Sequence[AnyPath],
    output: AnyPath,
    *,
    changes: Sequence[str] = (),
    seed: int = 1,
    device: str = AUTO,
    overwrite: bool = False,
    track: Track = no_progress,
) -> EncoderScores:
    """Teach a frame encoder, or go on where that was interrupted, and write it.

    While it is being taught, ``OUTPUT.part`` holds the prepared frames (16 KB each) and the
    checkpoints.

    Parameters
    ----------
    data : sequence of Path
        Simulated archives; of their objects those teach whose zero points are stated.
    output : Path
        The encoder's folder; its name is that of the encoder.
    changes : sequence of str
        Settings other than the usual ones, as ``training.steps=100``.
    device : str
        Where it runs: one of `taonet.models.device.DEVICES`.

    Returns
    -------
    EncoderScores
        On sequences that did not teach it.

    Raises
    ------
    InputError
        If an archive is not simulated, or no truth is known.
    ConfigError
        If a setting is not understood, or there is no such device.
    OutputError
        If the output exists, or was begun with other settings or data.
    """
    output, paths = Path(output), [Path(path) for path in data]
    refuse_existing(output, overwrite=overwrite, mark=CONFIG)
    settings = settings_of(apply_changes({}, changes), EncoderSettings, where="encoder")
    place = find_device(device)  # a missing one is an error before any work is done
    facts = _facts(paths, settings, seed)
    work = work_folder(output)
    reserve_run_folder(work, _digest(facts))
    cost = work / "cost.json"
    teaching, held_out = _prepare_frames(paths, work, track)
    with record_cost(cost, place):
        network = train_encoder(
            settings.model,
            teaching,
            config=settings.training,
            seed=seed,
            folder=work,
            device=device,
            track=track,
        )
        scores = score_encoder(network, held_out, planting=settings.training.planting, seed=seed)
    facts |= {
        "changes": list(changes),
        "sequences": len(teaching.sequences),
        "frames": sum(one.last - one.first for one in teaching.sequences),
        "cost": json.loads(cost.read_text()),
        "scores": asdict(scores),
    }
    encoder = TaughtEncoder(network=network, name=output.name, facts=facts)
    save_encoder(encoder, output, card=encoder_card(encoder), overwrite=overwrite)
    shutil.rmtree(work)
    return scores


def _prepare_frames(
    paths: Sequence[Path], work: Path, track: Track
) -> tuple[TaughtFrames, TaughtFrames]:
    """Return the frames to teach by and those to score by; nothing is left where there are none."""
    try:
        taught = prepare_taught_frames(paths, work / "frames", track=track)
        teaching, held_out = split_taught_frames(taught, HELD_OUT)
        if not teaching.sequences:
            what, got = "too few sequences whose truth is known", len(held_out.sequences)
            where = ", ".join(map(str, paths))
            raise InputError(what, where=where, got=got, do="simulate more objects")
    except InputError:
        shutil.rmtree(work)
        raise
    return teaching, held_out


def _facts(paths: Sequence[Path], settings: EncoderSettings, seed: int) -> dict[str, Any]:
    archives = [Archive(path) for path in paths]
    for archive in archives:
        if not archive.is_simulated:
            what, do = "the truth of real frames is not known", "give simulated archives"
            raise InputError(what, where=archive.path, do=do)
    return {
        "learnt_from": [archive.digest for archive in archives],
        "simulated_by": [describe_simulation(path) for path in paths],
        "settings": asdict(settings),
        "seed": seed,
        "version": __version__,
    }


def _digest(facts: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
