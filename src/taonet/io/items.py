"""What one item of a source turned out to be."""

from dataclasses import dataclass

from taonet.io.rejection import Rejection
from taonet.sky.sequence import ImageSequence


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one item of a source turned out to be.

    Parameters
    ----------
    item : str
        Its name within the source.
    sequence : ImageSequence or None
    rejection : Rejection or None
        Why there is no sequence.
    parts : tuple of Rejection
        What was set aside within it: single frames, packets, rows.
    remarks : tuple of str
        What the user should know of the sequence, without particulars: remarks are counted.
    """

    item: str
    sequence: ImageSequence | None = None
    rejection: Rejection | None = None
    parts: tuple[Rejection, ...] = ()
    remarks: tuple[str, ...] = ()
