"""What a receiver is to a delivery: something that takes one event after the other, and not too often."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol

from learnloom.pipelines.deliver.queue import Due

_MAX_DOUBLINGS: Final = 60


class DeliveryOutcome(NamedTuple):
    """What came of sending an event."""

    kind: Literal["delivered", "failed", "impossible", "away", "gone"]
    """delivered: the receiver has it. failed: it has not taken this one, and may later. impossible: it never can take
    this one. away: it takes nothing now, whatever is sent. gone: it will not take anything any more."""
    told: str = ""
    """Why, where it is not delivered."""
    until: datetime | None = None
    """Until when the receiver asked to be left alone; None: it did not say."""


DELIVERED = DeliveryOutcome("delivered")


class Sender(Protocol):
    """Sends events to one receiver, in the order in which they are given."""

    @property
    def at_once(self) -> int:
        """Events to send before they are recorded: so many, or those of some seconds, come again after a crash."""

    def send(self, event: Due) -> DeliveryOutcome:
        """Send an event; what is told to be delivered may still turn out otherwise at `flush`."""

    def flush(self) -> Mapping[int, DeliveryOutcome]:
        """See that the receiver has everything that was sent; give, by sequence, what it has not."""

    def close(self) -> None:
        """Let go of the receiver."""


class Pace:
    """Lets calls through at even distances."""

    def __init__(
        self, per_second: float, *, monotonic: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        """`monotonic` gives seconds from anywhere, `sleep` waits so many."""
        self._seconds_between = 1 / per_second
        self._monotonic = monotonic
        self._sleep = sleep
        self._next = monotonic()

    def wait(self) -> None:
        """Wait until the next call may begin."""
        now = self._monotonic()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._seconds_between


def wait_after(
    n_failures: int, *, first_seconds: float, largest_seconds: float, chance: Callable[[], float]
) -> timedelta:
    """Give the wait after the n-th failure in a row: it doubles with each, and half of it is left to chance.

    Args:
        n_failures: from 1.
        first_seconds: after the first.
        largest_seconds: never more.
        chance: gives a number from 0 to 1; spreads those who failed at the same moment.
    """
    doubled = first_seconds * 2.0 ** min(n_failures - 1, _MAX_DOUBLINGS)
    return timedelta(seconds=min(doubled, largest_seconds) * (0.5 + chance() / 2))
