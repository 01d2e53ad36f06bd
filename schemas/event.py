"""An event: a signal was raised or has ended, as it is sent to whoever asked for it.

The form is CloudEvents 1.0, JSON, structured mode. `id` is a hash of the signal, the change and how many times the
signal has been raised: an event that is sent again comes under the same id, so that a receiver can drop it.
"""

from enum import StrEnum
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from learnloom.schemas.signal import Signal

EVENT_TYPE: Final = "learnloom.signal"
"""The type of an event is this, the signal's kind and the change, with dots between."""
MEDIA_TYPE: Final = "application/cloudevents+json"
"""Content type of an event: structured mode, JSON format."""


FORGOTTEN: Final = "forgotten"
"""In the outbox, the change of an event whose content a rule of retention has let go: it is told to nobody."""


class Change(StrEnum):
    """What has happened to a signal."""

    RAISED = "raised"
    """It stands from now on, until it ends or expires."""
    ENDED = "ended"
    """It does not stand any more: take it back."""


class SignalEvent(BaseModel):
    """One event. The attributes of CloudEvents 1.0, of its extension Partitioning, and two of our own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(pattern=r"^[0-9a-f]{32}$", description="Same event, same id, however often it is sent.")
    source: str = Field(min_length=1, description="URI reference of the deployment that sends it.")
    type: str = Field(
        pattern=r"^learnloom\.signal\.[a-z_]+\.(raised|ended)$", description="learnloom.signal.KIND.CHANGE."
    )
    subject: str = Field(min_length=1, description="Key of the student: no name travels.")
    time: AwareDatetime = Field(description="When the change was found.")
    datacontenttype: Literal["application/json"] = "application/json"
    partitionkey: str = Field(min_length=1, description="Events of one key come in order: the student's.")
    change: Change
    occurrence: int = Field(
        ge=1, description="How many times the signal has been raised, this time included."
    )
    data: Signal = Field(description="The signal as it was raised.")
