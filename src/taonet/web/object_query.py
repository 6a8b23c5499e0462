"""The parameters of a list of objects."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from taonet.web.object_list import ObjectFilter

RANGES = (
    "probability",
    "entropy",
    "set_size",
    "typicality",
    "n_epochs",
    "n_ignored",
    "snr",
    "mjd_last",
)
"""Columns with ``min_…`` and ``max_…``."""

EQUAL = ("predicted_class", "class_name", "label", "detected", "unlike", "has_frames")

LONGEST_PAGE = 500

SORTS = Literal[
    "",
    "object_id",
    "predicted_class",
    "class_name",
    "label",
    "probability",
    "entropy",
    "set_size",
    "typicality",
    "n_epochs",
    "n_ignored",
    "snr",
    "mjd_last",
    "ra",
    "dec",
    "detected",
    "unlike",
]


class _Choices(BaseModel):
    """What a list shows, but for the ranges."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    search: Annotated[str, Field(max_length=200, description="Part of the name.")] = ""
    predicted_class: Annotated[
        str | None, Field(description="The answer; nothing: objects without one.")
    ] = None
    class_name: Annotated[
        str | None, Field(description="The true class; nothing: those where it is not known.")
    ] = None
    label: Annotated[
        str | None, Field(description="A person's label; nothing: objects without one.")
    ] = None
    detected: Annotated[bool | None, Field(description="Whether anything is seen.")] = None
    unlike: Annotated[bool | None, Field(description="Whether it is unlike what was learnt.")] = (
        None
    )
    has_frames: Annotated[bool | None, Field(description="Whether there are cutouts.")] = None
    sort: Annotated[SORTS, Field(description="Column; the order of the table without.")] = ""
    descending: bool = False
    offset: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE)] = 50

    @property
    def filter(self) -> ObjectFilter:
        """Which objects are listed."""
        stated = {name: getattr(self, name) for name in EQUAL}
        ends = {
            end: {
                name: value
                for name in RANGES
                if (value := getattr(self, f"{end}_{name}")) is not None
            }
            for end in ("min", "max")
        }
        return ObjectFilter(
            search=self.search,
            equal={name: value for name, value in stated.items() if value is not None},
            least=ends["min"],
            most=ends["max"],
        )


_ends = {f"{end}_{name}": (float | None, None) for name in RANGES for end in ("min", "max")}
ObjectQuery = create_model("ObjectQuery", __base__=_Choices, **_ends)  # type: ignore[call-overload]
"""The parameters, with the ends of the ranges."""
