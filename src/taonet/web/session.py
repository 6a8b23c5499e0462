"""What the page shows: the objects that were opened, answers about them, and people's labels."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from taonet.errors import InputError, MissingError, TaoNetError, nearest
from taonet.io.archive import Archive, is_archive
from taonet.io.lightcurves.tables import is_table
from taonet.io.prediction_columns import columns_of
from taonet.models.bundle_folder import NETWORK, bundle_config, bundle_names, find_bundle
from taonet.models.load import load_model
from taonet.models.model import Model
from taonet.models.predict_inputs import predict_table
from taonet.sky.sequence import ImageSequence
from taonet.types import AnyPath, Track, no_progress
from taonet.web.answer_table import AnswerTable, Column, words_column
from taonet.web.labels import LabelFile
from taonet.web.object_list import ObjectList

FIRST: Final = "tao-net"
"""The table of a run that is shown first, if there is one of this name."""

UNANSWERED: Final = "no model"
"""In place of the name of a table, where nobody has answered."""


@dataclass(kw_only=True, eq=False)
class Session:
    """What was opened.

    Parameters
    ----------
    title : str
    tables : mapping of str to AnswerTable
        By name; the first one is shown.
    labels : LabelFile
    archive : Archive, optional
        The cutouts.
    bundle : Path, optional
        The model that classifies and explains.
    run : Path, optional
        The run's folder.
    """

    title: str
    tables: dict[str, AnswerTable]
    labels: LabelFile
    archive: Archive | None = None
    bundle: Path | None = None
    run: Path | None = None
    uploads: dict[str, ImageSequence] = field(default_factory=dict)
    uploaded_answers: dict[str, pd.DataFrame] = field(default_factory=dict)
    upload_count: int = 0
    known_labels: int = -1

    @property
    def answers(self) -> AnswerTable:
        """The table that is shown."""
        return next(iter(self.tables.values()))

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of the table that is shown."""
        return self.answers.classes

    @property
    def survey(self) -> str:
        """The survey's short name; empty where it is not known."""
        return "" if self.archive is None else self.archive.survey

    @property
    def can_classify(self) -> bool:
        """Whether there is a network to classify cutouts with."""
        return self.bundle is not None and bundle_config(self.bundle)["format"] == NETWORK

    @cached_property
    def model(self) -> Model:
        """The model that classifies, loaded when it is first needed.

        Raises
        ------
        InputError
            If there is none.
        """
        if self.bundle is None:
            do = "start the page with --bundle"
            raise InputError("no model was opened", do=do)
        return load_model(self.bundle)

    @property
    def objects(self) -> ObjectList:
        """The list of all objects, with the labels that they have by now."""
        length = self.labels.length
        if length != self.known_labels:
            self._objects.replace_column("label", self._label_column())
            self.known_labels = length
        return self._objects

    @cached_property
    def _objects(self) -> ObjectList:
        columns = dict(self.answers.columns)
        truth = self._known_classes
        stated = columns["class_name"]
        columns["class_name"] = np.array(
            [
                truth.get(name) if own is None else own
                for name, own in zip(self.answers.object_id, stated, strict=True)
            ],
            dtype=object,
        )
        columns["has_frames"] = np.array([name in truth for name in self.answers.object_id], bool)
        return ObjectList(columns)

    def has_object(self, object_id: str) -> bool:
        """Return whether an object was opened or uploaded."""
        return object_id in self.answers or object_id in self.uploads

    def rows_of(self, object_id: str) -> pd.DataFrame:
        """Return the rows of the prediction table about an object.

        Raises
        ------
        MissingError
            If there is no object of the name.
        """
        if object_id in self.uploaded_answers:
            return self.uploaded_answers[object_id]
        return self.answers.rows_of(object_id)

    def sequence_of(self, object_id: str) -> ImageSequence | None:
        """Return the cutouts of an object, if they are there."""
        if object_id in self.uploads:
            return self.uploads[object_id]
        if self.archive is None or object_id not in self._known_classes:
            return None
        return self.archive[object_id]

    @cached_property
    def _known_classes(self) -> Mapping[str, str | None]:
        """The class of each object of the archive, None where it is not known."""
        if self.archive is None:
            return {}
        return dict(zip(self.archive.objects["object_id"], self.archive.class_names, strict=True))

    def _label_column(self) -> Column:
        latest = self.labels.by_object()
        labels = [latest[name].label if name in latest else None for name in self.answers.object_id]
        return words_column(labels)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What may be chosen besides what is opened.

    Parameters
    ----------
    data : path, optional
        An archive with the cutouts of a prediction table's objects.
    bundle : str or path, optional
        A shipped bundle's name, or a bundle's folder.
    compare : path, optional
        A second prediction table about the same objects.
    labels : path, optional
        The file of labels; beside what is opened by default.
    """

    data: AnyPath | None = None
    bundle: AnyPath | None = None
    compare: AnyPath | None = None
    labels: AnyPath | None = None


NOTHING_CHOSEN: Final = Choices()


def open_session(
    path: AnyPath, choices: Choices = NOTHING_CHOSEN, *, track: Track = no_progress
) -> Session:
    """Open an archive, the folder of a run, or a prediction table.

    An archive's objects are classified first: by the bundle that was chosen, or by the shipped one
    of its survey. Without any, they are listed without answers.

    Raises
    ------
    InputError
        If it is none of these, or what was chosen does not go with it.
    """
    path = Path(path)
    if is_archive(path):
        opened = _open_archive(path, choices, track)
    elif (path / "run.json").is_file():
        opened = _open_run(path, choices)
    elif is_table(path):
        opened = _open_table(path, choices)
    else:
        what = "neither an archive, nor a run, nor a prediction table"
        what = what if path.exists() else "no such file or folder"
        do = "give an archive, the folder of a run, or a table that `taonet predict` wrote"
        raise InputError(what, where=path, do=do)
    if choices.compare is not None:
        name = _free_name(Path(choices.compare).stem, opened.tables)
        opened.tables[name] = AnswerTable.read(choices.compare)
    _check_classes(opened.tables)
    # columns are made now, while a person waits anyway
    _ = opened.objects
    return opened


def _open_archive(path: Path, choices: Choices, track: Track) -> Session:
    archive = Archive(path)
    bundle, rows = _classify_archive(archive, choices, track)
    table = AnswerTable.of_frame(rows, where=str(path))
    return Session(
        title=path.name,
        tables={table.model or UNANSWERED: table},
        labels=_open_labels(path, choices),
        archive=archive,
        bundle=bundle,
    )


def _classify_archive(
    archive: Archive, choices: Choices, track: Track
) -> tuple[Path | None, pd.DataFrame]:
    """Return the model and its answers about all objects of an archive.

    The shipped model of the survey need not suit the cutouts; then there is none.
    """
    guess = f"{archive.survey}-sim"
    if choices.bundle is None and guess not in bundle_names():
        return None, _rows_without_answers(archive)
    bundle = find_bundle(guess if choices.bundle is None else choices.bundle)
    try:
        rows = predict_table(load_model(bundle), archive, track=track)
    except InputError:
        if choices.bundle is not None:
            raise
        return None, _rows_without_answers(archive)
    return bundle, _with_all_objects(rows, archive)


def _with_all_objects(rows: pd.DataFrame, archive: Archive) -> pd.DataFrame:
    """Return answers with a row for each object that could not be classified."""
    others = _rows_without_answers(archive)
    others = others[~others["object_id"].isin(rows["object_id"])]
    parts = [rows, others.reindex(columns=rows.columns)] if len(others) else [rows]
    # a plain table: it shows itself as nothing else
    every = pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True)
    every.attrs.update(rows.attrs)
    return every


def _rows_without_answers(archive: Archive) -> pd.DataFrame:
    """Return a table of an archive's objects without any answer."""
    table = archive.objects[["object_id", "ra", "dec", "mjd_last"]].copy()
    table["class_name"] = archive.class_names
    table["n_epochs"] = 0
    for name in columns_of(archive.taxonomy):
        table[name] = np.nan
    return table


