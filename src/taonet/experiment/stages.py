"""Stages of a run: each writes files of its own, by which a finished stage is recognised."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from taonet.errors import InputError, OutputError
from taonet.io.atomic import atomic_file, make_folder
from taonet.io.prediction_table import read_predictions, write_predictions
from taonet.types import AnyPath


def write_json(path: AnyPath, value: Any) -> None:
    """Write JSON, all or nothing."""
    path = Path(path)
    with atomic_file(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1))


def staged_table(path: AnyPath, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Return the table of a finished stage, or make it and write it."""
    path = Path(path)
    if not path.exists():
        table = make()
        with atomic_file(path) as temporary:
            table.to_parquet(temporary, index=False)
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:  # pyarrow's errors are among them
        raise _damage_error(path) from error


def staged_predictions(path: AnyPath, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Return the prediction table of a finished stage, or make it and write it."""
    path = Path(path)
    if not path.exists():
        write_predictions(make(), path)
    try:
        return read_predictions(path)
    except InputError as error:
        raise _damage_error(path) from error


def _damage_error(path: Path) -> InputError:
    do = "remove it and run the same command again"
    return InputError("the table of a stage is damaged", where=path, do=do)


def reserve_run_folder(folder: AnyPath, digest: str) -> None:
    """Reserve a folder for a run, or find it reserved for the same run.

    Raises
    ------
    OutputError
        If something else than a run of the same digest is there.
    """
    folder = Path(folder)
    claim = folder / "run.json"
    make_folder(folder)
    if not claim.is_file() and any(folder.iterdir()):
        raise OutputError("exists and is not a run", where=folder, do="choose another name")
    if claim.is_file():
        stored = _digest_in(claim)
        if stored != digest:
            raise OutputError(
                "a run of another recipe, data or code is there",
                where=folder,
                got=f"digest {stored[:12]}, this one is {digest[:12]}",
                do="choose another name",
            )
        return
    write_json(claim, {"digest": digest})


def is_finished(folder: AnyPath) -> bool:
    """Return whether the run in a folder is finished."""
    folder = Path(folder)
    return (folder / "finished.json").is_file()


def _digest_in(claim: Path) -> str:
    try:
        return str(json.loads(claim.read_text())["digest"])
    except (ValueError, KeyError, TypeError) as error:
        do = "choose another name, or remove the run"
        raise OutputError("the run there is damaged", where=claim, got=error, do=do) from error


def summarise_scores(scores: Mapping[str, Any]) -> dict[str, Any]:
    """Return a method's scores for its bundle: of the scores over time only goals and stability."""
    summary = {name: value for name, value in scores.items() if name != "over_time"}
    if "over_time" not in scores:
        return summary
    over_time = {name: scores["over_time"][name] for name in ("goals", "stability")}
    return {**summary, "over_time": over_time}


def read_scores(folder: AnyPath) -> dict[str, Any]:
    """Return the scores of a finished run, by method."""
    folder = Path(folder)
    scores: dict[str, Any] = json.loads((folder / "scores.json").read_text())
    return scores


def prediction_file(folder: AnyPath, method: str) -> Path:
    """Return the file of a run with the predictions of a method."""
    folder = Path(folder)
    return folder / "predictions" / f"{method.replace(' ', '-').lower()}.parquet"
