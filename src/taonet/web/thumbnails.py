"""Small pictures of objects for lists: the frame in which the object is brightest."""

from collections import OrderedDict
from threading import Lock
from typing import Final

from taonet.sky.pictures import brightest_epoch, grey_png, stretch_cutouts
from taonet.sky.sequence import ImageSequence

MOST: Final = 2000
"""Pictures that are kept; each takes a few thousand bytes."""


class Thumbnails:
    """Pictures by object, made when they are first shown.

    Parameters
    ----------
    most : int
        Pictures that are kept.
    """

    def __init__(self, *, most: int = MOST) -> None:
        self.most = most
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, object_id: str) -> bytes | None:
        """Return a picture that was made before."""
        with self._lock:
            if object_id in self._kept:
                self._kept.move_to_end(object_id)
            return self._kept.get(object_id)

    def make(self, object_id: str, sequence: ImageSequence) -> bytes:
        """Return the picture of a sequence as a PNG, and keep it."""
        epoch = brightest_epoch(sequence)
        picture = grey_png(stretch_cutouts(sequence, epoch)[0])
        with self._lock:
            self._kept[object_id] = picture
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return picture
