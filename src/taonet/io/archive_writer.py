"""Writing an archive as a stream: constant memory, resumable, finished by a rename.

Work goes on in ``NAME.part``. Every so often the frames are flushed, the rows written as one
small parquet file, and ``journal.json`` replaced: what the journal lists is safe. A later run
with the same signature cuts off what came after the journal and goes on.
"""

import hashlib
import json
import shutil
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Shaped

from taonet.errors import InputError, OutputError
from taonet.io.archive import EPOCHS, FORMAT, OBJECTS, PIXEL_SCALE, VERSION, sha256_of
from taonet.io.archive_frames import CHUNK_BYTES, FRAMES, FrameFile, create_frame_file, stated_type
from taonet.io.atomic import ARCHIVE_MARK, refuse_existing, replace_folder, room_for
from taonet.io.pixel_types import common_type, lossless_cast
from taonet.io.rejection import Rejection
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy, taxonomy_for
from taonet.types import AnyPath
from taonet.version import __version__

SCALED_OBJECTS = OBJECTS.append(pa.field(PIXEL_SCALE, pa.float64()))
"""Rows of objects while an archive is written. The column leaves them where it holds one value."""

CHUNK_OBJECTS = 256
ROW_GROUP = 65_536
SET_ASIDE = "set_aside.jsonl"
"""Lists what was rejected, see `taonet.io.rejection.Rejection`."""


