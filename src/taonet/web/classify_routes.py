"""Files that are dropped on the page, and what the network says of them."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from taonet.errors import InputError
from taonet.web.dependencies import TheSession
from taonet.web.uploads import MOST_BYTES, classify_upload, upload_folder

classify_router = APIRouter(tags=["classify"])

TOO_LARGE = 413


@classify_router.post(
    "/classify",
    openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}}},
)
async def classify_file(
    request: Request,
    session: TheSession,
    name: Annotated[str, Query(max_length=500, description="Name of the file.")],
) -> dict[str, Any]:
    """Classify what is in a FITS, npz or Avro file, which is the body of the request.

    ``objects`` are names to look up like any other; they last as long as the page is served.
    """
    if not session.can_classify:
        do = "start the page with --bundle and the name of a network"
        raise InputError("there is no network here to classify cutouts with", do=do)
    with upload_folder(name) as file:
        await _store(request, file)
        result = await run_in_threadpool(classify_upload, session, file, name)
    return {"objects": result.objects, "rejected": result.rejected}


async def _store(request: Request, file: Path) -> None:
    """Write the body of a request to a file, as it comes, up to the largest size."""
    size = 0
    with file.open("wb") as stream:
        async for part in request.stream():
            size += len(part)
            if size > MOST_BYTES:
                detail = f"files of more than {MOST_BYTES // 2**20} MiB are not read here"
                raise HTTPException(TOO_LARGE, detail)
            stream.write(part)
    if not size:
        raise InputError("the file is empty", do="give a FITS, npz or Avro file")
