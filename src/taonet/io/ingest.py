"""From any source into an archive: what can be read goes in, the rest is set aside."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from taonet.errors import InputError
from taonet.io.archive_writer import SET_ASIDE, ArchiveWriter
from taonet.io.items import ItemResult, SequenceSource
from taonet.io.rejection import Rejection, count_kinds, first_reason, remark_lines, summarise_kinds
from taonet.sky.pixel_scale import known_scale, with_survey_scale
from taonet.sky.sequence import ImageSequence
from taonet.types import AnyPath, Track, no_progress

TITLE = "ingesting"


@dataclass(frozen=True, kw_only=True)
class IngestSummary:
    """The result of an ingest: ``items = objects + set_aside``.

    ``notes`` counts single frames or packets set aside within objects that were written;
    ``reasons`` and ``note_reasons`` count both by kind; ``remarks`` are what else there is to know.
    """

    path: Path
    items: int
    objects: int
    frames: int
    set_aside: int
    notes: int
    reasons: Mapping[str, int]
    note_reasons: Mapping[str, int]
    remarks: Mapping[str, int]
    labels: int = 0
    labels_used: int = 0

    def __str__(self) -> str:
        line = f"{self.objects} objects, {self.frames} frames -> {self.path}"
        if self.set_aside:
            line += (
                f"; {self.set_aside} of {self.items} items set aside"
                f" ({summarise_kinds(self.reasons)})"
            )
        if self.notes:
            kinds = summarise_kinds(self.note_reasons)
            line += f"; {self.notes} single frames or packets set aside ({kinds})"
        if self.set_aside or self.notes:
            line += f"; all listed in {self.path / SET_ASIDE}"
        if self.labels:
            line += f"; {self.labels_used} of {self.labels} labels used"
        return "\n".join([line, *remark_lines(self.remarks)])


@dataclass(frozen=True)
class StatedFacts:
    """What is known of all sequences beside their files.

    Parameters
    ----------
    labels : mapping
        Class name by object id.
    survey : str
    pixel_scale_arcsec : float, optional
        As the user states it.
    """

    labels: Mapping[str, str]
    survey: str
    pixel_scale_arcsec: float | None = None

    def apply(self, sequence: ImageSequence) -> ImageSequence:
        """Return a sequence with these facts."""
        labelled = relabel_sequence(sequence, self.labels)
        if self.pixel_scale_arcsec is not None:
            return replace(labelled, pixel_scale_arcsec=float(self.pixel_scale_arcsec))
        return with_survey_scale(labelled, self.survey)


def ingest(
    source: SequenceSource,
    output: AnyPath,
    *,
    labels: Mapping[str, str] | None = None,
    pixel_scale_arcsec: float | None = None,
    overwrite: bool = False,
    limit: int | None = None,
    track: Track = no_progress,
) -> IngestSummary:
    """Write the sequences of a source into an archive.

    An interrupted ingest of the same source goes on where it stopped.

    Parameters
    ----------
    labels : mapping, optional
        Class name by object id; it takes precedence over the source.
    pixel_scale_arcsec : float, optional
        Side of a pixel of all cutouts; it takes precedence over the WCS and the survey.
    limit : int, optional
        Stop after so many items.
    track : function, optional
        Wraps the items to show progress.

    Raises
    ------
    InputError
        If not one sequence could be read, or the scale is none.
    OutputError
        If the output exists or there is no room.
    """
    output = Path(output)
    check_scale(pixel_scale_arcsec)
    signature = f"{source.signature}:{sorted((labels or {}).items())}:{limit}"
    signature += "" if pixel_scale_arcsec is None else f":{pixel_scale_arcsec}"
    stated = StatedFacts(labels or {}, source.survey, pixel_scale_arcsec)
    most = source.count if limit is None else limit
    total = most if most is None or source.count is None else min(most, source.count)
    used, remarks = 0, Counter(dict.fromkeys(source.remarks, 1))
    with ArchiveWriter(
        output,
        survey=source.survey,
        signature=signature,
        overwrite=overwrite,
        simulated=source.simulated,
    ) as writer:
        remaining = None if total is None else total - len(writer.done)
        results = track(source.read(frozenset(writer.done)), remaining or 0, TITLE)
        for result in islice(results, remaining):
            _write(result, writer, stated)
            remarks.update(result.remarks)
            used += result.sequence is not None and result.sequence.object_id in (labels or {})
        if writer.n_objects == 0:
            raise _empty_ingest_error(writer)
        writer.finish()
    set_aside = output / SET_ASIDE
    note_reasons = count_kinds(set_aside, part=True)
    return IngestSummary(
        path=output,
        items=writer.n_objects + writer.n_set_aside,
        objects=writer.n_objects,
        frames=writer.n_frames,
        set_aside=writer.n_set_aside,
        notes=note_reasons.total(),
        reasons=dict(count_kinds(set_aside, part=False)),
        note_reasons=dict(note_reasons),
        remarks=dict(remarks),
        labels=len(labels or {}),
        labels_used=used,
    )


def relabel_sequence(sequence: ImageSequence, labels: Mapping[str, str]) -> ImageSequence:
    """Return the sequence with the class that an outside table gives it, if it gives one."""
    class_name = labels.get(sequence.object_id)
    return sequence if class_name is None else replace(sequence, class_name=class_name)


def check_scale(pixel_scale_arcsec: float | None) -> None:
    """Refuse a scale that no pixel has.

    Raises
    ------
    InputError
    """
    if pixel_scale_arcsec is not None and math.isnan(known_scale(pixel_scale_arcsec)):
        do = "give the side of a pixel in arcsec, such as 0.27"
        raise InputError("no pixel scale", got=pixel_scale_arcsec, do=do)


def _write(result: ItemResult, writer: ArchiveWriter, stated: "StatedFacts") -> None:
    rejection = result.rejection
    for part in result.parts:
        writer.reject(part)
    if result.sequence is not None:
        try:
            writer.add(stated.apply(result.sequence), source=result.item)
        except InputError as error:
            rejection = Rejection.from_error(result.item, error)
    if rejection is not None:
        writer.reject(rejection)


def _empty_ingest_error(writer: ArchiveWriter) -> InputError:
    writer.flush()
    set_aside = writer.work / SET_ASIDE
    reasons = count_kinds(set_aside, part=False) + count_kinds(set_aside, part=True)
    # the list is removed with the unfinished archive, so the message names all reasons
    kinds = summarise_kinds(reasons, most=len(reasons))
    got = first_reason(set_aside) if len(reasons) == 1 else kinds
    writer.abandon()
    return InputError("nothing could be read", got=got or "no items")
