"""Alert packets in Avro files, joined by object across all files."""

from typing import Any

from taonet.io.content import AVRO, CONFLUENT
from taonet.io.kinds.kind import FileKind, InputFiles


def _open(inputs: InputFiles) -> Any:
    from taonet.io.alerts.objects import source_of_objects

    return source_of_objects(inputs)


ALERTS = FileKind(
    name="alerts",
    usage="DIR",
    help="Avro alert packets, joined by object",
    contents="alert packets",
    open_files=_open,
    endings=(".avro",),
    first_bytes=(AVRO,),
    first_bytes_if_named=(CONFLUENT,),
    is_searched=True,
    may_be_packed=True,
)