def _open_run(path: Path, choices: Choices) -> Session:
    files = sorted(
        (path / "predictions").glob("*.parquet"), key=lambda f: (f.stem != FIRST, f.stem)
    )
    if not files:
        do = "the same train command goes on with it"
        raise InputError("a run that has no predictions yet", where=path, do=do)
    archive = _archive_of_run(path) if choices.data is None else Archive(choices.data)
    bundle = path / "bundle"
    own = find_bundle(bundle) if (bundle / "config.json").is_file() else None
    return Session(
        title=path.name,
        tables={file.stem: AnswerTable.read(file) for file in files},
        labels=_open_labels(path, choices),
        archive=archive,
        bundle=own if choices.bundle is None else find_bundle(choices.bundle),
        run=path,
    )


def _archive_of_run(path: Path) -> Archive | None:
    """Return the archive that a run was made from, if it is still there."""
    try:
        stated = json.loads((path / "data.json").read_text(encoding="utf-8"))["path"]
        return Archive(stated) if is_archive(stated) else None
    except (OSError, ValueError, KeyError, TypeError, TaoNetError):
        return None


def _open_table(path: Path, choices: Choices) -> Session:
    table = AnswerTable.read(path)
    archive = None if choices.data is None else Archive(choices.data)
    return Session(
        title=path.name,
        tables={path.stem: table},
        labels=_open_labels(path, choices),
        archive=archive,
        bundle=_bundle_of_table(table) if choices.bundle is None else find_bundle(choices.bundle),
    )


def _bundle_of_table(table: AnswerTable) -> Path | None:
    """Return the shipped bundle that wrote a table, if it says so."""
    return find_bundle(table.model) if table.model in bundle_names() else None


def _open_labels(path: Path, choices: Choices) -> LabelFile:
    beside = path.absolute()
    return LabelFile(choices.labels or beside.with_name(f"{beside.name}.labels.jsonl"))


def _free_name(name: str, taken: Mapping[str, object]) -> str:
    return name if name not in taken else f"{name} (2)"


def _check_classes(tables: Mapping[str, AnswerTable]) -> None:
    """Refuse tables of other classes: answers could not be compared."""
    first, *others = tables.values()
    for other in others:
        if set(other.classes) != set(first.classes):
            got = f"{', '.join(other.classes)}; not {', '.join(first.classes)}"
            raise InputError("the tables have different classes", got=got)


def find_table(session: Session, name: str) -> AnswerTable:
    """Return a table by name.

    Raises
    ------
    MissingError
    """
    if name not in session.tables:
        do = nearest(name, list(session.tables))
        raise MissingError("no such model", got=name, do=do)
    return session.tables[name]
