"""What networks read of an archive's objects besides frames, in files; without torch.

Photometry and encodings are stored alike: for every batch of objects ``NAME.npz`` with their
columns, one row an epoch, and ``NAME.npy`` with the running means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from taonet.data.epoch_photometry import EpochPhotometry
from taonet.data.frame_encodings import FrameEncodings
from taonet.data.reading import Sequences
from taonet.data.sequence_inputs import SequenceInputs
from taonet.io.atomic import atomic_file
from taonet.sky.sequence import ImageSequence


@dataclass(frozen=True, kw_only=True, eq=False)
class StoredObject:
    """What is stored of an object for the network.

    ``columns`` (epoch, column), see `EpochPhotometry.to_array` or `FrameEncodings.to_array`;
    ``deep`` (look, channel, y, x) half precision, see `taonet.data.running_mean`.
    """

    columns: Float[np.ndarray, "epoch column"]
    deep: Float[np.ndarray, "look channel y x"]


NOTHING = StoredObject(
    columns=np.zeros((0, 0), np.float32), deep=np.zeros((0, 0, 0, 0), np.float16)
)


def write_objects(objects: Sequence[StoredObject], output: Path) -> None:
    """Write a batch of objects; the file that says that it is done comes last."""
    with atomic_file(output.with_suffix(".npy")) as temporary, temporary.open("wb") as file:
        np.save(file, _concatenate([one.deep for one in objects]))
    with atomic_file(output.with_suffix(".npz")) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            columns=_concatenate([one.columns for one in objects]),
            n_epochs=np.array([len(one.columns) for one in objects]),
            n_looks=np.array([len(one.deep) for one in objects]),
        )


def is_written(output: Path) -> bool:
    """Whether a batch of objects is done."""
    return output.with_suffix(".npz").exists()


def _concatenate(parts: list[Float[np.ndarray, "_ *rest"]]) -> Float[np.ndarray, "_ *rest"]:
    """Concatenate arrays, passing over empty ones, whose shape is not that of the others."""
    return np.concatenate([part for part in parts if len(part)] or parts[:1])


class StoredObjects:
    """The objects of several batches; running means stay on disk until they are read.

    Parameters
    ----------
    parts : sequence of Path
        The batches, in the order of the objects, without suffix.
    """

    def __init__(self, parts: Sequence[Path]) -> None:
        loaded = [np.load(part.with_suffix(".npz")) for part in parts]
        self._columns = np.concatenate([part["columns"] for part in loaded])
        self._ends = np.concatenate([part["n_epochs"] for part in loaded]).cumsum()
        self._deep = [np.load(part.with_suffix(".npy"), mmap_mode="r") for part in parts]
        self._looks = [np.append(0, part["n_looks"].cumsum()).astype(np.int64) for part in loaded]
        self._firsts = np.cumsum([0, *(len(part["n_epochs"]) for part in loaded)])

    def columns(self, index: int) -> Float[np.ndarray, "epoch column"]:
        """Return the columns of an object."""
        start = int(self._ends[index - 1]) if index else 0
        return np.asarray(self._columns[start : int(self._ends[index])])

    def running_means(self, index: int) -> Float[np.ndarray, "look channel y x"] | None:
        """Return the running means of an object, None where none are stored."""
        part = int(np.searchsorted(self._firsts, index, side="right")) - 1
        looks, own = self._looks[part], index - int(self._firsts[part])
        means = self._deep[part][int(looks[own]) : int(looks[own + 1])]
        return np.asarray(means) if means.size else None


class StoredSequences:
    """Sequences with what is stored of them; see `taonet.data.reading.MeasuredSequences`.

    Parameters
    ----------
    sequences : Sequences
        The archive, or several joined.
    photometry, encodings : StoredObjects, optional
        Whichever the network reads. Running means are those of the photometry where there is any.
    """

    def __init__(
        self,
        sequences: Sequences,
        *,
        photometry: StoredObjects | None = None,
        encodings: StoredObjects | None = None,
    ) -> None:
        self._sequences = sequences
        self._photometry = photometry
        self._encodings = encodings

    def __len__(self) -> int:
        return len(self._sequences)

    def __getitem__(self, index: int) -> ImageSequence:
        return self._sequences[index]

    def load_inputs(self, index: int) -> SequenceInputs:
        """Return the stored inputs of the readable epochs of a sequence."""
        measured = encoded = None
        if self._photometry is not None:
            measured = EpochPhotometry.from_array(self._photometry.columns(index))
        if self._encodings is not None:
            encoded = FrameEncodings.from_array(self._encodings.columns(index))
        means = self._photometry or self._encodings
        deep = None if means is None else means.running_means(index)
        return SequenceInputs(measured=measured, encoded=encoded, deep=deep)
