"""An event: a student was erased, and whoever received something of them is to erase it as well."""

from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

ERASED: Final = "erased"
"""The change of such an event in the outbox, and the end of its type."""
ERASED_TYPE: Final = "learnloom.student.erased"


class StudentErased(BaseModel):
    """What was erased."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    erasure_id: str = Field(min_length=1, description="Names the erasure, and nobody; the receipt bears it.")
    student_keys: tuple[str, ...] = Field(
        min_length=1, description="The student's key, and those of the student's other identifiers."
    )


class StudentErasedEvent(BaseModel):
    """One event, in the envelope of CloudEvents 1.0. It takes the place of all events of the student before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(pattern=r"^[0-9a-f]{32}$", description="Same event, same id, however often it is sent.")
    source: str = Field(min_length=1, description="URI reference of the deployment that sends it.")
    type: Literal["learnloom.student.erased"] = ERASED_TYPE
    subject: str = Field(min_length=1, description="Key of the student; once all have it, a pseudonym.")
    time: AwareDatetime = Field(description="When it was asked for.")
    datacontenttype: Literal["application/json"] = "application/json"
    partitionkey: str = Field(min_length=1, description="Events of one key come in order: the student's.")
    data: StudentErased
