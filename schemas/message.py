"""A message: an id of the catalogue of messages (docs/reference/messages.md) and the values that go into it.

From these two it can be said again, in other words or in another language; the text beside it is what it says in the
language of the deployment.
"""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, SerializeAsAny


# No model, for there are many: a rule makes it from values of its own, and it is checked when it is read.
@dataclass(frozen=True, slots=True)
class Message:
    """One message of the catalogue with its values.

    A value is a name, a number, a day (2026-11-24), a list of names, or other messages: whole sentences, or words that
    the catalogue translates as well. Shares and probabilities run from 0 to 1, durations are in seconds.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", allow_inf_nan=False)

    message_id: Annotated[
        str, Field(min_length=1, description="Id in the catalogue, docs/reference/messages.md.")
    ]
    # Written as they are found: trying the kinds of value in turn would take as long as all the rest of a signal.
    parameters: Annotated[
        "dict[str, int | float | str | tuple[str, ...] | tuple[Message, ...] | Message]",
        SerializeAsAny(),
        Field(description="Values by name, not yet formatted: the catalogue says how each is shown."),
    ] = field(default_factory=dict)
