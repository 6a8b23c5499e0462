"""What an answer rests on, worked out when somebody asks."""

from threading import Lock
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from taonet.errors import InputError, MissingError
from taonet.models.bundle import Bundle
from taonet.models.evidence import EpochEvidence, OcclusionMap, explain_answer
from taonet.reports.object_document import plain_value
from taonet.web.dependencies import TheSession

evidence_router = APIRouter(tags=["objects"])

MEANING: Final = (
    "The change in the log-odds of the class when the epoch is left out, or the part of the frame"
    " is covered: what is negative speaks for the class, what is positive against it."
)

_working: Final = Lock()
"""One at a time: each takes all that the processor gives."""


class EvidenceRequest(BaseModel):
    """What is to be explained."""

    model_config = ConfigDict(extra="forbid")

    class_name: Annotated[
        str | None, Field(max_length=100, description="By default the most probable class.")
    ] = None
    epoch: Annotated[
        int | None, Field(ge=0, description="The frame to cover; by default the strongest epoch.")
    ] = None


@evidence_router.post("/objects/{object_id:path}/evidence")
def explain_object(
    session: TheSession,
    object_id: str,
    what: Annotated[EvidenceRequest | None, Body()] = None,
) -> dict[str, Any]:
    """Say which epochs, and which part of one frame, the last answer rests on.

    ``log_odds_change`` is that of the class without the epoch, minus with it: what is negative
    speaks for the class. ``occlusion`` holds the same for each part of a frame, (y, x), between
    the edges ``y`` and ``x`` in pixels.
    """
    what = what or EvidenceRequest()
    sequence = session.sequence_of(object_id) if session.has_object(object_id) else None
    if sequence is None:
        do = "open the archive as well: taonet serve PREDICTIONS --data ARCHIVE"
        raise MissingError("there are no cutouts of this object", got=object_id, do=do)
    bundle = session.model
    if not isinstance(bundle, Bundle):
        do = "start the page with --bundle and the name of a network"
        raise InputError("only a network can be asked for evidence", do=do)
    with _working:
        evidence, occlusion = explain_answer(
            bundle, sequence, class_name=what.class_name, epoch=what.epoch
        )
    return evidence_document(evidence, occlusion)


def evidence_document(evidence: EpochEvidence, occlusion: OcclusionMap) -> dict[str, Any]:
    """Return evidence as JSON has it."""
    return {
        "class_name": evidence.class_name,
        "meaning": MEANING,
        "epochs": [
            {"index": index, "log_odds_change": plain_value(change)}
            for index, change in zip(
                evidence.epochs.tolist(), evidence.log_odds_change, strict=True
            )
        ],
        "strongest": evidence.strongest,
        "occlusion": {
            "epoch": occlusion.epoch,
            "y": occlusion.y.tolist(),
            "x": occlusion.x.tolist(),
            "values": occlusion.log_odds_change.tolist(),
        },
    }