class ArchiveWriter:
    """Write sequences into an archive, one after the other.

    Parameters
    ----------
    path : Path
        The archive to make.
    survey : str
        The survey's short name.
    taxonomy : Taxonomy, optional
        The archive's classes; by default those of the survey, see `taxonomy_for`.
    signature : str
        Says what is being written (inputs and options). An unfinished archive of the same
        signature is continued; any other is refused.
    overwrite : bool
        Replace what is there, finished or not.
    simulated : bool
        The sequences come from a simulation; models trained on them will state it.

    Examples
    --------
    >>> import tempfile
    >>> frames = np.ones((2, 1, 4, 4), np.uint16)
    >>> sequence = ImageSequence.from_frames("x", frames, np.array([55000.0, 55001.0]))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with ArchiveWriter(Path(folder) / "a", survey="mine", signature="1") as writer:
    ...         writer.add(sequence, source="x")
    ...         _ = writer.finish()
    """

    def __init__(
        self,
        path: AnyPath,
        *,
        survey: str,
        taxonomy: Taxonomy | None = None,
        signature: str,
        overwrite: bool = False,
        simulated: bool = False,
    ) -> None:
        path = Path(path)
        refuse_existing(path, overwrite=overwrite, mark=ARCHIVE_MARK)
        self.path = path
        self.survey = survey
        self.taxonomy = taxonomy
        self.simulated = simulated
        self.signature = signature
        self.work = work_folder(path)
        _continue_or_clear(self.work, signature, overwrite=overwrite)
        self._start()

    def _start(self) -> None:
        journal = _read_journal(self.work)
        self.n_frames: int = journal["frames"]
        self.n_objects: int = journal["objects"]
        self.n_set_aside: int = journal["set_aside"]
        self._chunks: int = journal["chunks"]
        self._layout: dict[str, Any] | None = journal["layout"]
        stated = stated_type(self.work / FRAMES)
        if self._layout is not None and stated:
            # killed between writing the frames anew and the journal
            self._layout["dtype"] = stated
        self._classes: set[str] = set(journal["classes"])
        self._ids: set[str] = set()
        self.done: set[str] = set()
        for chunk in range(self._chunks):
            table = pq.read_table(self._chunk("objects", chunk), columns=["object_id", "source"])
            self._ids |= set(table["object_id"].to_pylist())
            self.done |= set(table["source"].to_pylist())
        self._clear_rows()
        self._frames = FrameFile(self.work / FRAMES, length=self.n_frames * self._frame_bytes)
        self._aside = (self.work / SET_ASIDE).open("r+b")
        self._aside.truncate(journal["set_aside_bytes"])
        rejections = [json.loads(line) for line in self._aside]
        self.done |= {one["source"] for one in rejections if not one["part"]}

    @property
    def _frame_bytes(self) -> int:
        if self._layout is None:
            return 0
        size: int = np.dtype(self._layout["dtype"]).itemsize
        return size * int(np.prod(self._layout["frame_shape"]))

    def _chunk(self, what: str, chunk: int) -> Path:
        return self.work / "rows" / f"{what}-{chunk:06d}.parquet"

    def _clear_rows(self) -> None:
        self._epoch_rows: list[pa.Table] = []
        self._object_rows: list[dict[str, Any]] = []
        self._pending = 0

    def add(self, sequence: ImageSequence, *, source: str) -> None:
        """Append one sequence.

        Raises
        ------
        InputError
            If its frames do not fit the others, or its id is there already; nothing is written.
        """
        native = np.ascontiguousarray(sequence.frames, sequence.frames.dtype.newbyteorder("="))
        self._check(sequence, native)
        frames = self._cast_frames(native, sequence.object_id)
        offset, n = self.n_frames, len(frames)
        with room_for(self.path):
            self._frames.append(frames)
        self._object_rows.append(
            {
                "object_id": sequence.object_id,
                "class_name": sequence.class_name,
                "raw_label": sequence.raw_label,
                "ra": sequence.ra,
                "dec": sequence.dec,
                "field_id": sequence.field_id,
                "survey_field": sequence.survey_field,
                "offset": offset,
                "n_epochs": n,
                "mjd_first": float(sequence.mjd[0]),
                "mjd_last": float(sequence.mjd[-1]),
                "content": hashlib.sha1(native.data, usedforsecurity=False).hexdigest(),
                "source": source,
                PIXEL_SCALE: sequence.pixel_scale_arcsec,
            }
        )
        columns = {name: getattr(sequence, name) for name in EPOCHS.names}
        self._epoch_rows.append(pa.Table.from_pydict(columns, schema=EPOCHS))
        self._ids.add(sequence.object_id)
        if sequence.class_name:
            self._classes.add(sequence.class_name)
        self.n_frames += n
        self.n_objects += 1
        self._pending += frames.nbytes
        if self._pending > CHUNK_BYTES or len(self._object_rows) >= CHUNK_OBJECTS:
            self.flush()

    def _check(
        self, sequence: ImageSequence, frames: Shaped[np.ndarray, "epoch channel y x"]
    ) -> None:
        layout = {
            "frame_shape": list(frames.shape[1:]),
            "dtype": frames.dtype.str,
            "channels": list(sequence.channels),
        }
        if self._layout is None:
            self._layout = layout
        if layout | {"dtype": self._layout["dtype"]} != self._layout:
            raise InputError(
                "frames differ from those before",
                where=sequence.object_id,
                got=f"{_layout_text(layout)}, not {_layout_text(self._layout)}",
                do="ingest cutouts of one shape and kind at a time",
            )
        if sequence.object_id in self._ids:
            raise InputError("an object of this name is there already", where=sequence.object_id)

    def _cast_frames(
        self, frames: Shaped[np.ndarray, "epoch channel y x"], object_id: str
    ) -> Shaped[np.ndarray, "epoch channel y x"]:
        """Return frames as the archive's type; where that would change them, widen the archive."""
        stored = self._dtype
        cast = lossless_cast(frames, stored)
        if cast is not None:
            return cast
        wider = common_type([stored, frames.dtype])
        cast = lossless_cast(frames, wider)
        if cast is None or not self._widen(wider):
            raise InputError(
                "pixels that no type holds together with those before",
                where=object_id,
                got=f"{frames.dtype.name}, not {stored.name}",
                do="ingest cutouts of one kind at a time",
            )
        return cast

    @property
    def _dtype(self) -> np.dtype[Any]:
        return np.dtype(str((self._layout or {}).get("dtype", "u1")))

    def _widen(self, dtype: np.dtype[Any]) -> bool:
        """Write all frames anew as another type; return False if one of them would change."""
        self.flush()
        with room_for(self.path):
            if not self._frames.widen(self._dtype, dtype):
                return False
            self._layout = {**(self._layout or {}), "dtype": dtype.str}
            self._write_journal()
        return True

    def reject(self, rejection: Rejection) -> None:
        """List an item, or a part of one (a frame, a packet), that cannot be used."""
        with room_for(self.path):
            self._aside.write(rejection.line.encode())
        self.n_set_aside += not rejection.part

    def flush(self) -> None:
        """Make everything added so far safe from a sudden end."""
        with room_for(self.path):
            if self._object_rows:
                objects = pa.Table.from_pylist(self._object_rows, schema=SCALED_OBJECTS)
                pq.write_table(objects, self._chunk("objects", self._chunks))
                epochs = pa.concat_tables(self._epoch_rows)
                pq.write_table(epochs, self._chunk("epochs", self._chunks))
                self._chunks += 1
                self._clear_rows()
            self._frames.flush()
            self._aside.flush()
            self._write_journal()

    def _write_journal(self) -> None:
        journal = {
            "signature": self.signature,
            "frames": self.n_frames,
            "objects": self.n_objects,
            "set_aside": self.n_set_aside,
            "set_aside_bytes": self._aside.tell(),
            "chunks": self._chunks,
            "layout": self._layout,
            "classes": sorted(self._classes),
        }
        temporary = self.work / "journal.json.new"
        temporary.write_text(json.dumps(journal))
        temporary.replace(self.work / "journal.json")

    def finish(self) -> Path:
        """Complete the archive and give it its name.

        Raises
        ------
        InputError
            If nothing was added.
        """
        self.flush()
        if self._layout is None:
            self.abandon()
            raise InputError("nothing to write: no sequence could be read", where=self.path)
        with room_for(self.path):
            shape = (self.n_frames, *self._layout["frame_shape"])
            self._frames.write_header(shape, self._layout["dtype"])
            self.close()
            scales = self._pixel_scales()
            objects = OBJECTS if len(scales) == 1 else SCALED_OBJECTS
            for what, schema in (("objects", objects), ("epochs", EPOCHS)):
                self._join(what, schema)
            self._write_manifest({PIXEL_SCALE: scales.pop()} if len(scales) == 1 else {})
            # first the name, then the clearing up: a kill in between leaves a readable archive
            replace_folder(self.work, self.path)
            shutil.rmtree(self.path / "rows")
            (self.path / "journal.json").unlink()
        return self.path

    def _join(self, what: str, schema: pa.Schema) -> None:
        with pq.ParquetWriter(self.work / f"{what}.parquet", schema) as writer:
            # row groups of one size: the bytes, and with them the archive's digest, must not
            # depend on where an interruption fell
            waiting = schema.empty_table()
            for chunk in range(self._chunks):
                part = pq.read_table(self._chunk(what, chunk), schema=schema)
                waiting = pa.concat_tables([waiting, part]).combine_chunks()
                while waiting.num_rows >= ROW_GROUP:
                    writer.write_table(waiting.slice(0, ROW_GROUP))
                    waiting = waiting.slice(ROW_GROUP)
            writer.write_table(waiting)

    def _pixel_scales(self) -> set[float | None]:
        """Return the different scales of the objects, None for those of unknown scale."""
        scales: set[float | None] = set()
        for chunk in range(self._chunks):
            part = pq.read_table(self._chunk("objects", chunk), schema=SCALED_OBJECTS)
            values = part[PIXEL_SCALE].to_pylist()
            scales |= {None if one is None or one != one else one for one in values}
        return scales

    def _write_manifest(self, shared: dict[str, Any]) -> None:
        taxonomy = self.taxonomy or taxonomy_for(self.survey, self._classes)
        parts = ("frames.npy", "epochs.parquet", "objects.parquet")
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "written_by": f"taonet {__version__}",
            "survey": self.survey,
            "simulated": self.simulated,
            "taxonomy": {"name": taxonomy.name, "classes": list(taxonomy.classes)},
            **(self._layout or {}),
            **shared,
            "objects": self.n_objects,
            "frames": self.n_frames,
            "set_aside": self.n_set_aside,
            "sha256": {name: sha256_of(self.work / name) for name in parts},
        }
        (self.work / "manifest.json").write_text(json.dumps(manifest, indent=1))

    def close(self) -> None:
        """Close the files; what was flushed stays and can be continued."""
        self._frames.close()
        self._aside.close()

    def abandon(self) -> None:
        """Remove the unfinished archive."""
        self.close()
        shutil.rmtree(self.work, ignore_errors=True)

    def __enter__(self) -> "ArchiveWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        elif isinstance(error, OutputError) or not self.n_objects:
            self.abandon()
        else:
            # interrupted: what was read is kept, and the same command goes on from here
            if not self._frames.is_closed:
                self.flush()
            self.close()


