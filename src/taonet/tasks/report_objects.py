"""Write a page of the objects of a prediction table, one by one, where no class is known."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd

from taonet.errors import InputError
from taonet.evaluation.object_order import KEPT, choose_objects, last_answers
from taonet.evaluation.other_answers import other_answers
from taonet.evaluation.scored_rows import check_probabilities, check_single_answers
from taonet.io.archive import Archive
from taonet.io.paths import is_path
from taonet.io.prediction_columns import classes_of, columns_of
from taonet.io.prediction_parts import prediction_columns, read_prediction_parts
from taonet.reports.contents import Note, ObjectsContents, ShownObjects
from taonet.reports.object_cards import object_kinds
from taonet.reports.objects_page import MOST, write_objects_page
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy
from taonet.tasks.evaluate import check_rows
from taonet.types import AnyPath

TRUTH: Final = ("object_id", "class_name")


@dataclass(frozen=True, kw_only=True, eq=False)
class ObjectsTable:
    """A prediction table that is read in parts.

    Parameters
    ----------
    given : path, DataFrame or astropy Table
    name : str
    archive : Archive or None
        Knows the true classes, as far as anybody does, and has the cutouts.
    taxonomy : Taxonomy
    """

    given: Any
    name: str
    archive: Archive | None
    taxonomy: Taxonomy

    @property
    def where(self) -> Path | str:
        """What it is called in errors."""
        return Path(self.given) if is_path(self.given) else self.name

    def parts(
        self, columns: Collection[str] | None = None, objects: Collection[str] | None = None
    ) -> Iterator[pd.DataFrame]:
        """Yield its rows, with the classes that the archive knows.

        Raises
        ------
        InputError
            If they cannot be read.
        """
        parts = read_prediction_parts(
            self.given, columns=columns, objects=objects, where=self.where
        )
        for part in parts:
            names = part["object_id"]
            yield part if self.archive is None else part.assign(class_name=names.map(self.truth))

    def find_sequence(self, object_id: str) -> ImageSequence | None:
        """Return the cutouts of an object, where the archive has them."""
        return self.archive[object_id] if self.archive and object_id in self.truth else None

    @cached_property
    def truth(self) -> dict[str, str | None]:
        """The class of each object of the archive, None where nobody knows it."""
        if self.archive is None:
            return {}
        return dict(zip(self.archive.objects["object_id"], self.archive.class_names, strict=True))


def open_objects_table(given: Any, name: str, archive: Archive | None) -> ObjectsTable:
    """Return a prediction table that is read in parts, with the classes that it speaks of.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    where = Path(given) if is_path(given) else name
    columns = prediction_columns(given, where=where)
    taxonomy = Taxonomy(
        name=archive.survey if archive else "",
        classes=classes_of(pd.DataFrame(columns=list(columns))) or ("UNKNOWN",),
    )
    return ObjectsTable(given=given, name=name, archive=archive, taxonomy=taxonomy)


def is_any_class_known(table: ObjectsTable) -> bool:
    """Return whether the true class of any object is known; it reads no more than it has to.

    What is no prediction table counts as known, so that the reader of labelled tables says what
    is wrong with it.
    """
    columns = prediction_columns(table.given, where=table.where)
    if not {"object_id", "n_epochs", *columns_of(table.taxonomy)} <= set(columns):
        return True
    if table.archive is None and "class_name" not in columns:
        return False
    return any(part["class_name"].notna().any() for part in table.parts(TRUTH))


def report_objects(
    table: ObjectsTable,
    output: AnyPath,
    *,
    title: str,
    notes: Iterable[Note] = (),
    details: Mapping[str, str],
    most: int = MOST,
) -> None:
    """Write the page of a table's objects.

    Raises
    ------
    InputError, OutputError
    """
    last = _read_last_answers(table)
    contents = ObjectsContents(
        title=title,
        taxonomy=table.taxonomy,
        objects=_show(table, last, title="Objects", most=most),
        others=other_answers(last, by="kind", order=table.taxonomy.classes),
        notes=[*notes, Note(text="The true classes are not known: nothing is scored.")],
        details=details,
    )
    write_objects_page(output, contents)


def objects_of_unknown_class(table: ObjectsTable, *, most: int = MOST) -> ShownObjects | None:
    """Return the objects of a table whose true class is not known; None if there are none."""
    last = _read_last_answers(table)
    unknown = last[last["class_name"].isna()].reset_index(drop=True)
    if unknown.empty:
        return None
    return _show(table, unknown, title="Objects of unknown class", most=most)


def _show(table: ObjectsTable, last: pd.DataFrame, *, title: str, most: int) -> ShownObjects:
    chosen = choose_objects(last, table.taxonomy, most=most)
    names = set(chosen["object_id"])
    rows = pd.concat(list(table.parts(objects=names)), ignore_index=True)
    check_single_answers(rows)
    kinds = object_kinds(last, chosen, rows, table.taxonomy, table.find_sequence)
    has_cutouts = not names.isdisjoint(table.truth)
    return ShownObjects(title=title, kinds=kinds, most=most, has_cutouts=has_cutouts)


def _read_last_answers(table: ObjectsTable) -> pd.DataFrame:
    """Return the last answer about each object, from probabilities that are some."""
    columns = {*KEPT, "predicted_class", *columns_of(table.taxonomy)}
    last = last_answers(_checked_parts(table, columns), table.taxonomy)
    if last.empty:
        raise InputError("there is nothing to show", where=table.where, got="no rows")
    _check_archive(table, set(last["object_id"]))
    return last


def _checked_parts(table: ObjectsTable, columns: Collection[str]) -> Iterator[pd.DataFrame]:
    for part in table.parts(columns):
        if len(part):
            check_rows(part, table.where)
            known = part[part[columns_of(table.taxonomy)].notna().all(axis=1)]
            check_probabilities(known, table.taxonomy)
        yield part


def _check_archive(table: ObjectsTable, names: set[str]) -> None:
    if table.archive is not None and names.isdisjoint(table.truth):
        got = f"{min(names)!r}, and {next(iter(table.truth), None)!r} in the archive"
        raise InputError("none of its objects is in the archive", where=table.where, got=got)
