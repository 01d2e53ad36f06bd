"""Where events go: what every way of delivery does."""

from typing import Protocol, Self

from pipelines.warehouse.events import OutboxRow


class Sink(Protocol):
    """One way to a receiver; a context manager."""

    def __enter__(self) -> Self:
        """Reach the receiver, where that has to be done first."""

    def __exit__(self, *_: object) -> None:
        """Let go of it."""

    def send(self, event: OutboxRow) -> None:
        """Send one event, or take it to be sent by `flush`.

        Raises:
            UndeliveredError: the receiver did not take it.
        """

    def flush(self) -> None:
        """Have everything delivered that was taken.

        Raises:
            UndeliveredError: some of it was not: all of it will be sent again.
        """
