"""What a receiver is to a delivery: something that takes one event after the other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from learnloom.pipelines.deliver.queue import Due


class Outcome(NamedTuple):
    """What came of sending an event."""

    kind: Literal["delivered", "failed", "impossible", "away", "gone"]
    """delivered: the receiver has it. failed: it has not taken this one, and may later. impossible: it never can take
    this one. away: it takes nothing now, whatever is sent. gone: it will not take anything any more."""
    told: str = ""
    """Why, where it is not delivered."""
    until: datetime | None = None
    """Until when the receiver asked to be left alone; None: it did not say."""


DELIVERED = Outcome("delivered")


class Sender(Protocol):
    """Sends events to one receiver, in the order in which they are given."""

    @property
    def at_once(self) -> int:
        """Events to send before they are recorded: so many are sent again, at the most, after a crash."""

    def send(self, event: Due) -> Outcome:
        """Send an event; what is told to be delivered may still turn out otherwise at `flush`."""

    def flush(self) -> Mapping[int, Outcome]:
        """See that the receiver has everything that was sent; give, by sequence, what it has not."""

    def close(self) -> None:
        """Let go of the receiver."""
