"""What was worked out of an object, kept for a while: the next request is about the same one."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

from taonet.errors import MissingError
from taonet.photometry.object_curve import measure_curve
from taonet.reports.object_document import object_document
from taonet.reports.packed_frames import PackedFrames, pack_frames
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence
from taonet.web.session import Session

MOST = 12
"""Objects that are kept: those that a person goes back and forth between."""


@dataclass(frozen=True, kw_only=True, eq=False)
class OpenObject:
    """An object with its cutouts and all that was measured of them."""

    sequence: ImageSequence | None
    packed: PackedFrames | None
    curve: LightCurve | None


class ObjectStore:
    """The objects of a session, worked out when they are looked at.

    Parameters
    ----------
    session : Session
    most : int
        Objects that are kept.
    """

    def __init__(self, session: Session, *, most: int = MOST) -> None:
        self.session, self.most = session, most
        self._kept: OrderedDict[str, OpenObject] = OrderedDict()
        self._lock = Lock()

    def open(self, object_id: str) -> OpenObject:
        """Return an object with its cutouts, packed and measured.

        Raises
        ------
        MissingError
            If there is none of the name.
        """
        with self._lock:
            if object_id in self._kept:
                self._kept.move_to_end(object_id)
                return self._kept[object_id]
        opened = self._work_out(object_id)
        with self._lock:
            self._kept[object_id] = opened
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return opened

    def packed_frames(self, object_id: str) -> PackedFrames:
        """Return the frames of an object.

        Raises
        ------
        MissingError
            If there is no such object, or it has no cutouts.
        """
        packed = self.open(object_id).packed
        if packed is None:
            do = "open the archive as well: taonet serve PREDICTIONS --data ARCHIVE"
            raise MissingError("there are no cutouts of this object", got=object_id, do=do)
        return packed

    def document(self, object_id: str) -> dict[str, Any]:
        """Return the document of an object; see `taonet.reports.object_document`.

        Raises
        ------
        MissingError
            If there is none of the name.
        """
        opened = self.open(object_id)
        archive = self.session.archive
        return object_document(
            self.session.rows_of(object_id),
            sequence=opened.sequence,
            packed=opened.packed,
            curve=opened.curve,
            survey=self.session.survey,
            simulated=archive is not None
            and archive.is_simulated
            and object_id not in self.session.uploads,
        )

    def _work_out(self, object_id: str) -> OpenObject:
        if not self.session.has_object(object_id):
            raise MissingError("no object of this name", got=object_id)
        sequence = self.session.sequence_of(object_id)
        if sequence is None:
            return OpenObject(sequence=None, packed=None, curve=None)
        return OpenObject(
            sequence=sequence, packed=pack_frames(sequence), curve=measure_curve(sequence)
        )