def work_folder(path: AnyPath) -> Path:
    """Return where an archive is written before it has its name."""
    path = Path(path)
    return path.with_name(path.name + ".part")


def _continue_or_clear(work: Path, signature: str, *, overwrite: bool) -> None:
    if work.exists():
        journal = _read_journal(work)
        if not overwrite and journal["signature"] == signature:
            return
    if work.exists() and not overwrite:
        raise OutputError(
            "an unfinished archive of other inputs or options is in the way",
            where=work,
            do="remove it or use --overwrite",
        )
    with room_for(work):
        shutil.rmtree(work, ignore_errors=True)
        (work / "rows").mkdir(parents=True)
        create_frame_file(work / FRAMES)
        (work / SET_ASIDE).touch()
        fresh = {"frames": 0, "objects": 0, "set_aside": 0, "set_aside_bytes": 0, "chunks": 0}
        empty: dict[str, Any] = {"signature": signature, **fresh, "layout": None, "classes": []}
        (work / "journal.json").write_text(json.dumps(empty))


def _read_journal(work: Path) -> dict[str, Any]:
    file = work / "journal.json"
    if not file.is_file():
        raise OutputError("in the way, and not an unfinished archive", where=work, do="remove it")
    journal: dict[str, Any] = json.loads(file.read_text())
    return journal


def _layout_text(layout: dict[str, Any]) -> str:
    shape = " x ".join(str(n) for n in layout["frame_shape"])
    return f"{shape} {np.dtype(layout['dtype']).name} {'/'.join(layout['channels'])}"
