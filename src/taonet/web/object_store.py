"""What was worked out of an object, kept for a while: the next request is about the same one."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

from taonet.errors import MissingError
from taonet.reports.object_document import object_document
from taonet.reports.packed_frames import PackedFrames, pack_frames
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence
from taonet.web.session import Session

Value = TypeVar("Value")

MOST = 12
"""Objects that are kept: those that a person goes back and forth between."""


@dataclass(frozen=True, kw_only=True, eq=False)
class OpenObject:
    """An object with its cutouts, as whole numbers too."""

    sequence: ImageSequence | None
    packed: PackedFrames | None


class LastFew(Generic[Value]):
    """What was worked out under the last few names that were asked for.

    Parameters
    ----------
    work_out : function
        Returns what belongs to a name.
    most : int
        How many are kept.
    """

    def __init__(self, work_out: Callable[[str], Value], *, most: int) -> None:
        self.work_out, self.most = work_out, most
        self._kept: OrderedDict[str, Value] = OrderedDict()
        self._lock = Lock()

    def find(self, name: str) -> Value:
        """Return what belongs to a name, from what is kept if it is there."""
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        value = self.work_out(name)
        with self._lock:
            self._kept[name] = value
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return value


class ObjectStore:
    """The objects of a session, worked out when they are looked at.

    Parameters
    ----------
    session : Session
    most : int
        Objects that are kept.
    """

    def __init__(self, session: Session, *, most: int = MOST) -> None:
        self.session = session
        self._objects = LastFew(self._work_out, most=most)
        self._curves = LastFew(self._measure, most=most)
        self._measuring = Lock()

    def open(self, object_id: str) -> OpenObject:
        """Return an object with its cutouts.

        Raises
        ------
        MissingError
            If there is none of the name.
        """
        return self._objects.find(object_id)

    def packed_frames(self, object_id: str) -> PackedFrames:
        """Return the frames of an object.

        Raises
        ------
        MissingError
            If there is no such object, or it has no cutouts.
        """
        packed = self.open(object_id).packed
        if packed is None:
            raise _no_cutouts(object_id)
        return packed

    def curve(self, object_id: str) -> LightCurve:
        """Return the light curve measured in the cutouts of an object.

        Raises
        ------
        MissingError
            If there is no such object, or it has no cutouts.
        """
        # one at a time: who asks again while it is measured gets the same one
        with self._measuring:
            return self._curves.find(object_id)

    def document(self, object_id: str, *, measured: bool = False) -> dict[str, Any]:
        """Return the document of an object; see `taonet.reports.object_document`.

        Parameters
        ----------
        measured : bool
            Whether the light curve is measured for it, which may take seconds; else
            ``light_curve`` is None where there are cutouts to measure it in.

        Raises
        ------
        MissingError
            If there is none of the name.
        """
        opened = self.open(object_id)
        archive = self.session.archive
        has_cutouts = opened.sequence is not None
        shown = object_document(
            self.session.rows_of(object_id),
            sequence=opened.sequence,
            packed=opened.packed,
            curve=self.curve(object_id) if measured and has_cutouts else None,
            survey=self.session.survey,
            simulated=archive is not None
            and archive.is_simulated
            and object_id not in self.session.uploads,
        )
        return shown if measured or not has_cutouts else {**shown, "light_curve": None}

    def _work_out(self, object_id: str) -> OpenObject:
        if not self.session.has_object(object_id):
            raise MissingError("no object of this name", got=object_id)
        sequence = self.session.sequence_of(object_id)
        packed = None if sequence is None else pack_frames(sequence)
        return OpenObject(sequence=sequence, packed=packed)

    def _measure(self, object_id: str) -> LightCurve:
        sequence = self.open(object_id).sequence
        if sequence is None:
            raise _no_cutouts(object_id)
        # photometry only where someone asks for a light curve: answers from pixels do without it
        from taonet.photometry.object_curve import measure_curve

        return measure_curve(sequence)


def _no_cutouts(object_id: str) -> MissingError:
    do = "open the archive as well: taonet serve PREDICTIONS --data ARCHIVE"
    return MissingError("there are no cutouts of this object", got=object_id, do=do)
