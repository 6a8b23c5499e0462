"""Deep-TAO files as a source: one file an object."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from taonet.errors import TaoNetError
from taonet.io.deep_tao.reader import read_deep_tao
from taonet.io.items import ItemResult, SequenceSource, signature_of
from taonet.io.kinds.deep_tao import DEEP_TAO
from taonet.io.paths import paths_of
from taonet.io.rejection import Rejection
from taonet.io.tables import refuse_table
from taonet.types import AnyPath

LABEL_KEPT = "outside the folder of a class a file has none; the label in its header is raw_label"


def deep_tao_source(paths: AnyPath | Iterable[AnyPath]) -> SequenceSource:
    """Return Deep-TAO files as a source.

    Raises
    ------
    InputError
        If one of them is a table.
    """
    files = paths_of(paths)
    for file in files:
        refuse_table(file)

    def read(done: frozenset[str]) -> Iterator[ItemResult]:
        return (_read(file) for file in files if str(file) not in done)

    return SequenceSource(
        kind=DEEP_TAO.name,
        survey="crts",
        signature=signature_of(files),
        count=len(files),
        read=read,
    )


def _read(file: Path) -> ItemResult:
    item = str(file)
    try:
        sequence, set_aside = read_deep_tao(file)
    except TaoNetError as error:
        return ItemResult(item=item, rejection=Rejection.from_error(item, error))
    parts = tuple(Rejection.from_error(item, error, part=True) for error in set_aside)
    is_unnamed = sequence.class_name is None and sequence.raw_label
    remarks = (LABEL_KEPT,) if is_unnamed else ()
    return ItemResult(item=item, sequence=sequence, parts=parts, remarks=remarks)
